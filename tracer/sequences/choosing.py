"""Choice of the documented sequence for a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracer.model import SAFE_METHODS, header
from tracer.sequences.client_versions import UNKNOWN, client_of
from tracer.sequences.command_lines import subcommand_words
from tracer.sequences.failed_logins import failed_login
from tracer.sequences.loading import catalog
from tracer.sequences.matching import Match, could_be, match_run
from tracer.sequences.observations import ObservedRun, observe
from tracer.sequences.token_requests import is_login
from tracer.sequences.user_agents import may_be_openstack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange, Recording
    from tracer.sequences.client_versions import Client
    from tracer.sequences.observations import Observation
    from tracer.sequences.schema import Sequence

__all__ = ["NoSequence", "OwnSequence", "choose", "named_sequence", "own_sequence"]


class NoSequence(msgspec.Struct, frozen=True, tag_field="rule", tag="no-sequence"):
    """The reason why a recording has no sequence.

    ``name`` is the name of its sequence, which the catalogue does not have. It is empty if the recording
    names none, and no sequence in the catalogue fits. ``failed_login`` is the request that ended the run, and
    its result, if the login failed.
    """

    name: str = ""
    failed_login: str = ""

    def __str__(self) -> str:
        if self.name:
            return f"its sequence {self.name!r} is not known here: --add-sequence FILE gives it"
        if self.failed_login:
            return f"the login failed ({self.failed_login}): nothing to compare with"
        return "no documented sequence fits: nothing to compare with (tracer learn begins one)"


class OwnSequence(NamedTuple):
    """The sequence of a recording, or the reason for its absence."""

    sequence: Sequence | None
    absence: NoSequence | None = None


def own_sequence(recording: Recording) -> OwnSequence:
    """Return the sequence that ``recording`` names, or the sequence in the catalogue that matches the run."""
    if name := named_sequence(recording):
        named = catalog().get(name)
        return OwnSequence(None, NoSequence(name)) if named is None else OwnSequence(named)
    chosen = choose(recording.exchanges, recording.command, client_of(recording))
    if chosen is None:
        return OwnSequence(None, NoSequence(failed_login=failed_login(recording.exchanges)))
    return OwnSequence(chosen)


def choose(exchanges: Iterable[Exchange], command: str | None, client: Client = UNKNOWN) -> Sequence | None:
    """Return the sequence in the catalogue that matches a run, or None.

    A known command decides by its words; without a sequence for these words, the result is None. A script,
    another program, and the interactive shell of ``openstack`` have no sequence.

    If the command is not known, the exchanges decide: a sequence fits if all required exchanges of the
    command itself occurred, and if every exchange belongs to the sequence. The match with the lowest cost
    wins; of equal ones, a command that only reads wins for a run that only reads. A User-Agent of another
    program than ``openstack`` leaves the run without a sequence.
    """
    if command:
        return _by_words(subcommand_words(command))
    run = observe(exchanges)
    if not all(map(_may_be_openstack, run.exchanges)):
        return None
    changes_nothing = not any(map(_is_change, run.seen))
    fitting = [
        (result.cost, changes_nothing and _changes(sequence), -_own(sequence), sequence.name, sequence)
        for sequence in catalog().values()
        if could_be(run, sequence, client)
        and _fits(run, sequence, result := match_run(run, sequence, client))
    ]
    return min(fitting)[-1] if fitting else None


def named_sequence(recording: Recording) -> str | None:
    """Return the name of the sequence that ``recording`` names, None without one.

    A script, another program, and the interactive shell have no sequence in the catalogue, even if an
    earlier version named one.
    """
    is_single = not recording.command or bool(subcommand_words(recording.command))
    return recording.sequence if is_single or recording.sequence not in catalog() else None


def _by_words(words: list[str]) -> Sequence | None:
    candidates = [
        (len(name.split()), sequence)
        for sequence in catalog().values()
        for name in (sequence.command, *sequence.aliases)
        if words[: len(name.split()) - 1] == name.split()[1:]
    ]
    return max(candidates, key=lambda pair: pair[0])[1] if candidates else None


def _is_change(seen: Observation) -> bool:
    """Return whether the client asks for a change. A login is none."""
    is_safe = seen.method in SAFE_METHODS or is_login(seen.method, seen.path)
    return seen.sender == "client" and not is_safe


def _changes(sequence: Sequence) -> bool:
    """Return whether the command may change something, as `server set` with an option does."""
    return any(entry.method not in SAFE_METHODS for entry in sequence.entries if not entry.prologue)


def _own(sequence: Sequence) -> int:
    return sum(1 for entry in sequence.entries if not entry.prologue)


def _may_be_openstack(exchange: Exchange) -> bool:
    by_client = exchange.sender == "client"
    return not by_client or may_be_openstack(header(exchange.request.headers, "User-Agent") or "")


def _fits(run: ObservedRun, sequence: Sequence, result: Match) -> bool:
    steps = {step for entry in sequence.entries if not entry.prologue for step in entry.steps}
    met = {
        step for label in result.labels if label.verdict in ("documented", "fallback") for step in label.steps
    }
    if result.unfound and not steps <= met:
        return False  # a search that finds nothing ends many commands alike
    wrong = {step for label in result.labels if label.verdict == "wrong-status" for step in label.steps}
    sent = zip(run.seen, result.labels, strict=True)
    if any(seen.sender == "client" and label.verdict == "unexpected" for seen, label in sent):
        return False
    return bool(steps & met) and not steps & {*result.missing, *(wrong - met)}
