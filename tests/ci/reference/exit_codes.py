"""The exit codes of all verbs: the table of one page, and the lines of a verb."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ci.reference.markdown import code, head, join, prose, table
from tests.ci.reference.parsers import commands
from tests.ci.reference.translation import load_data
from tracer.cli.help_texts import exit_codes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.translation import Texts

__all__ = ["codes_of", "codes_page"]

_FILE = "exit_codes"
_ALL = "all verbs"
_ADDON = "mitmdump"


def codes_of(words: str, texts: Texts, language: str) -> dict[str, str]:
    """Return the meaning of each exit code of a verb beside those of all verbs."""
    shared: dict[str, dict[str, str]] = load_data(_FILE)
    codes = shared.get(words) or exit_codes(words)
    return {str(number): prose(texts.translated(meaning, language)) for number, meaning in codes.items()}


def codes_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    say = texts.frames[language]
    header = (say("verb"), say("exit_code"), say("meaning"))
    return (
        join(
            head(say, "exit-codes", say("codes_title")),
            say("codes_intro"),
            table(header, _rows(texts, language)),
        )
        + "\n"
    )


def _rows(texts: Texts, language: str) -> Iterator[tuple[str, str, str]]:
    names = {
        _ALL: texts.frames[language]("all_verbs"),
        **{command.words: code(f"tracer {command.words}") for command in commands()},
        _ADDON: code("mitmdump -s addons/trace.py"),
    }
    for words, name in names.items():
        for number, (exit_code, meaning) in enumerate(codes_of(words, texts, language).items()):
            yield ("" if number else name, code(exit_code), meaning)
