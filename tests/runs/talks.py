"""Clients and services as the attribution of exchanges sees them: without a proxy and without flows."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.i18n import note_text
from tracer.model import Exchange, Request, Response
from tracer.runs.attribution import Attribution
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.run import GRACE, Evidence, Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.runs.client_process import ClientProcess
    from tracer.runs.sent_request import SentRequest

HOST = "http://cloud.test:8776"
KEYSTONE, GLANCE = "http://cloud.test:5000/identity", "http://cloud.test:9292/image"
TOKENS = f"{KEYSTONE}/v3/auth/tokens"
IMAGES = f"{GLANCE}/v2/images"
AGENT_OF_KEYSTONE = "python-keystoneclient"
KINDS = ("http", "https", "close", "hang-up")
"""The ways of a client to use its connections, see ``Client``."""


@dataclass(frozen=True)
class Step:
    """A request of a command, and its response."""

    method: str
    url: str
    token: str = ""
    hands_out: str = ""
    status: int = 200
    agent: str = ""


@dataclass
class Talk:
    """A proxy's view of what passes; ``runs`` are the requests of each run, by the run's number."""

    stored: bool = False
    peer: str = "192.0.2.7"
    agent: str = "openstacksdk"
    now: float = 1000.0
    runs: dict[int, list[SentRequest]] = field(default_factory=dict)
    resumed: list[int] = field(default_factory=list)
    idle_since: dict[Run, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.attribution = Attribution(
            ParticipantMap(), self._resume, stored=self.stored, clock=lambda: self.now
        )

    def _resume(self, run: Run) -> None:
        self.resumed.append(run.number)

    def ask(
        self,
        connection: str,
        step: Step,
        process: ClientProcess | None = None,
        *,
        peer: str | None = None,
        agent: str | None = None,
        sender: str = "",
    ) -> SentRequest:
        self.now += 0.01
        return self.attribution.request_started(
            Evidence(
                connection,
                peer or self.peer,
                process,
                agent or step.agent or self.agent,
                f"{step.method} {step.url}",
                step.method == "POST" and step.url.endswith("/auth/tokens"),
                frozenset(filter(None, [step.token])),
                sender,
                url=step.url,
                started=self.now,
            )
        )

    def answer(self, request: SentRequest, step: Step, *, close: bool = False, timed: bool = True) -> None:
        self.now += 0.01
        exchange = Exchange(
            sender=request.evidence.sender or "client",
            started=request.evidence.started,
            ended=self.now if timed else None,
            request=Request(method=step.method, url=step.url),
            response=Response(status=step.status),
        )
        closes = request.evidence.connection if close else None
        self.take(
            self.attribution.exchange_completed(request, exchange, filter(None, [step.hands_out]), closes)
        )

    def close(self, connection: str) -> None:
        self.take(self.attribution.closed(connection))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.take(self.attribution.expire())

    def wait(self, seconds: float) -> None:
        """Let time pass, and end runs that are over meanwhile, as the manager does."""
        until = self.now + seconds
        while self.now < until:
            self.pass_time(min(0.5, until - self.now))
            for run in filter(self._is_over, list(self.attribution.runs.going)):
                self.take(self.attribution.over(run))
                if self._is_over(run):
                    self.finish(run)

    def _is_over(self, run: Run) -> bool:
        idle = self.idle_since.get(run, math.inf) if run.idle else math.inf
        return self.now >= max(idle + GRACE, self.attribution.earliest_end(run))

    def finish(self, run: Run) -> None:
        """End a run, as a manager does once it is idle."""
        self.take(self.attribution.over(run))
        self.attribution.runs.finish(run)
        self.attribution.runs.retain(run)

    def end(self) -> list[list[str]]:
        """Return the requests of each run: method and URL, in the order of time."""
        self.take(self.attribution.rest())
        assert not any(run.in_flight for run in self.attribution.runs.going)
        return self.told()

    def told(self) -> list[list[str]]:
        """Return the requests of each run that are known now."""
        return [
            [each.evidence.opening for each in sorted(one, key=lambda each: each.evidence.started)]
            for one in self.runs.values()
        ]

    @property
    def doubts(self) -> set[str]:
        """Return the sentences of all doubts that are known now."""
        of_requests = [each.doubt for one in self.runs.values() for each in one if each.doubt]
        of_runs = [run.doubt for run in self.attribution.runs.going if run.doubt]
        return {note_text(doubt) for doubt in of_requests + of_runs}

    def take(self, decided: list[SentRequest]) -> None:
        for request in decided:
            assert request.run is not None
            self.idle_since.pop(request.run, None)
            self.runs.setdefault(request.run.number, []).append(request)
            request.exchange = None
            request.run.in_flight -= 1
        since, going = self.idle_since, self.attribution.runs.going
        self.idle_since = {run: since.get(run, self.now) for run in going if run.idle}

    def exchange(self, connection: str, step: Step, *, close: bool = False) -> SentRequest:
        request = self.ask(connection, step)
        self.answer(request, step, close=close)
        return request


@dataclass
class Client:
    """A program that sends the steps of a command over connections of its own.

    ``kind`` is how: ``http`` (one connection to the proxy for all hosts), ``https`` (one for each host),
    ``close`` (one for each request), ``hang-up`` (the same, and only the client ends it: the proxy
    sees that after the next request has come).
    """

    talk: Talk
    name: str
    steps: list[Step]
    kind: str
    sent: list[SentRequest] = field(default_factory=list)

    def halves(self) -> Iterator[None]:
        """Send and answer one request after the other; give control back after each half."""
        used = []
        for number, step in enumerate(self.steps):
            host = step.url.split("/")[2]
            connection = {"http": "", "https": host}.get(self.kind, str(number))
            used.append(f"{self.name}-{connection}")
            request = self.talk.ask(used[-1], step)
            self.sent.append(request)
            if self.kind == "hang-up" and number:
                self.talk.close(used[-2])
            yield
            self.talk.answer(request, step, close=self.kind == "close")
            yield
        for connection in dict.fromkeys(used):
            self.talk.close(connection)


def show(token: str, *, by_name: bool = False) -> list[Step]:
    """The requests of `openstack image show`."""
    last = Step("GET", f"{IMAGES}/1", token)
    return [*_begun(token), Step("GET", GLANCE), *([Step("GET", f"{IMAGES}/x", token)] * by_name), last]


def listing(token: str) -> list[Step]:
    """The requests of `openstack image list`."""
    return [*_begun(token), Step("GET", GLANCE), Step("GET", IMAGES, token)]


def token_issue(token: str) -> list[Step]:
    """The requests of `openstack token issue`."""
    return _begun(token)


def versions(token: str) -> list[Step]:
    """The requests of `openstack versions show`: what it discovers, it does not use."""
    return [
        *_begun(token),
        Step("GET", f"{KEYSTONE}/v3/"),
        Step("GET", f"{HOST}/volume/"),
        Step("GET", GLANCE),
    ]


def projects(token: str) -> list[Step]:
    """The requests of `openstack project list`."""
    return [*_begun(token), Step("GET", f"{KEYSTONE}/v3/projects", token)]


def add_project(token: str) -> list[Step]:
    """The requests of `openstack image add project`: a library of Keystone's asks for the project."""
    identity = Step("GET", f"{KEYSTONE}/v3/projects/1", token, agent=AGENT_OF_KEYSTONE)
    return [*_begun(token), Step("GET", GLANCE), identity, Step("POST", f"{IMAGES}/1/members", token)]


def remove_project(token: str) -> list[Step]:
    """The requests of `openstack image remove project`: Glance is discovered before Keystone is asked."""
    identity = Step("GET", f"{KEYSTONE}/v3/projects/1", token)
    return [*_begun(token), Step("GET", GLANCE), identity, Step("DELETE", f"{IMAGES}/1/members/1", token)]


def list_refused(token: str) -> list[Step]:
    """The requests of `openstack image list` with a token that has expired meanwhile."""
    refused = Step("GET", IMAGES, token, status=401)
    again = Step("POST", TOKENS, hands_out=f"{token}-again", status=201)
    return [*listing(token)[:3], refused, again, Step("GET", IMAGES, f"{token}-again")]


def direct_show(token: str) -> list[Step]:
    """The requests of `openstack image show` with `OS_AUTH_TYPE=v3password`: Keystone is not discovered."""
    return show(token)[1:]


def direct_versions(token: str) -> list[Step]:
    """The requests of `openstack versions show` that logs in without discovery."""
    return versions(token)[1:]


def direct_projects(token: str) -> list[Step]:
    """The requests of `openstack project list` that logs in without discovery."""
    return projects(token)[1:]


def direct_list_refused(token: str) -> list[Step]:
    """The requests of `openstack image list` that logs in twice without discovery."""
    return list_refused(token)[1:]


def with_cached_token(token: str) -> list[Step]:
    """The requests of a command with an endpoint and a token."""
    return [DISCOVERY, Step("GET", f"{IMAGES}/1", token)]


def with_cached_token_twice(token: str) -> list[Step]:
    """The requests of a command with an endpoint and a token that uses the service twice."""
    return [DISCOVERY, Step("GET", IMAGES, token), Step("GET", f"{IMAGES}/1", token)]


def failed(token: str) -> list[Step]:
    """The only request of a command while Keystone is down."""
    return [Step("GET", KEYSTONE, status=503)]


def failed_login(token: str) -> list[Step]:
    """The only request of a command with a wrong password that logs in without discovery."""
    return [Step("POST", TOKENS, status=401)]


def _begun(token: str) -> list[Step]:
    return [
        Step("GET", KEYSTONE, status=300),
        Step("POST", TOKENS, hands_out=token, status=201),
    ]


def run_all(clients: list[Client], order: Iterator[int] | None = None) -> None:
    """Let clients send: one after the other, or each next half by the client that ``order`` names."""
    living = [client.halves() for client in clients]
    while living:
        index = 0 if order is None else next(order) % len(living)
        if next(living[index], self_ended) is self_ended:
            del living[index]


self_ended = object()


def numbers() -> Iterator[int]:
    """Take turns."""
    return itertools.count()


DISCOVERY = Step("GET", GLANCE, status=300)


def openings(steps: list[Step]) -> list[str]:
    return [f"{step.method} {step.url}" for step in steps]


def login(token: str) -> Step:
    return Step("POST", TOKENS, hands_out=token, status=201)
