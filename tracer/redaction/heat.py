"""Secrets that a Heat template declares: hidden parameters, generated values, and outputs of these values.

Source: the HOT specification (``hidden``, ``get_attr``) and the resource ``OS::Heat::RandomString``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from ahocorasick_rs import AhoCorasick

from tracer.redaction.word_search import find_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.redaction.objects import Objects
    from tracer.redaction.scalars import Span

__all__ = ["Declared", "declared_in", "may_declare", "values_of"]

_HOLDERS = frozenset({"parameters", "parameter_defaults", "params", "environment", "Parameters"})
"""Keys of the objects that contain the values of parameters by name."""

_MARKS = re.compile(
    r"(?:(?<![\w-])|(?<=\\n))(?:(?:hidden|NoEcho)\W{1,12}(?:true|yes|on|y|1)\b|OS::Heat::RandomString|encrypted_param_names)",
    re.IGNORECASE,
)
_FIRST_WORDS = AhoCorasick(["hidden", "noecho", "os::heat::randomstring", "encrypted_param_names"])
_HIDING = frozenset({"hidden", "noecho"})
_TRUE = frozenset({"true", "yes", "on", "y", "1"})
_ENCRYPTED = "encrypted_param_names"
_GENERATOR = "OS::Heat::RandomString"
_MOST_LEVELS = 8  # between an output and its source


class Declared(NamedTuple):
    """The declarations of a text: names of secret values, and the spans of secret values in the text."""

    names: frozenset[str]
    spans: list[Span]


def may_declare(text: str) -> bool:
    """Return whether ``text``, or a text that it quotes, may declare a secret."""
    # Every image of Glance has a field "os_hidden". A search for the whole expression takes 50 times as long.
    return any(_MARKS.match(text, start) for _, start, _ in find_words(_FIRST_WORDS, text))


def declared_in(text: str, tree: Objects) -> Declared:
    """Return the declarations in the objects of ``text``. Ignore texts that it quotes."""
    hidden: set[int] = set()
    generated: set[int] = set()
    names: set[str] = set()
    for parent, key, span in tree.scalars:
        value = text[slice(*span)]
        if key.lower() in _HIDING and value.lower() in _TRUE:
            hidden.add(parent)
        elif value == _GENERATOR:
            generated.add(parent)
        elif _ENCRYPTED in (key, tree.key_of(parent)):
            names.add(value)
    names.update(map(tree.key_of, hidden))
    names.update(_outputs(text, tree, set(map(tree.key_of, generated))))
    return Declared(frozenset(names - {""}), list(_values(tree, hidden, generated)))


def values_of(names: frozenset[str], tree: Objects) -> Iterator[Span]:
    """Yield the spans of the values of parameters with these names. Skip declarations, which have a type."""
    declarations = {parent for parent, key, _ in tree.scalars if key.lower() == "type"}
    inside: set[int] = set()
    for number, (parent, key) in enumerate(tree.objects):
        is_value = key in names and tree.key_of(parent) in _HOLDERS and number not in declarations
        if parent in inside or is_value:
            inside.add(number)
    for parent, key, span in tree.scalars:
        if parent in inside or (key in names and tree.key_of(parent) in _HOLDERS):
            yield span


def _values(tree: Objects, hidden: set[int], generated: set[int]) -> Iterator[Span]:
    """Yield the spans of defaults of hidden parameters, and of generated values in resource attributes."""
    defaults = {
        number
        for number, (parent, key) in enumerate(tree.objects)
        if parent in hidden and key.lower() == "default"
    }
    attributes = {
        number
        for number, (parent, key) in enumerate(tree.objects)
        if parent in generated and key == "attributes"
    }
    for parent, key, span in tree.scalars:
        is_default = parent in defaults or (parent in hidden and key.lower() == "default")
        if is_default or (parent in attributes and key == "value"):
            yield span


def _outputs(text: str, tree: Objects, resources: set[str]) -> Iterator[str]:
    """Yield the names of the outputs that use the value of one of ``resources``."""
    before: tuple[int, str] = (-1, "")
    for parent, key, span in tree.scalars:
        value = text[slice(*span)]
        is_attribute = "get_attr" in (key, tree.key_of(parent))
        if is_attribute and value == "value" and before[0] == parent and before[1] in resources:
            yield _output(tree, parent)
        before = (parent, value)


def _output(tree: Objects, number: int) -> str:
    """Return the name of the output that contains an object; empty if no output contains it."""
    for _ in range(_MOST_LEVELS):
        parent, key = tree.objects[number] if number >= 0 else (-1, "")
        if tree.key_of(parent) in ("outputs", "Outputs", ""):
            return key
        number = parent
    return ""
