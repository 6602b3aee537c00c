"""The exit codes of all verbs: the table of one page, and the lines of a verb."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tests.ci.reference.markdown import code, head, join, table
from tests.ci.reference.parsers import commands
from tests.ci.reference.translation import data

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.translation import Texts

__all__ = ["codes_of", "codes_page"]

_FILE = "exit_codes"
_ALL = "all verbs"
_ADDON = "mitmdump"


def codes_of(words: str, texts: Texts, language: str) -> dict[str, str]:
    """Return the meaning of each exit code of a verb beside those of all verbs."""
    codes: dict[str, Any] = data(_FILE)
    if words not in codes and words not in codes["no_codes"]:
        texts.lacks(f"exit_codes.yaml: {words}")
    return {str(number): meaning[language] for number, meaning in codes.get(words, {}).items()}


def codes_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    frame = partial(texts.frame, language=language)
    header = (frame("verb"), frame("exit_code"), frame("meaning"))
    return (
        join(
            head(texts, language, "exit-codes", frame("codes_title")),
            frame("codes_intro"),
            table(header, _rows(texts, language)),
        )
        + "\n"
    )


def _rows(texts: Texts, language: str) -> Iterator[tuple[str, str, str]]:
    names = {
        _ALL: texts.frame("all_verbs", language),
        **{command.words: code(f"tracer {command.words}") for command in commands()},
        _ADDON: code("mitmdump -s addons/trace.py"),
    }
    for words, name in names.items():
        for number, (exit_code, meaning) in enumerate(codes_of(words, texts, language).items()):
            yield ("" if number else name, code(exit_code), meaning)
