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
    "are_related",
    "beginning_soon",
    "discoverers",
    "had_discovered",
    "is_certain",
    "is_followed",
    "may_have_known",
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
        if time is not None
        and not had_discovered(run, request.service, time)
        and not (request.failed and lulls.between(run.peer, request.latest, run.began))
    ]
    likely = [(time, run) for time, run in users if may_have_known(run, request)]
    # The requests of a doubtful run may belong to another run, so it explains no request before a lull.
    earlier = [run for run in discoverers(request, runs, lulls) if not run.doubt]
    if not users or not earlier:
        return likely or users
    peer = request.evidence.peer
    since = max(request.latest, *(run.last_use for run in earlier))
    return [
        (time, run)
        for time, run in likely
        if is_certain(request, run, time, waiting, lulls)
        or (
            run.logged_in_below(request.service)
            and lulls.ends_at(peer, request.evidence.started)
            and _is_only(request, run, time, waiting, lulls)
        )
        or not lulls.between(peer, since, run.began)
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
        or (logs_in and are_related(each.service, request.service))
    ]


def is_certain(
    request: SentRequest, run: Run, moment: float, waiting: Sequence[SentRequest], lulls: Lulls
) -> bool:
    """Return whether only this request can have shown ``run`` the service that it used at ``moment``.

    A login may need no discovery, and a failed request shows nothing.
    """
    if run.doubt or request.failed:
        return False
    if run.logged_in_below(request.service) and (
        not lulls.ends_at(run.peer, request.evidence.started)
        or lulls.between(run.peer, request.latest, moment)
    ):
        return False
    return _is_only(request, run, moment, waiting, lulls)


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


def beginning_soon(request: SentRequest, runs: Iterable[Run], lulls: Lulls) -> list[Run]:
    """Return the runs that began within ``PATIENCE`` after the request and have not sent the same request.

    Leave out runs that began after a pause, if the request failed.
    """
    begun = request.evidence.started
    return [
        run
        for run in runs
        if begun <= run.began <= begun + PATIENCE
        and not _had_sent_same(request, run)
        and not (request.failed and lulls.between(run.peer, request.latest, run.began))
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


def had_discovered(run: Run, service: str, moment: float) -> bool:
    """Return whether ``run`` discovered ``service`` no later than ``moment``, by any request."""
    earlier = (opening for opening, time in run.discovered.items() if time <= moment)
    discovered = (service_of(opening.partition(" ")[2]) for opening in earlier)
    return any(are_related(each, service) for each in discovered)


def are_related(service: str, other: str) -> bool:
    """Return whether the services are equal, or one of them is below the other."""
    return is_below(service, other) or is_below(other, service)


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
        and (may_have_known(run, each) or not may_have_known(run, request))
        and not ((each.discoverers or each.failed) and lulls.between(run.peer, each.latest, began))
    ]


def _is_only(
    request: SentRequest, run: Run, moment: float, waiting: Sequence[SentRequest], lulls: Lulls
) -> bool:
    """Return whether no other request may have shown ``run`` the service that it used at ``moment``."""
    others = _before_use(request, run, moment, waiting, lulls)
    return not any(are_related(each.service, request.service) for each in others)


def _first_use(run: Run, request: SentRequest) -> float | None:
    """Return the time at which the run first used the requested service after the request.

    Return None if the run did not use the service within ``PATIENCE``.
    """
    return run.first_use(request.service, request.earliest, request.latest + PATIENCE)


def _had_sent_same(request: SentRequest, run: Run) -> bool:
    return request.evidence.opening in run.discovered


def may_have_known(run: Run, request: SentRequest) -> bool:
    """Return whether the run may have known of the service at the time of the request.

    Before its login, a run knows only the service to which it logs in.
    """
    had_logged_in = run.logged_in <= request.evidence.started
    return had_logged_in or not run.logins or run.logged_in_below(request.service)
