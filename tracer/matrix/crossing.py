"""What a suite records with the client of another release: its commands.

tracer itself sends the requests of a suite: the libraries of a client only add header fields to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from tracer.matrix.suites import Recorded, Suite

__all__ = ["without_requests"]


def without_requests(suite: Suite) -> Suite | None:
    """Return the suite without the requests that it records; None if it records nothing else.

    A command that needs a value of such a request is left out, too.
    """
    known = {*suite.passwords, *(name for each in suite.prepare for name in each.keep)}
    commands: list[Recorded] = []
    for command in suite.commands:
        known_after = _known_after(command, suite, known)
        if command.request is None and known_after is not None:
            commands.append(command)
            known = known_after
    if not commands:
        return None
    cleanup = tuple(each for each in suite.cleanup if known.issuperset(suite.needed(each)))
    return replace(suite, commands=tuple(commands), cleanup=cleanup)


def _known_after(command: Recorded, suite: Suite, known: set[str]) -> set[str] | None:
    """Return the names of all values after an entry, or None if the entry needs another value."""
    for each in (*command.prepare, command, *command.cleanup):
        if not known.issuperset(suite.needed(each)):
            return None
        known = known | set(each.keep)
    return known
