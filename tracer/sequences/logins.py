"""The ways in which a client of a run got its token: by the login of the sequence, or in another way.

``logins.yaml`` has the other ways. They depend on the user's settings and not on the command, so no
sequence contains them.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from tracer.sequences.loading import ways
from tracer.sequences.observations import Observation, asks_for
from tracer.sequences.templates import is_version_path
from tracer.sequences.token_requests import is_login

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.sequences.schema import Entry

__all__ = ["PASSWORD", "Login", "is_login_entry", "login_of", "way_entries"]


class Login(NamedTuple):
    """The evidence of a run on its way to a token: the ``ways`` that occurred in part, by their names.

    ``brought`` is true if the client had credentials from the beginning: a cached token, a token from another
    program, or a plug-in without login (``none``, ``admin_token``, ``http_basic``). A client that first
    discovers Keystone is about to log in.
    """

    brought: bool = False
    ways: tuple[str, ...] = ()


PASSWORD = Login()
"""The login of the sequences: one request that issues a token."""


def login_of(run: Iterable[Observation]) -> Login:
    """Return the evidence of ``run``, all observations of its client in order."""
    brought: bool | None = None
    names: set[str] = set()
    for seen in run:
        if brought is None:
            brought = _brings_credentials(seen)
        for way, entry in _signs().get((seen.receiver, seen.method), ()):
            if way not in names and asks_for(seen, entry, {}):
                names.add(way)
    return Login(bool(brought), tuple(way.name for way in ways() if way.name in names))


def is_login_entry(entry: Entry) -> bool:
    """Return whether ``entry`` is the login of a command with other exchanges after it."""
    is_at_keystone = entry.receiver == "keystone" and is_login(entry.method, entry.path)
    return entry.prologue and is_at_keystone and 201 in entry.statuses


@functools.cache
def way_entries() -> tuple[Entry, ...]:
    """Return the entries of all ways."""
    return tuple(entry for way in ways() for entry in way.entries)


def _brings_credentials(seen: Observation) -> bool | None:
    """Return whether the client had credentials before this request, None if the request shows neither."""
    if seen.receiver == "keystone" and seen.is_anonymous and is_version_path(seen.path):
        return False
    if seen.receiver == "keystone" and is_login(seen.method, seen.path):
        return False
    if (seen.receiver, seen.method) in _signs() and any(asks_for(seen, entry, {}) for entry in way_entries()):
        return None
    return None if seen.is_anonymous else True


@functools.cache
def _signs() -> dict[tuple[str, str], list[tuple[str, Entry]]]:
    """Return the required entries of each way, with its name, by receiver and method."""
    signs: dict[tuple[str, str], list[tuple[str, Entry]]] = {}
    for way in ways():
        for entry in way.entries:
            if entry.optional:
                continue
            signs.setdefault((entry.receiver, entry.method), []).append((way.name, entry))
    return signs
