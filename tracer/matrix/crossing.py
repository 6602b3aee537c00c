"""What a suite records with the client of another release: its commands.

A request of a suite is sent by tracer, so that a client has no influence on it.
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
        parts = (*command.prepare, command, *command.cleanup)
        kept = {name for each in parts for name in each.keep}
        needed = {name for each in parts for name in each.placeholders}
        if command.request is None and needed <= known | kept:
            commands.append(command)
            known |= kept
    if not commands:
        return None
    cleanup = tuple(each for each in suite.cleanup if set(each.placeholders) <= known)
    return replace(suite, commands=tuple(commands), cleanup=cleanup)
