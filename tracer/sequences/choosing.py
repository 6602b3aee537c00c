"""Choice of the documented sequence for a run."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tracer.sequences.client_versions import UNKNOWN
from tracer.sequences.loading import catalog
from tracer.sequences.matching import Match, could_be, match_run
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange
    from tracer.sequences.client_versions import Client
    from tracer.sequences.schema import Sequence

__all__ = ["choose", "subcommand_words"]

_PROGRAM = re.compile(r"(?:.*[/\\])?openstack(?:\.exe|\.py)?|openstackclient\.shell", re.IGNORECASE)
# The options of `openstack` itself without a value. All other options before the command have a value.
_FLAGS = frozenset({
    "--debug", "--help", "--insecure", "--no-verify", "--os-beta-command", "--quiet", "--timing", "--verbose",
    "--verify", "--version", "-h", "-q", "-v", "-vv", "-vvv",
})  # fmt: skip


def choose(exchanges: Iterable[Exchange], command: str | None, client: Client = UNKNOWN) -> Sequence | None:
    """Return the sequence in the catalogue that matches a run, or None.

    A known command decides by its words; without a sequence for these words, the result is None. If the
    command is not known, the exchanges decide: a sequence fits if all required exchanges of the command
    itself occurred, and if every exchange belongs to the sequence. The match with the lowest cost wins.
    """
    words = subcommand_words(command) if command else []
    if words:
        return _by_words(words)
    run = observe(exchanges)
    fitting = [
        (result.cost, -_own(sequence), sequence.name, sequence)
        for sequence in catalog().values()
        if could_be(run, sequence, client) and _fits(sequence, result := match_run(run, sequence, client))
    ]
    return min(fitting)[3] if fitting else None


def subcommand_words(command: str) -> list[str]:
    """Return the words after ``openstack`` and its options: the words of the command, then its arguments.

    Return an empty list if ``command`` does not call ``openstack``, or starts its shell.
    """
    try:
        tokens = shlex.split(command, posix="\\" not in command)
    except ValueError:
        tokens = command.split()
    start = next((index for index, token in enumerate(tokens) if _PROGRAM.fullmatch(token)), None)
    if start is None:
        return []
    rest = tokens[start + 1 :]
    while rest and rest[0].startswith("-"):
        takes_a_value = "=" not in rest[0] and rest[0] not in _FLAGS
        rest = rest[1 + takes_a_value :]
    return rest


def _by_words(words: list[str]) -> Sequence | None:
    candidates = [
        (len(name.split()), sequence)
        for sequence in catalog().values()
        for name in (sequence.command, *sequence.aliases)
        if words[: len(name.split()) - 1] == name.split()[1:]
    ]
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _own(sequence: Sequence) -> int:
    return sum(1 for entry in sequence.entries if not entry.prologue)


def _fits(sequence: Sequence, result: Match) -> bool:
    steps = {step for entry in sequence.entries if not entry.prologue for step in entry.steps}
    met = {
        step for label in result.labels if label.verdict in ("documented", "fallback") for step in label.steps
    }
    wrong = {step for label in result.labels if label.verdict == "wrong-status" for step in label.steps}
    return bool(steps & met) and not result.foreign and not steps & {*result.missing, *(wrong - met)}
