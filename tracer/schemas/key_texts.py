"""The descriptions of types and keys in files, as data."""

from __future__ import annotations

import functools
from pathlib import Path

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["KeyTexts", "key_texts"]

_FILE = Path(__file__).with_name("keys.yaml")

Text = dict[str, str]


class KeyTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The description of a type and of each key, by language."""

    text: Text
    keys: dict[str, Text]


@functools.cache
def key_texts() -> dict[str, KeyTexts]:
    """Return the descriptions by the name of the type. Callers share the dict and must not change it."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), dict[str, KeyTexts], _FILE.name)
