"""Mixes of commands over connections that end, with pauses: how to play them, and the law that holds."""

from __future__ import annotations

import itertools
import math
from collections import deque
from typing import TYPE_CHECKING

from tracer.runs.lulls import PAUSE
from tracer.runs.run import GRACE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.runs.talks import Client, Talk


def assert_true_or_in_doubt(talk: Talk, clients: list[Client]) -> None:
    """Check that each request is in one run, and that a run without a doubt contains one command."""
    assigned = [request for requests in talk.runs.values() for request in requests]
    assert sorted(map(id, assigned)) == sorted(id(request) for client in clients for request in client.sent)
    commands = [{id(request) for request in client.sent} for client in clients]
    for requests in talk.runs.values():
        if not any(request.doubt or (request.run and request.run.doubt) for request in requests):
            assert {id(request) for request in requests} in commands, [
                (request.evidence.connection, request.evidence.opening) for request in requests
            ]


def play(talk: Talk, clients: list[Client], order: list[tuple[float, int]]) -> None:
    """Let each client in ``order`` send or receive its next half, after a pause in seconds."""
    halves = [client.halves() for client in clients]
    for pause, number in order:
        talk.wait(pause)
        next(halves[number], None)
    for rest in halves:
        deque(rest, maxlen=0)


def leaves_evidence(clients: list[Client]) -> bool:
    """Return whether the requests differ from those of commands one after the other.

    They do not if a command is silent for ``GRACE``, or begins after a lull in which another command
    paused that shows no token later. They do not either if a command pauses between its discovery and its
    login: the login looks direct if another command that logged in directly is silent from then on.
    """
    times = [[(each.evidence.started, each.latest) for each in client.sent] for client in clients]
    if any(after[0] - before[1] > GRACE - 0.1 for one in times for before, after in itertools.pairwise(one)):
        return False
    for client in clients:
        began = client.sent[0].evidence.started
        earlier = [end for one in times for start, end in one if start < began]
        if not earlier or max(earlier) + PAUSE > began:
            continue
        for paused in clients:
            later = [each for each in paused.sent if each.evidence.started > began]
            unfinished = paused.sent[0].evidence.started < began and later
            if unfinished and not any(each.evidence.proves_client for each in later):
                return False
    direct = [client for client in clients if client.sent[0].evidence.authenticates]
    logins = [
        each.evidence.started
        for client in clients
        for each in client.sent[1:]
        if each.evidence.authenticates and not any(_proofs(client, until=each.evidence.started))
    ]
    starts = sorted(start for one in times for start, _ in one)
    lulls = [
        start
        for start in starts[1:]
        if max(end for one in times for begin, end in one if begin < start) + PAUSE <= start
    ]
    return not any(
        client.sent[0].evidence.started < lull <= login and not any(_proofs(client, since=lull))
        for client in direct
        for login in logins
        for lull in lulls
    )


def _proofs(client: Client, since: float = -math.inf, until: float = math.inf) -> Iterator[bool]:
    """Return whether the requests from ``since`` to before ``until`` proved the client."""
    return (each.evidence.proves_client for each in client.sent if since <= each.evidence.started < until)
