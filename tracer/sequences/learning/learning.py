"""A sequence from the common exchanges of recordings of one command."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tracer import releases
from tracer.errors import InputError
from tracer.formats.data_files import typed
from tracer.sequences.decomposition import shared_name
from tracer.sequences.learning.command_words import commands
from tracer.sequences.learning.entries import items
from tracer.sequences.learning.generalizing import generalized
from tracer.sequences.learning.merging import merged
from tracer.sequences.learning.observing import observe_recordings
from tracer.sequences.learning.prologue_steps import repeats
from tracer.sequences.schema import AnyOrder, Entry, Origin, Sequence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tracer.model import Recording
    from tracer.sequences.schema import Item

__all__ = ["learn"]

_LONGEST_NAME = 64


def learn(
    recordings: Mapping[str, Recording], *, name: str | None = None, command: str | None = None
) -> Sequence:
    """Return a sequence to which all ``recordings``, by name, conform.

    Values that differ become parameters, and exchanges that some recordings lack become optional. The order
    of the recordings has no effect. ``name`` is the name of the sequence, ``command`` the recorded command;
    by default, both follow from the command lines.

    Raise InputError for recordings of different commands, and for a recording with an unanswered request or
    without a request of a client.
    """
    if not recordings:
        raise InputError("learn", "no recording to learn from")
    parsed = commands(recordings, command)
    runs = generalized(observe_recordings(recordings, parsed.arguments))
    learned = items(merged((run.exchanges for run in runs), repeats), len(runs))
    sequence = Sequence(
        name=_slug(parsed.command) if name is None else name,
        command=parsed.command,
        title={"en": parsed.command, "ko": parsed.command},
        origin=Origin(source="recorded", releases=_releases(recordings.values())),
        exchanges=tuple(_with_ids(_with_own(learned))),
    )
    # msgspec validates only decoded structs, so convert the sequence to validate it like a file.
    return typed(msgspec.to_builtins(sequence), Sequence, "learned")


def _with_own(learned: list[Item]) -> list[Item]:
    """Return ``learned`` with at least one exchange of the command itself, if needed the last one.

    `openstack token issue` has only the login.
    """
    last = learned[-1]
    if isinstance(last, Entry) and all(isinstance(item, Entry) and item.prologue for item in learned):
        return [*learned[:-1], msgspec.structs.replace(last, prologue=False)]
    return learned


def _with_ids(learned: Iterable[Item]) -> Iterator[Item]:
    """Yield ``learned`` with the names of shared exchanges as IDs, each once: ``login``, ``login-2``."""
    taken: Counter[str] = Counter()

    def named(entry: Entry) -> Entry:
        name = shared_name(entry)
        if not name:
            return entry
        taken[name] += 1
        return msgspec.structs.replace(entry, id=name if taken[name] == 1 else f"{name}-{taken[name]}")

    for item in learned:
        if isinstance(item, AnyOrder):
            yield AnyOrder(any_order=tuple(map(named, item.any_order)))
        else:
            yield named(item) if isinstance(item, Entry) else item


def _releases(recordings: Iterable[Recording]) -> tuple[str, ...]:
    """Return the releases of the clouds, the oldest first."""
    given = {recording.cloud.release for recording in recordings if recording.cloud.release}
    return tuple(sorted((name for name in given if re.fullmatch(releases.PATTERN, name)), key=releases.order))


def _slug(command: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", command.lower().removeprefix("openstack ")).strip("-")
    return words[:_LONGEST_NAME].rstrip("-") if words[:1].isalpha() else f"command-{words}".rstrip("-")
