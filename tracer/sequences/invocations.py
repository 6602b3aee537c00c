"""The command line of a recording, read as the client's parser (argparse) reads it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from tracer.sequences.command_lines import GLOBAL_FLAGS, subcommand_words
from tracer.sequences.option_conditions import Invocation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Recording
    from tracer.sequences.schema import Sequence

__all__ = ["invocation_of"]

_GLOBAL = "--os-"
_GLOBAL_VALUED = frozenset({"--log-file"})


def invocation_of(recording: Recording, sequence: Sequence) -> Invocation | None:
    """Return the options and arguments of the command line that matter to ``sequence``.

    Return None if the command line is not known, or is not a command of ``sequence``.
    """
    words = _after_command(subcommand_words(recording.command or ""), sequence)
    if words is None:
        return None
    options, arguments = _parse(words, sequence)
    failed = None if recording.output is None else recording.output.exit != 0
    return Invocation(tuple(sorted(options.items())), arguments, failed)


def _after_command(words: list[str], sequence: Sequence) -> list[str] | None:
    names = [command.split()[1:] for command in (sequence.command, *sequence.aliases)]
    lengths = [len(name) for name in names if name and words[: len(name)] == name]
    return words[max(lengths) :] if lengths else None


def _parse(words: list[str], sequence: Sequence) -> tuple[Counter[str], int | None]:
    """Return how often each option that ``sequence`` names is given, and the number of other arguments.

    The number is None if an option is unknown: its value would look like an argument.
    """
    conditions = sequence.options
    valued = {*sequence.valued_options, *_GLOBAL_VALUED}
    options: Counter[str] = Counter()
    arguments = 0
    is_certain = True
    rest = iter(words)
    for word in rest:
        name, equals, _ = word.partition("=")
        if word == "--":
            arguments += sum(1 for _ in rest)
        elif not word.startswith("-") or word == "-" or " " in name:
            arguments += 1
        else:
            option = _resolve(name, {*conditions, *valued, *sequence.flags})
            if option in conditions:
                options[option] += 1
            if equals or name in GLOBAL_FLAGS or option in sequence.flags:
                continue
            if option in valued or name.startswith(_GLOBAL):
                next(rest, None)
            else:
                is_certain = False
    return options, arguments if is_certain else None


def _resolve(name: str, options: Iterable[str]) -> str:
    """Return the option that ``name`` abbreviates, or ``name`` itself.

    The client ran, so argparse found the abbreviation unambiguous. The exact name always wins.
    """
    if name in options or len(name) < 3 or not name.startswith("--"):
        return name
    meant = [option for option in options if option.startswith(name)]
    return meant[0] if len(meant) == 1 else name
