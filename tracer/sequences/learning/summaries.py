"""Texts for learned steps, until a person describes them."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.sequences.schema import Text
from tracer.sequences.templates import member

__all__ = ["Data", "data", "summary"]

_FILE = Path(__file__).with_name("learning.yaml")


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of commands, the statuses of lookups, and a text for each kind of request."""

    verbs: frozenset[str]
    verbs_with_object: frozenset[str]
    objects: tuple[str, ...]
    lookup_statuses: frozenset[int]
    refused_searches: dict[str, frozenset[int]]
    texts: dict[str, Text]


@functools.cache
def data() -> Data:
    """Return the content of ``learning.yaml``."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), Data, _FILE.name)


def summary(kind: str, receiver: str, method: str, path: str) -> Text:
    """Return a text in each language. ``kind`` is a key of the texts; if it is empty, the request decides."""
    last = path.rpartition("/")[2]
    texts = data().texts
    wording = texts.get(kind) or texts.get(f"{method} {_shape(last)}") or texts["any"]
    values = {
        "service": receiver.capitalize(),
        "method": method,
        "path": path,
        "thing": _words((member(last) or last.strip("{}")).removesuffix("_id")),
        "things": _words(last),
        "part": _words(last),
    }
    return {language: text.format(**values) for language, text in wording.items()}


def _shape(last: str) -> str:
    if last.startswith("{"):
        return "item"
    return "collection" if member(last) else "other"


def _words(name: str) -> str:
    return re.sub(r"[_-]", " ", name)
