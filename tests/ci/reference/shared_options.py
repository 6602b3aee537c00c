"""The page of the options of several verbs, and of their earlier spellings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.ci.reference.markdown import code, head, join, prose, table
from tests.ci.reference.parsers import aliases, arguments_of, commands
from tests.ci.reference.translation import sentences

if TYPE_CHECKING:
    from tests.ci.reference.parsers import Argument
    from tests.ci.reference.translation import Texts

__all__ = ["options_page"]


def options_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    say = texts.frames[language]
    header = (say("option"), say("meaning"), say("verbs"))
    earlier = (say("earlier_spelling"), say("verbs"), say("spelling"))
    return (
        join(
            head(say, "options", say("options_title")),
            say("options_intro"),
            table(header, _rows(texts, language)),
            f"## {say('earlier')}",
            say("earlier_intro"),
            table(earlier, _earlier_rows()),
            say("earlier_value"),
        )
        + "\n"
    )


def _rows(texts: Texts, language: str) -> list[tuple[str, str, str]]:
    """Return a row for each option of several verbs, with the first sentence of each help text."""
    verbs: dict[str, list[str]] = {}
    meanings: dict[str, list[str]] = {}
    for command in commands():
        for argument in arguments_of(command):
            if argument.spelling.startswith("-"):
                verbs.setdefault(_name(argument), []).append(command.words)
                meanings.setdefault(_name(argument), []).append(sentences(argument.help)[0])
    return [
        (
            ", ".join(map(code, name.split(", "))),
            prose(" ".join(texts.translated(text, language) for text in dict.fromkeys(meanings[name]))),
            ", ".join(map(code, verbs[name])),
        )
        for name in sorted(verbs, key=lambda name: name.lstrip("-"))
        if len(verbs[name]) > 1
    ]


def _name(argument: Argument) -> str:
    """Return the spelling without the values, which differ between verbs."""
    return ", ".join(part.split(" ")[0] for part in argument.spelling.split(", "))


def _earlier_rows() -> list[tuple[str, str, str]]:
    uses: dict[tuple[str, str], list[str]] = {}
    for command in commands():
        for spelling in aliases(command):
            uses.setdefault(spelling, []).append(command.words)
    return [(code(old), ", ".join(map(code, verbs)), code(new)) for (old, new), verbs in sorted(uses.items())]
