"""The texts of tracer for readers: a file for each language, with a section for each kind of page."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DEFAULT", "Section", "check_language", "form_for", "languages", "pick", "section"]

DEFAULT = "en"
"""The language for texts that are missing in another language."""

Section = Literal["changes", "diagram", "notes", "pages", "view"]

_Texts = dict[str, Any]


def languages() -> list[str]:
    """Return the languages that have a file, as codes of ISO 639."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.yaml"))


def check_language(language: str) -> None:
    """Raise InputError for a ``language`` without a file."""
    if language not in languages():
        raise InputError("--lang", f"unknown language {language!r}; known: {', '.join(languages())}")


@functools.cache
def section(language: str, name: Section) -> _Texts:
    """Return the texts of a section by key. Callers share them. Raises InputError for an unknown language."""
    check_language(language)
    texts: _Texts = _filled(_file(language).get(name, {}), _file(DEFAULT)[name])
    return texts


def pick(texts: Mapping[str, str], language: str) -> str:
    """Return the text in ``language``, else in English, else in any language; empty if there is none."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")


def form_for(texts: Mapping[str, str], key: str, number: int) -> str:
    """Return the key of the form for ``number``: ``.one`` for 1 if the language has it, else ``.other``."""
    singular = f"{key}.one"
    return singular if number == 1 and singular in texts else f"{key}.other"


@functools.cache
def _file(language: str) -> _Texts:
    path = Path(__file__).parent / f"{language}.yaml"
    return typed(yaml_text.load(read(path), path.name), _Texts, path.name)


def _filled(texts: Any, otherwise: Any) -> Any:
    """Return ``texts`` with missing entries taken from ``otherwise``, at every level."""
    if not isinstance(otherwise, dict) or not isinstance(texts, dict):
        return texts
    missing = {key: text for key, text in otherwise.items() if not _has_other_form(key, texts)}
    return missing | {key: _filled(value, otherwise.get(key)) for key, value in texts.items()}


def _has_other_form(key: str, texts: _Texts) -> bool:
    """Return whether ``texts`` has an ``.other`` form of its own in place of the ``.one`` form ``key``."""
    return key.endswith(".one") and f"{key.removesuffix('.one')}.other" in texts
