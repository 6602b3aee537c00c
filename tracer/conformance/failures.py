"""Commands that failed. The failure of a command is no deviation from its sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Recording

__all__ = ["failure_of"]


def failure_of(recording: Recording, unfound: Iterable[str] = ()) -> str:
    """Return the failure of the command, or an empty string.

    The exit code decides. If it was not recorded, a command fails that did not find a resource: ``unfound``
    are the names of such resources.
    """
    exit_code = None if recording.output is None else recording.output.exit
    if exit_code == 0:
        return ""
    reasons = [f"nothing is named {name!r}" for name in dict.fromkeys(unfound)]
    if exit_code is not None:
        reasons.append(f"exit code {exit_code}")
    return f"the command failed: {', '.join(reasons)}" if reasons else ""
