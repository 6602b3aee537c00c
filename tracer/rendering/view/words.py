"""The page's own words: one file a language, all with the same keys."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.yamltext import load

__all__ = ["languages", "texts"]

_FOLDER = Path(__file__).with_name("languages")


def languages() -> list[str]:
    """The languages that a page can be in, as their codes: ``en``, ``ko``."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@cache
def texts(lang: str) -> dict[str, str]:
    """The texts of a language by their keys. Raises InputError for a language that there is no file of."""
    if lang not in languages():
        raise InputError(lang, f"no such language; there are {', '.join(languages())}")
    path = _FOLDER / f"{lang}.yaml"
    return typed(load(read(path), str(path)), dict[str, str], str(path))
