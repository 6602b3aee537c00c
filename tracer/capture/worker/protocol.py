"""Messages between the proxy and the worker process, besides the events of the traffic."""

from __future__ import annotations

from typing import Literal

import msgspec

from tracer.model import Exchange
from tracer.runs.events import Event

__all__ = [
    "FAILED",
    "STORED",
    "Configure",
    "ExchangeStored",
    "Failed",
    "Finish",
    "Finished",
    "LogLine",
    "Notice",
    "Ready",
    "WorkerMessage",
]

STORED, FAILED = b"\0", b"\1"
"""The worker's acknowledgement of an exchange. A notice with the reason precedes ``FAILED``."""


class Configure(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A message to the worker: the pickled ``Settings`` for all later events.

    With ``watched``, the worker sends an ``ExchangeStored`` notice for each exchange.
    """

    settings: bytes
    watched: bool = False


class Finish(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """A message to the worker: write all recordings, then end."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The first notice of the worker: it stores later events even if the proxy is killed."""


class LogLine(msgspec.Struct, frozen=True, tag=True):
    """A notice of the worker: a line for the proxy's log."""

    level: Literal["alert", "warning", "error"]
    text: str


class ExchangeStored(msgspec.Struct, frozen=True, tag=True):
    """A notice of the worker: an exchange of a run, redacted, with its label so far.

    The messages have no header fields and no content. Times are in seconds since the epoch.
    """

    exchange: Exchange


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A notice of the worker: a loss and its reason. ``refused``: one file would have leaked a secret."""

    reason: str
    refused: bool = False


class Finished(msgspec.Struct, frozen=True, tag=True):
    """The last notice of the worker, its response to ``Finish``."""


WorkerMessage = Event | Configure | Finish
Notice = Ready | LogLine | ExchangeStored | Failed | Finished
