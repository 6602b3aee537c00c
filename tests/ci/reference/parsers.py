"""The parsers of all verbs, and their options as plain data."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.cli.app import parser_of, verbs
from tracer.cli.options import Alias
from tracer.cli.parsing import values_of, verbs_of

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Argument", "Command", "aliases", "arguments_of", "commands"]

_DEFAULT = re.compile(r"\s*\(default: %\(default\)s\)")


class Command(NamedTuple):
    """A verb, or a verb of a group, with its parser. ``group`` is true for the group itself."""

    words: str
    parser: argparse.ArgumentParser
    group: bool = False


class Argument(NamedTuple):
    """An option or a positional argument: its spelling, its help, and its default (empty for none)."""

    spelling: str
    help: str
    default: str = ""
    required: bool = False


def commands() -> Iterator[Command]:
    """Yield all verbs in the order of the help. A group comes before its verbs."""
    for verb in verbs():
        parser = parser_of(verb)
        inner = verbs_of(parser)
        yield Command(verb, parser, group=bool(inner))
        for name, each in inner.items():
            yield Command(f"{verb} {name}", each)


def arguments_of(command: Command) -> list[Argument]:
    """Return the arguments and options of a command, positional arguments first, without ``--help``."""
    actions = [
        action
        for action in command.parser._actions
        if not isinstance(action, argparse._SubParsersAction | argparse._HelpAction)
        and action.help is not argparse.SUPPRESS
    ]
    return [_argument(action) for action in sorted(actions, key=lambda action: bool(action.option_strings))]


def aliases(command: Command) -> list[tuple[str, str]]:
    """Return the earlier spellings of options, each with the spelling of today."""
    found = [action for action in command.parser._actions if isinstance(action, Alias)]
    return [(alias.option_strings[0], alias.option.option_strings[-1]) for alias in found]


def _argument(action: argparse.Action) -> Argument:
    values = values_of(action)
    spelling = ", ".join(action.option_strings) or values
    if action.option_strings and action.nargs != 0:
        spelling = f"{spelling} {values}"
    text = _DEFAULT.sub("", action.help or "")
    parameters = {**vars(action), "prog": "tracer"}
    default = action.default if isinstance(action.default, bool | list | None) is False else ""
    if default is argparse.SUPPRESS:
        default = ""
    return Argument(
        spelling, text % parameters, str(default), action.required and bool(action.option_strings)
    )
