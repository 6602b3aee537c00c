"""Texts of the documentation pages by language."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from tracer.i18n import form_for, pick, section
from tracer.rendering.markdown_escapes import Md, inline

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["Wording", "wording"]


class Wording:
    """The texts of the pages in one language."""

    def __init__(self, language: str, texts: Mapping[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: object) -> Md:
        """Return the text called ``key`` (``section.name``), filled with ``values``, which are escaped."""
        return Md(self._texts[key].format_map({name: inline(value) for name, value in values.items()}))

    def count(self, key: str, number: int, **values: object) -> Md:
        """Return the text called ``key`` in its form for ``number`` (singular or plural)."""
        return self(form_for(self._texts, key, number), **values)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return the text in this language, else in English, else in any; empty if there is none."""
        return pick(texts, self.language)


@functools.cache
def wording(language: str) -> Wording:
    """Return the texts of ``language``. Raises InputError for an unknown language."""
    return Wording(language, dict(_flat(section(language, "pages"), "")))


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
