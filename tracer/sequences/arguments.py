"""Checks of exchanges that occur once for each argument of the command, or for each use of an option."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.counting import counted
from tracer.model import SAFE_METHODS
from tracer.sequences.alignment import Aligned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.sequences.alignment import SequenceAlignment
    from tracer.sequences.automaton import Automaton
    from tracer.sequences.observations import Observation
    from tracer.sequences.option_conditions import Invocation

__all__ = ["miscounted", "without_duplicates"]


def without_duplicates(
    machine: Automaton, run: Sequence[Observation], aligned: Sequence[Aligned]
) -> list[Aligned]:
    """Return ``aligned`` with duplicates as unexpected: each argument changes another resource.

    A duplicate is a request that changes state, sent again to the same URL although the first one succeeded.
    """
    succeeded: set[tuple[str, ...]] = set()
    results: list[Aligned] = []
    for seen, what in zip(run, aligned, strict=True):
        request = seen.method, seen.host, seen.mount, seen.path
        is_plural = what.rule is not None and machine.rules[what.rule].each
        has_changed = seen.method not in SAFE_METHODS and seen.status is not None and seen.status < 300
        is_duplicate = is_plural and has_changed and request in succeeded
        if is_plural and has_changed:
            succeeded.add(request)
        results.append(Aligned("unexpected") if is_duplicate else what)
    return results


def miscounted(
    machine: Automaton, alignment: SequenceAlignment, invocation: Invocation | None
) -> Iterator[str]:
    """Yield a sentence for each kind of argument whose number differs from the number of exchanges.

    A command that fails may end before its last argument.
    """
    if invocation is None:
        return
    for kind in dict.fromkeys(rule.each for rule in machine.rules if rule.each):
        wanted = invocation.occurrences(kind)
        first = next(rule.entry for rule in machine.rules if rule.each == kind)
        count = sum(
            1
            for what in alignment.aligned
            if what.rule is not None
            and machine.rules[what.rule].entry is first
            and what.verdict != "wrong-status"
        )
        may_end = bool(alignment.unfound or invocation.failed)
        if wanted is None or count == wanted or (count < wanted and may_end):
            continue
        request = f"{first.method} {first.path}"
        given = counted(wanted, "argument") if kind == "arguments" else f"{kind} {counted(wanted, 'time')}"
        yield f"the command line has {given}, but {request} occurs {counted(count, 'time')}"
