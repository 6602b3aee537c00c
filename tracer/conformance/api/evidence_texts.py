"""The texts of known contradictions in other languages than English, as data."""

from __future__ import annotations

import functools
from pathlib import Path

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["evidence_text"]

_FILE = Path(__file__).with_name("evidence_texts.yaml")


def evidence_text(text: str, language: str) -> str:
    """Return a text of a contradiction in ``language``, in English if there is no translation."""
    return _translations().get(language, {}).get(text, text)


@functools.cache
def _translations() -> dict[str, dict[str, str]]:
    return typed(yaml_text.load(read(_FILE), _FILE.name), dict[str, dict[str, str]], _FILE.name)
