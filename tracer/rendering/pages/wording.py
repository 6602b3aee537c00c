"""The texts of the pages, by language: one file each in ``texts/``."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tracer import yamltext
from tracer.datafiles import read, typed
from tracer.errors import InputError
from tracer.rendering.pages.markdown import Md, inline

__all__ = ["DEFAULT", "Wording", "languages", "wording"]

DEFAULT = "en"
"""The language of what another one leaves out."""

_FOLDER = Path(__file__).parent / "texts"


class Wording:
    """The texts of one language."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> Md:
        """The text called ``key`` (``section.name``) with ``values``, which are escaped, put in."""
        return Md(self._texts[key].format_map({name: inline(value) for name, value in values.items()}))

    def pick(self, texts: Mapping[str, str]) -> str:
        """The text of this language among those of a sequence, or the best there is instead; else empty."""
        return texts.get(self.language) or texts.get(DEFAULT) or next(iter(texts.values()), "")


def languages() -> list[str]:
    """The languages that there is a file for."""
    return sorted(path.stem for path in _FOLDER.glob("*.yaml"))


@functools.cache
def wording(language: str) -> Wording:
    """The texts of ``language``. Raises InputError for one that there is no file for."""
    if language not in languages():
        raise InputError("--lang", f"unknown language {language!r}; known: {', '.join(languages())}")
    return Wording(language, _load(DEFAULT) | _load(language))


def _load(language: str) -> dict[str, str]:
    path = _FOLDER / f"{language}.yaml"
    tree = typed(yamltext.load(read(path), str(path)), dict[str, Any], str(path))
    return dict(_flat(tree, ""))


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
