"""Discovery requests that replace each other, as a URL may name a service or one of its versions."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.formats.data_files import read_rules
from tracer.sequences.composition import expand_entries
from tracer.sequences.schema import Entry

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["alternatives", "with_alternatives"]

_FILE = Path(__file__).with_name("discovery.yaml")


def with_alternatives(entry: Entry) -> Iterator[Entry]:
    """Yield ``entry``, and the requests that a client may send in its place."""
    yield entry
    yield from alternatives(entry)


def alternatives(entry: Entry) -> tuple[Entry, ...]:
    """Return the discovery requests that a client may send in place of ``entry``.

    Return an empty tuple if ``entry`` is not one of the known discovery requests.
    Raise InputError for an invalid file of the user.
    """
    if entry.query or entry.fallback or entry.loop:
        return ()
    return _alternatives(entry.receiver, entry.method, entry.path, entry.statuses)


@functools.cache
def _alternatives(receiver: str, method: str, path: str, statuses: tuple[int, ...]) -> tuple[Entry, ...]:
    requests = [request for request in _requests() if request.receiver == receiver]
    if not any(
        (request.method, request.path, request.statuses) == (method, path, statuses) for request in requests
    ):
        return ()
    return tuple(request for request in requests if (request.method, request.path) != (method, path))


@functools.cache
def _requests() -> tuple[Entry, ...]:
    files = read_rules(_FILE, tuple[Entry, ...], prepare=expand_entries)
    return tuple(request for requests in files for request in requests)
