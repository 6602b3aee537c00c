"""Exchanges of runs in progress, for a live display."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.errors import TracerError
from tracer.urls import authority, origin, path_of

if TYPE_CHECKING:
    from tracer.model import Exchange
    from tracer.runs.run_writer import RunWriter

__all__ = ["LiveExchanges"]

_LABELLED = 64
"""Number of exchanges of a run that get a label while the run is in progress. A label needs the whole run."""

_REMEMBERED = 1024
"""Number of the receivers that later exchanges take over."""


class LiveExchanges:
    """Outlines of stored exchanges. A later exchange of a long run has a receiver, but no label."""

    def __init__(self) -> None:
        self._receivers: dict[tuple[str, str], str] = {}

    def outline(self, writer: RunWriter, exchange: Exchange) -> Exchange:
        """Return the latest ``exchange`` of ``writer`` with its label so far, without fields and content."""
        key = _host_and_mount(exchange.request.url)
        labelled = replace(exchange, receiver=self._receivers.get(key, key[0]))
        if writer.exchanges <= _LABELLED:
            with contextlib.suppress(TracerError):  # the end of the run reports it
                labelled = writer.latest()
                if len(self._receivers) < _REMEMBERED:
                    self._receivers[key] = labelled.receiver
        request, response = labelled.request, labelled.response
        return replace(
            labelled,
            started=exchange.started,
            ended=exchange.ended,
            request=replace(request, headers={}, body=None),
            response=response and replace(response, headers={}, body=None),
        )


def _host_and_mount(url: str) -> tuple[str, str]:
    """Return the host, with its port, and the first segment of the path: both select a service."""
    of = origin(url)
    return (authority(of) if of else ""), path_of(url).lstrip("/").partition("/")[0]
