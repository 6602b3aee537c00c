"""Commands that failed. The failure of a command is no deviation from its sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Recording

__all__ = ["CommandFailure", "failure_of"]


class CommandFailure(msgspec.Struct, frozen=True, kw_only=True):
    """The failure of a command: its exit code, if recorded, and the names of resources it did not find.

    ``failed_login`` is the request for a token that failed, and its result, if the command could not log in.
    """

    exit_code: int | None = None
    unfound: tuple[str, ...] = ()
    failed_login: str = ""

    def __str__(self) -> str:
        reasons = [f"nothing is named {name!r}" for name in self.unfound]
        if self.failed_login:
            reasons.append(f"the login failed ({self.failed_login})")
        if self.exit_code is not None:
            reasons.append(f"exit code {self.exit_code}")
        return f"the command failed: {', '.join(reasons)}"


def failure_of(
    recording: Recording, unfound: Iterable[str] = (), failed_login: str = ""
) -> CommandFailure | None:
    """Return the failure of the command, or None.

    The exit code decides. If it was not recorded, a command fails that could not log in (``failed_login``),
    or did not find a resource: ``unfound`` are the names of such resources.
    """
    exit_code = None if recording.output is None else recording.output.exit
    names = tuple(dict.fromkeys(unfound))
    failed = bool(names or failed_login) if exit_code is None else exit_code != 0
    if not failed:
        return None
    return CommandFailure(exit_code=exit_code, unfound=names, failed_login=failed_login)
