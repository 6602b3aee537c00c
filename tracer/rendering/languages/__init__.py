"""All words of ours that readers see: a file a language, with a section for each kind of page."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError

__all__ = ["DEFAULT", "Section", "form_for", "languages", "pick", "section"]

DEFAULT = "en"
"""The language of what another one leaves out."""

Section = Literal["changes", "diagram", "pages", "view"]

_Texts = dict[str, Any]


def languages() -> list[str]:
    """The languages that there is a file for, as codes of ISO 639."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.yaml"))


@functools.cache
def section(language: str, name: Section) -> _Texts:
    """The texts of a section by their keys; callers share them. Raises InputError without such a file."""
    if language not in languages():
        raise InputError("--lang", f"unknown language {language!r}; known: {', '.join(languages())}")
    texts: _Texts = _filled(_file(language).get(name, {}), _file(DEFAULT)[name])
    return texts


def pick(texts: Mapping[str, str], language: str) -> str:
    """The text in ``language``, else in English, else in any that there is; empty if there is none."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()), "")


def form_for(texts: Mapping[str, str], key: str, number: int) -> str:
    """The key of the form that goes with ``number``; only some languages have one of its own for one."""
    one = f"{key}.one"
    return one if number == 1 and one in texts else f"{key}.other"


@functools.cache
def _file(language: str) -> _Texts:
    path = Path(__file__).parent / f"{language}.yaml"
    return typed(yamltext.load(read(path), path.name), _Texts, path.name)


def _filled(texts: Any, otherwise: Any) -> Any:
    """``texts``, with what they leave out of ``otherwise``, at every level."""
    if not isinstance(otherwise, dict) or not isinstance(texts, dict):
        return texts
    missing = {key: text for key, text in otherwise.items() if not _has_other_form(key, texts)}
    return missing | {key: _filled(value, otherwise.get(key)) for key, value in texts.items()}


def _has_other_form(key: str, texts: _Texts) -> bool:
    """Whether the language says in its own words what the form for one at ``key`` says in English."""
    return key.endswith(".one") and f"{key.removesuffix('.one')}.other" in texts
