"""Texts in one language, filled with values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from tracer.i18n.texts import form_for, pick

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["Translator"]

Markup = TypeVar("Markup")


class Translator(Generic[Markup]):
    """The ``texts`` of a section, or of a file of its own, in ``language``.

    ``escape`` makes a value harmless in the markup of the output. ``mark`` marks a filled text as markup.
    """

    def __init__(
        self,
        language: str,
        texts: Mapping[str, Any],
        escape: Callable[[object], str],
        mark: Callable[[str], Markup],
    ) -> None:
        self.language = language
        self._texts = dict(_flat(texts, ""))
        self._escape = escape
        self._mark = mark

    def __call__(self, key: str, **values: object) -> Markup:
        """Return the text called ``key`` (``group.name``), filled with ``values``, which are escaped."""
        escaped = {name: self._escape(value) for name, value in values.items()}
        return self._mark(self._texts[key].format_map(escaped))

    def count(self, key: str, number: int, **values: object) -> Markup:
        """Return the text called ``key`` in its form for ``number`` (singular or plural)."""
        return self(form_for(self._texts, key, number), **values)

    def pick(self, texts: Mapping[str, str]) -> str:
        """Return the text in this language, else in English, else in any; empty if there is none."""
        return pick(texts, self.language)


def _flat(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", str(value)
