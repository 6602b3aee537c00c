"""What a proxy and the process that keeps its books tell each other, besides the traffic itself."""

from __future__ import annotations

from typing import Literal

import msgspec

from tracer.capture.events import Event

__all__ = ["FAILED", "KEPT", "Configured", "Failed", "Finish", "Finished", "Notice", "Ready", "Said", "Told"]

KEPT, FAILED = b"\0", b"\1"
"""What comes back for each exchange; of one that failed, a notice was sent before."""


class Configured(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """To the process: how to trace from now on, pickled ``Settings``."""

    settings: bytes


class Finish(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """To the process: make recordings of what there is, and end."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """From the process, first of all: what it is told is kept, whatever becomes of the proxy."""


class Said(msgspec.Struct, frozen=True, tag=True):
    """From the process: a line for the proxy's log."""

    level: Literal["alert", "warning", "error"]
    text: str


class Failed(msgspec.Struct, frozen=True, tag=True):
    """From the process: something was not recorded; ``refused`` where one artefact would have leaked."""

    reason: str
    refused: bool = False


class Finished(msgspec.Struct, frozen=True, tag=True):
    """From the process: the last notice, after ``Finish``."""


Told = Event | Configured | Finish
Notice = Ready | Said | Failed | Finished
