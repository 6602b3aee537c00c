"""Texts of the help that belong to no option: examples, exit codes, and the list of verbs."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["examples", "exit_codes", "overview", "usage_of_program"]


class _Texts(TypedDict):
    groups: dict[str, list[str]]
    examples: dict[str, list[str]]
    exit_codes: dict[str, dict[str, str]]


def examples(verb: str) -> Sequence[str]:
    """Return the command lines that show how ``verb`` is used. A verb of a group is two words."""
    return _texts()["examples"].get(verb, [])


def exit_codes(verb: str) -> Mapping[str, str]:
    """Return the meaning of each exit code of ``verb``, without those that all verbs have."""
    return _texts()["exit_codes"].get(verb, {})


def usage_of_program() -> str:
    """Return the usage of the program without a verb."""
    return "tracer VERB …   (help: tracer VERB --help; version: tracer --version)"


def overview(purposes: Mapping[str, str], width: int) -> str:
    """Return a line of at most ``width`` characters for each verb, in groups, in the order of use.

    ``purposes`` has a sentence for each verb.
    """
    groups = _texts()["groups"]
    group_width = max(map(len, groups)) + 2
    verb_width = max(map(len, purposes)) + 2
    lines = []
    for group, verbs in groups.items():
        for number, verb in enumerate(verbs):
            line = f"{'' if number else group:{group_width}}{verb:{verb_width}}{purposes[verb]}"
            lines.append(line if len(line) <= width else f"{line[: width - 1]}…")
    return "\n".join(lines)


@functools.cache
def _texts() -> _Texts:
    text = (Path(__file__).parent / "help.toml").read_text(encoding="utf-8")
    return cast("_Texts", tomllib.loads(text))
