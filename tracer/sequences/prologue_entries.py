"""The entries that describe the exchanges of a run with a documented sequence, or without one.

Login and discovery depend on the user's settings and not on the command. The prologues of all sequences and
``logins.yaml`` describe them.
"""

from __future__ import annotations

import functools
from itertools import chain
from typing import TYPE_CHECKING

from tracer.sequences.catalogue import usual_mount
from tracer.sequences.discovery import with_alternatives
from tracer.sequences.labelled_entries import entry_of
from tracer.sequences.loading import catalog
from tracer.sequences.logins import way_entries
from tracer.sequences.templates import fits, is_version_path, normal
from tracer.urls import path_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["asks_for_versions", "described_entry", "path_below_mount"]

_VERSIONS = (200, 300)

_Key = tuple[str, str, str]
"""Sender, receiver, and method."""


def described_entry(exchange: Exchange, sequence: Sequence | None) -> Entry | None:
    """Return the entry that describes ``exchange`` in a run of ``sequence``; None if there is none.

    Without a sequence, only login and discovery have an entry.
    """
    return _prologue_entry(exchange) if sequence is None else entry_of(exchange, sequence)


def _prologue_entry(exchange: Exchange) -> Entry | None:
    """Return the entry of a login or a discovery that ``exchange`` fits; None if there is none.

    The function needs no labels. It expects services at the root of a host, or at the paths of a devstack.
    Entries of sequences come first. Ways to a token that share a request, with different descriptions, do not
    describe it.
    """
    answer = exchange.response
    if answer is None:
        return None
    key = (exchange.sender, exchange.receiver, exchange.request.method)
    path = path_below_mount(exchange)

    def fitting(entries: dict[_Key, list[Entry]]) -> list[Entry]:
        return [
            entry
            for entry in entries.get(key, ())
            if answer.status in entry.statuses and fits(entry.path, path)
        ]

    documented = fitting(_prologues(tuple(catalog())))
    if documented:
        return documented[0]
    ways = fitting(_ways())
    return ways[0] if len({str(entry.summary) for entry in ways}) == 1 else None


def asks_for_versions(exchange: Exchange) -> bool:
    """Return whether a client asks an OpenStack service for its versions, and the service lists them."""
    answer = exchange.response
    return (
        exchange.sender == "client"
        and bool(usual_mount(exchange.receiver))
        and exchange.request.method == "GET"
        and answer is not None
        and answer.status in _VERSIONS
        and is_version_path(path_below_mount(exchange))
    )


def path_below_mount(exchange: Exchange) -> str:
    """Return the path of a request without the usual mount of its receiver: ``/v3`` of ``/identity/v3``."""
    path = normal((exchange.path or path_of(exchange.request.url)).partition("?")[0])
    mount = usual_mount(exchange.receiver)
    below = path.removeprefix(mount)
    return normal(below) if below.startswith("/") or not below else path


@functools.lru_cache(maxsize=1)
def _prologues(_names: tuple[str, ...]) -> dict[_Key, list[Entry]]:
    """Return the entries of all prologues. The names of the sequences identify the catalogue, which grows."""
    prologue = (entry for sequence in catalog().values() for entry in sequence.entries if entry.prologue)
    return _by_key(chain.from_iterable(map(with_alternatives, prologue)))


@functools.cache
def _ways() -> dict[_Key, list[Entry]]:
    return _by_key(way_entries())


def _by_key(entries: Iterable[Entry]) -> dict[_Key, list[Entry]]:
    by_key: dict[_Key, list[Entry]] = {}
    for entry in entries:
        if not entry.query:
            by_key.setdefault((entry.sender, entry.receiver, entry.method), []).append(entry)
    return by_key
