"""Secrets that a template of Heat declares: hidden parameters, and generated values with the outputs of them.

Source: the HOT specification (``hidden``, ``get_attr``) and the resource ``OS::Heat::RandomString``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from tracer.redaction.siblings import fields_around, parent_key
from tracer.redaction.values import Span

__all__ = ["HOLDERS", "Declared", "declared_in", "may_declare"]

HOLDERS = frozenset({"parameters", "parameter_defaults", "params", "environment", "Parameters"})
"""The keys of the objects that hold values of parameters by their names."""

_FARTHEST = 4096  # characters from the type of a resource to its attributes
_MARKS = re.compile(
    r"(?:(?<![\w-])|(?<=\\n))(?:(?:hidden|NoEcho)\W{1,12}(?:true|yes|on|y|1)\b|OS::Heat::RandomString|encrypted_param_names)",
    re.IGNORECASE,
)
_HINTS = ("hidden", "Hidden", "NoEcho", "RandomString", "encrypted_param_names")
_ENCRYPTED = re.compile(
    r"""encrypted_param_names\\*["']?\s{0,8}:\s{0,80}"""
    r"""(?P<items>\[[^\]]{0,4096}|(?:-[ ]{1,8}[\w"'.-]{1,80}\s{1,80}){1,99})"""
)
_ITEM = re.compile(r"[A-Za-z_][\w.]{0,80}")
_GENERATED = re.compile(
    r"""get_attr\\*["']?\s{0,8}:\s{0,80}(?:\[\s{0,80}|-[ ]{1,8})\\*["']?"""
    r"""(?P<resource>[\w.-]{1,80})\\*["']?[\s,-]{1,80}"""
    r"""\\*["']?value\b"""
)
_ATTRIBUTES = re.compile(r"""\\*["']?attributes\\*["']?\s{0,8}:\s{0,80}""")


class Declared(NamedTuple):
    """What a text declares: names of which the values are secrets, and where such values stand in it."""

    names: frozenset[str]
    spans: list[Span]


def may_declare(text: str) -> bool:
    """Return whether ``text``, or a text that it quotes, may declare a secret."""
    return any(mark in text for mark in _HINTS) and _MARKS.search(text) is not None


def declared_in(text: str) -> Declared:
    """Return what ``text`` itself declares, but for what stands in the texts that it quotes."""
    names: set[str] = set()
    spans: list[Span] = []
    resources: set[str] = set()
    reached = 0
    has_defaults = "default" in text.lower()
    for mark in _MARKS.finditer(text):
        if mark[0][0] in "eE":
            listed = _ENCRYPTED.match(text, mark.start())
            names.update(_ITEM.findall(listed["items"]) if listed else ())
        elif mark[0][0] in "hHnN":
            names.add(parent_key(text, mark.start()))
            for field in fields_around(text, mark.start())[1] if has_defaults else ():
                spans += field.spans if field.key == "default" else []
        else:
            resources.add(parent_key(text, mark.start()))
            spans += _attribute(text, mark.start(), reached)
            reached = mark.start() + _FARTHEST
    for use in _GENERATED.finditer(text) if resources else ():
        if use["resource"] in resources:
            names.update(_outputs(text, use.start()))
    return Declared(frozenset(names - {""}), spans)


def _attribute(text: str, start: int, reached: int) -> Iterator[Span]:
    """Give where the generated value stands in what Heat tells of the resource around ``start``.

    What stands before ``reached`` was read for a resource before it.
    """
    origin, _ = fields_around(text, start)
    begin = max(origin, start - _FARTHEST, reached)
    for attributes in _ATTRIBUTES.finditer(text, begin, start + _FARTHEST):
        for field in fields_around(text, attributes.end() + 1)[1]:
            if field.key == "value":
                yield from field.spans


def _outputs(text: str, start: int) -> Iterator[str]:
    """Give the name of the output of which ``start`` is in the value."""
    place = start
    for _ in range(4):
        key = parent_key(text, place)
        if key in ("outputs", ""):
            return
        if key != "value":
            yield key
        place = max(text.rfind(key, 0, place), 0)
