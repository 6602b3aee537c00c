"""Texts of the help that belong to no option: examples, and the list of verbs."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["examples", "overview", "usage_of_program"]


class _Texts(TypedDict):
    groups: dict[str, dict[str, str]]
    examples: dict[str, list[str]]


_LAST = "tools"
"""The group of verbs that ``help.toml`` does not name."""


def examples(verb: str) -> Sequence[str]:
    """Return the command lines that show how ``verb`` is used. A verb of a group is two words."""
    return _texts()["examples"].get(verb, [])


def usage_of_program() -> str:
    """Return the usage of the program without a verb."""
    return "tracer VERB …   (help: tracer VERB --help; version: tracer --version)"


def overview(verbs: Mapping[str, str], width: int) -> str:
    """Return a line of at most ``width`` characters for each of ``verbs``, in groups, in the order of use.

    The values of ``verbs`` describe verbs that ``help.toml`` does not name.
    """
    groups = {
        name: {verb: text for verb, text in lines.items() if verb in verbs}
        for name, lines in _texts()["groups"].items()
    }
    named = {verb for lines in groups.values() for verb in lines}
    groups[_LAST] |= {verb: text for verb, text in verbs.items() if verb not in named}
    group_width = max(map(len, groups)) + 2
    verb_width = max(map(len, verbs)) + 2
    lines = []
    for group, texts in groups.items():
        for number, (verb, text) in enumerate(texts.items()):
            line = f"{'' if number else group:{group_width}}{verb:{verb_width}}{text}"
            lines.append(line if len(line) <= width else f"{line[: width - 1]}…")
    return "\n".join(lines)


@functools.cache
def _texts() -> _Texts:
    text = (Path(__file__).parent / "help.toml").read_text(encoding="utf-8")
    return cast("_Texts", tomllib.loads(text))
