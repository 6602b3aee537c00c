"""Runs in progress, with the facts that distinguish them.

The module ``attribution`` assigns exchanges to runs on the evidence of these facts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from tracer.runs.shell_commands import ShellCommand
from tracer.sequences import is_interactive
from tracer.urls import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracer.model import RunNote
    from tracer.runs.client_process import ClientProcess

T = TypeVar("T")

__all__ = ["FINISHED_LIMIT", "GRACE", "Evidence", "Run", "Runs", "is_below", "service_of"]

FINISHED_LIMIT = 256
"""Maximum number of finished runs in memory: a token may be used again, and a service may still work."""

GRACE = 3.0
"""Seconds without a connection after which the run of a remote client counts as over."""

_KEPT = 64
"""Maximum number of User-Agents of a run, and of URLs for each purpose."""

_LATEST = 4096
"""Number of latest request IDs, and of latest objects, of a run in memory."""


class Evidence(NamedTuple):
    """The facts of a request that show its origin.

    ``sender`` is the service that sent the request, empty for a client. ``cause_id`` is the ID of the request
    for which the sender sent this one, as it says itself. ``tokens`` are the tokens that the request
    carries, ``subjects`` the tokens that it asks about; both are unredacted, and stay in memory.
    ``opening`` is the method and the URL. ``authenticates`` marks a login. ``started`` is in
    seconds since the epoch.
    """

    connection: str
    peer: str
    process: ClientProcess | None
    agent: str
    opening: str
    authenticates: bool
    tokens: frozenset[str]
    sender: str = ""
    subjects: frozenset[str] = frozenset()
    url: str = ""
    started: float = 0.0
    cause_id: str = ""

    @property
    def proves_client(self) -> bool:
        """True for a login or a request with a token: only one client has the credentials or the token."""
        return self.authenticates or bool(self.tokens)


@dataclass(eq=False)
class Run:
    """The facts that distinguish a run from others. ``open`` contains its open connections.

    ``agents`` are the User-Agents of its requests, as one command uses several libraries.
    ``service`` is the service of a background run, empty for any other run.
    ``shell`` is the command of an interactive shell; None for any other client. ``superseded`` is set once
    the next command of the shell has begun.
    ``tokens`` were issued to the run; ``carried`` are the other tokens of its requests.
    ``discovered`` maps the method and URL of each request without a token to the time of the first one.
    ``used`` maps each service to the times of the first and the last request that proved the client;
    ``logins`` are the services that received a login.
    ``request_ids`` are the IDs that service calls for the run may carry. ``objects`` maps the UUIDs of what
    the run changed to the time of the last change. ``working_services`` may go on with a change after their
    response.
    ``began``, ``logged_in``, ``last``, ``possibly_last`` and ``refused`` are in seconds since the epoch: the
    beginning, the first login, the latest end of an exchange, the latest end of an exchange that may be
    of the run, and the latest 401 response to a token without a login after it. ``doubt`` is the reason
    why an exchange may be missing, or may belong to another run.
    """

    number: int
    peer: str
    process: ClientProcess | None
    service: str = ""
    began: float = 0.0
    logged_in: float = math.inf
    last: float = -math.inf
    possibly_last: float = -math.inf
    refused: float = -math.inf
    doubt: RunNote | None = None
    shell: ShellCommand | None = field(default=None, repr=False)
    superseded: bool = False
    open: set[str] = field(default_factory=set)
    agents: set[str] = field(default_factory=set)
    in_flight: int = 0
    tokens: set[str] = field(default_factory=set, repr=False)
    carried: set[str] = field(default_factory=set, repr=False)
    discovered: dict[str, float] = field(default_factory=dict, repr=False)
    logins: set[str] = field(default_factory=set, repr=False)
    used: dict[str, tuple[float, float]] = field(default_factory=dict, repr=False)
    request_ids: dict[str, None] = field(default_factory=dict, repr=False)
    objects: dict[str, float] = field(default_factory=dict, repr=False)
    working_services: set[str] = field(default_factory=set, repr=False)

    @property
    def idle(self) -> bool:
        """True if the run has no open connection and no request in flight, so that it may be over."""
        return not self.open and not self.in_flight

    @property
    def last_use(self) -> float:
        """The time of the latest known request that proved the client; minus infinity if there is none."""
        return max((last for _, last in self.used.values()), default=-math.inf)

    def active(self, time: float) -> bool:
        """Return whether ``time`` (s since the epoch) is in the run, or up to ``GRACE`` s after it."""
        last = max(self.last, self.possibly_last)
        return self.began <= time and (self.in_flight > 0 or time <= last + GRACE)

    def of_same_client(self, evidence: Evidence) -> bool:
        """Return whether the run and the request may come from the same remote program."""
        local = self.process is not None or bool(self.service)
        return not local and self.peer == evidence.peer and evidence.agent in self.agents

    def use(self, evidence: Evidence, *, login: bool) -> None:
        """Record a request of the run that carries a token, or is a ``login``."""
        service = service_of(evidence.url)
        if login:
            self.logged_in = min(self.logged_in, evidence.started)
        if login and len(self.logins) < _KEPT:
            self.logins.add(service)
        if service in self.used or len(self.used) < _KEPT:
            first, last = self.used.get(service, (evidence.started, evidence.started))
            self.used[service] = min(first, evidence.started), max(last, evidence.started)

    def add_agent(self, agent: str) -> None:
        """Record the User-Agent of a request of the run."""
        if len(self.agents) < _KEPT:
            self.agents.add(agent)

    def add_request_ids(self, request_ids: Iterable[str]) -> None:
        """Record the IDs of a request of the run."""
        _add(self.request_ids, dict.fromkeys(request_ids))

    def change_objects(self, objects: Iterable[str], time: float) -> None:
        """Record the UUIDs of what the run changed at ``time`` (s since the epoch)."""
        _add(self.objects, dict.fromkeys(objects, time))

    def discover(self, opening: str, time: float) -> None:
        """Record a request of the run without a token."""
        if opening in self.discovered or len(self.discovered) < _KEPT:
            self.discovered[opening] = min(time, self.discovered.get(opening, time))

    def uses(self, service: str) -> bool:
        """Return whether the run used ``service`` or a service below it."""
        return any(is_below(used, service) for used in self.used)

    def first_use(self, service: str, since: float, until: float) -> float | None:
        """Return the earliest known use of ``service`` from ``since`` to ``until``, None if there is none."""
        times = (
            moment
            for used, moments in self.used.items()
            if is_below(used, service)
            for moment in moments
            if since <= moment <= until
        )
        return min(times, default=None)

    def used_before(self, service: str, time: float) -> bool:
        """Return whether the run used ``service`` before ``time``. Services with a login do not count."""
        return any(
            first < time and used not in self.logins and is_below(used, service)
            for used, (first, _) in self.used.items()
        )

    def logged_in_below(self, service: str) -> bool:
        """Return whether the run sent a login to ``service`` or to a service below it."""
        return any(is_below(login, service) for login in self.logins)


class Runs:
    """All runs in progress, and the latest finished runs.

    ``on_resume`` is called with each finished run that continues or receives a doubt.
    """

    def __init__(self, on_resume: Callable[[Run], None]) -> None:
        self._on_resume = on_resume
        self._doubt: RunNote | None = None
        self._count = 0
        self.going: list[Run] = []
        self._ending: list[Run] = []
        self._finished: dict[int, Run] = {}

    def begin(self, evidence: Evidence) -> Run:
        """Begin a new run with the facts of its first request, and return the run."""
        self._count += 1
        run = Run(
            self._count,
            evidence.peer,
            evidence.process,
            evidence.sender,
            began=evidence.started,
            doubt=self._doubt,
        )
        if evidence.process is not None and is_interactive(evidence.process.argv):
            run.shell = ShellCommand()
        self.going.append(run)
        return run

    def background_run(self, evidence: Evidence) -> Run:
        """Return the run for requests a service sends on its own behalf; begin one if needed."""
        runs = (run for run in self.going if run.service == evidence.sender)
        return next(runs, None) or self.begin(evidence)

    def process_run(self, evidence: Evidence) -> Run:
        """Return the run of the local process that sent the request; begin one if needed.

        Each command of an interactive shell has a run.
        """
        runs = (run for run in self.going if run.process == evidence.process and not run.superseded)
        run = next(runs, None) or self.begin(evidence)
        if run.shell is None or run.in_flight or not run.shell.ends_before(evidence, run.last):
            return run
        run.superseded = True
        run.open.clear()
        following = self.begin(evidence)
        following.shell = run.shell.next()
        return following

    def holders(self, evidence: Evidence) -> list[Run]:
        """Return the runs of the request's address that obtained or carried one of its tokens.

        Runs in progress precede finished runs, and later runs precede earlier runs.
        """
        tokens = evidence.tokens
        idle = (run for run in reversed(self._finished.values()) if run.process is None)
        return [
            run
            for run in (*reversed(self.going), *idle)
            if run.peer == evidence.peer
            and not (tokens.isdisjoint(run.tokens) and tokens.isdisjoint(run.carried))
        ]

    def doubt(self, run: Run, reason: RunNote) -> None:
        """Set a doubt on a run without one. Resume a finished run, as its recording must state the doubt."""
        if not run.doubt:
            run.doubt = reason
            self.resume(run)

    def doubt_each(self, runs: Iterable[Run], reason: RunNote) -> None:
        """Set a doubt on each of ``runs`` without one."""
        for run in runs:
            self.doubt(run, reason)

    def doubt_all(self, reason: RunNote) -> None:
        """Set a doubt on all known runs and on all future runs."""
        self._doubt = reason
        self.doubt_each((*self.going, *self._finished.values()), reason)

    def resume(self, run: Run) -> None:
        """Resume a finished run. Do nothing for a run in progress."""
        if self._finished.pop(run.number, None) is not None:
            self.going.append(run)
            self._on_resume(run)

    def finish(self, run: Run) -> None:
        """End a run in progress, and forget its connections. ``retain`` or ``forget`` follows."""
        self.going.remove(run)
        self._ending.append(run)
        run.open.clear()

    def is_ending(self, run: Run) -> bool:
        """Return whether the recording of ``run`` is being written: nothing can be added meanwhile."""
        return run in self._ending

    def forget(self, run: Run) -> None:
        """Remove a run that ended."""
        self._ending.remove(run)

    def of_request(self, request_id: str) -> list[Run]:
        """Return the runs with the request ``request_id``, also finished ones."""
        return [run for run in self._known() if request_id in run.request_ids]

    def that_changed(self, objects: Iterable[str]) -> list[Run]:
        """Return the runs that changed one of ``objects`` last; of these, those that changed the most."""
        ranks: dict[Run, tuple[float, int]] = {}
        for run in self._known():
            times = [run.objects[name] for name in objects if name in run.objects]
            if times:
                ranks[run] = max(times), len(times)
        best = max(ranks.values(), default=None)
        return [run for run, rank in ranks.items() if rank == best]

    def retain(self, run: Run) -> Run | None:
        """Keep a finished run that may continue. Return the run evicted to make room.

        The client of a remote run may only be idle. A service may go on with a change that a local client
        asked for. Return ``run`` itself if it cannot continue, as such a run is not retained.
        """
        self._ending.remove(run)
        may_continue = run.working_services if run.process is not None else run.tokens or run.carried
        if not may_continue:
            return run
        self._finished[run.number] = run
        oldest = next(iter(self._finished))
        return self._finished.pop(oldest) if len(self._finished) > FINISHED_LIMIT else None

    def _known(self) -> tuple[Run, ...]:
        return (*self.going, *self._ending, *self._finished.values())

    def of_same_client(self, evidence: Evidence) -> Iterator[Run]:
        """Return the runs in progress that may come from the same remote program as the request."""
        return (run for run in self.going if run.of_same_client(evidence))


def _add(latest: dict[str, T], new: dict[str, T]) -> None:
    """Add ``new`` to ``latest``, and remove the oldest entries beyond ``_LATEST``."""
    for key, value in new.items():
        latest.pop(key, None)
        latest[key] = value
    while len(latest) > _LATEST:
        del latest[next(iter(latest))]


def is_below(service: str, upper: str) -> bool:
    """Return whether ``service`` is equal to ``upper`` or below it."""
    return service.startswith(upper) and service[len(upper) :][:1] in ("", "/")


def service_of(url: str) -> str:
    """Return the part of ``url`` that names a service: its origin and up to three segments of its path."""
    parts = split(url)
    if parts is None:
        return url
    segments: Iterable[str] = filter(None, parts.path.split("/"))
    path = "/".join(list(segments)[:3])
    return f"{parts.scheme}://{parts.netloc}/{path}".rstrip("/").lower()
