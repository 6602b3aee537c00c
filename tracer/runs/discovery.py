"""Candidate runs for a request without a token, from a connection without any token.

A command logs in, discovers a service by a request without a token, and then uses the service. A
discovery request can belong to a run that uses the service next, or to a run that logged in before
and only discovers the services of its catalogue. ``runs`` are the runs in progress of the same
client. ``waiting`` are the undecided requests of clients, in the order of time. Times are in seconds
since the epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.runs.lulls import PAUSE, Lulls
from tracer.runs.run import Run, is_below, service_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.runs.sent_request import SentRequest

__all__ = [
    "PATIENCE",
    "beginning_soon",
    "discoverers",
    "is_certain",
    "is_followed",
    "owners",
    "preferred",
    "rivals",
    "takers",
    "under_way",
]

PATIENCE = 10.0
"""Seconds that a request waits for evidence from other connections after its own has closed."""


def takers(
    request: SentRequest, runs: Sequence[Run], waiting: Sequence[SentRequest], lulls: Lulls
) -> list[tuple[float, Run]]:
    """Return the runs that used the service and had not discovered it before, with the time of use.

    Leave out runs that could not know of the service, unless all runs are such runs and no logged-in run
    can have sent the request. If a logged-in run can have sent it, also leave out runs that began after
    a pause and may have discovered the service by another request.
    """
    times = ((_first_use(run, request), run) for run in runs)
    users = [
        (time, run)
        for time, run in times
        if time is not None and not _had_discovered_related(run, request, time)
    ]
    likely = [(time, run) for time, run in users if _may_have_known(run, request)]
    # The requests of a doubtful run may belong to another run, so it explains no request before a lull.
    if not users or not any(not run.doubt for run in discoverers(request, runs, lulls)):
        return likely or users
    return [
        (time, run)
        for time, run in likely
        if is_certain(request, run, time, waiting, lulls)
        or not lulls.between(run.peer, request.latest, run.began)
    ]


def rivals(
    request: SentRequest, run: Run, moment: float, waiting: Sequence[SentRequest], lulls: Lulls
) -> list[SentRequest]:
    """Return the similar requests by which ``run`` may have discovered the service used at ``moment``.

    Requests are similar if method and URL are equal. Before a login, all requests to the same service
    are similar, as the run of the next login is unknown.
    """
    logs_in = moment <= run.logged_in
    return [
        each
        for each in _before_use(request, run, moment, waiting, lulls)
        if each.evidence.opening == request.evidence.opening
        or (logs_in and _are_related(each.service, request.service))
    ]


def is_certain(
    request: SentRequest, run: Run, moment: float, waiting: Sequence[SentRequest], lulls: Lulls
) -> bool:
    """Return whether only this request can have shown ``run`` the service that it used at ``moment``."""
    others = _before_use(request, run, moment, waiting, lulls)
    return not run.doubt and not any(_are_related(each.service, request.service) for each in others)


def owners(
    request: SentRequest, runs: Sequence[Run], waiting: Sequence[SentRequest], lulls: Lulls
) -> list[Run]:
    """Return the possible runs of the request: runs that use the service, and runs that may discover it."""
    using = (run for _, run in takers(request, runs, waiting, lulls))
    return list(dict.fromkeys([*using, *discoverers(request, runs, lulls)]))


def discoverers(request: SentRequest, runs: Iterable[Run], lulls: Lulls) -> list[Run]:
    """Return the logged-in runs in progress that may have discovered the service by the request.

    Leave out runs that had sent the same request or used the service, and idle runs with a pause between
    their last exchange and the beginning of the latest run.
    """
    time = request.evidence.started
    found = [
        run
        for run in runs
        if run.logged_in <= time
        and run.active(time)
        # The requests of a doubtful run may belong to another run.
        and (run.doubt or not (_had_sent_same(request, run) or run.used_before(request.service, time)))
    ]
    latest = max((run.began for run in found if run.began <= time), default=time)
    return [
        run
        for run in found
        if run.in_flight or not lulls.between(run.peer, max(run.began, run.last, run.possibly_last), latest)
    ]


def under_way(request: SentRequest, runs: Iterable[Run]) -> list[Run]:
    """Return the runs in progress at the time of the request.

    Leave out runs that had sent the same request and did not use the service after this one.
    """
    return [
        run
        for run in runs
        if run.active(request.evidence.started)
        and (not _had_sent_same(request, run) or _first_use(run, request) is not None)
    ]


def beginning_soon(request: SentRequest, runs: Iterable[Run]) -> list[Run]:
    """Return the runs that began within ``PATIENCE`` after the request and have not sent the same request."""
    begun = request.evidence.started
    return [
        run for run in runs if begun <= run.began <= begun + PATIENCE and not _had_sent_same(request, run)
    ]


def is_followed(run: Run, request: SentRequest, lulls: Lulls) -> bool:
    """Return whether the request may continue ``run``, rather than begin another run."""
    return run in discoverers(request, [run], lulls) or request.evidence.started <= run.last + PAUSE


def preferred(request: SentRequest, candidates: Sequence[Run]) -> Run:
    """Return the latest run with exchanges around the request, else the latest that began before it.

    If all ``candidates`` began after the request, return the first.
    """
    time = request.evidence.started
    around = [run for run in candidates if run.began <= time <= run.last]
    before = [run for run in candidates if run.began <= time]
    return max(around or before, key=lambda run: run.began, default=candidates[0])


def _before_use(
    request: SentRequest, run: Run, moment: float, waiting: Sequence[SentRequest], lulls: Lulls
) -> list[SentRequest]:
    """Return the other requests by which ``run`` may have discovered the service used at ``moment``.

    Leave out requests before a lull, if a run before the lull may have sent them. Without such a run, a
    command paused itself, and the lull is no boundary.
    """
    began = min(run.began, request.evidence.started)
    return [
        each
        for each in waiting
        if each is not request
        and each.earliest <= moment
        and run.of_same_client(each.evidence)
        and (_may_have_known(run, each) or not _may_have_known(run, request))
        and not (each.discoverers and lulls.between(run.peer, each.latest, began))
    ]


def _first_use(run: Run, request: SentRequest) -> float | None:
    """Return the time at which the run first used the requested service after the request.

    Return None if the run did not use the service within ``PATIENCE``.
    """
    return run.first_use(request.service, request.earliest, request.latest + PATIENCE)


def _are_related(service: str, other: str) -> bool:
    return is_below(service, other) or is_below(other, service)


def _had_discovered_related(run: Run, request: SentRequest, moment: float) -> bool:
    """Return whether ``run`` discovered the requested service no later than ``moment``, by any request."""
    earlier = (opening for opening, time in run.discovered.items() if time <= moment)
    services = (service_of(opening.partition(" ")[2]) for opening in earlier)
    return any(_are_related(service, request.service) for service in services)


def _had_sent_same(request: SentRequest, run: Run) -> bool:
    return request.evidence.opening in run.discovered


def _may_have_known(run: Run, request: SentRequest) -> bool:
    """Return whether the run may have known of the service at the time of the request.

    Before its login, a run knows only the service to which it logs in.
    """
    had_logged_in = run.logged_in <= request.evidence.started
    return had_logged_in or not run.logins or run.logged_in_below(request.service)
