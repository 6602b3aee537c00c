"""A made compute cloud as the attribution of exchanges sees it: clients, nova, neutron and placement."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tracer.model import Body, Exchange, Request, Response
from tracer.runs.attribution import Attribution
from tracer.runs.client_process import ClientProcess
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.run import Evidence

if TYPE_CHECKING:
    from tracer.model import Headers
    from tracer.runs.run import Run
    from tracer.runs.sent_request import SentRequest

__all__ = ["EVENTS", "PORTS", "SERVERS", "TOKENS", "ComputeCloud", "object_id"]

CLOUD = "http://cloud.test"
SERVERS, EVENTS = "/compute/v2.1/servers", "/compute/v2.1/os-server-external-events"
PORTS, TOKENS = "/networking/v2.0/ports", "/identity/v3/auth/tokens"


def object_id(number: int) -> str:
    """Return the UUID of a made object."""
    return f"00000000-0000-4000-8000-{number:012}"


@dataclass
class ComputeCloud:
    """The requests of a cloud, one after the other. ``now`` is the time in seconds."""

    now: float = 1000.0
    resumed: list[Run] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.attribution = Attribution(ParticipantMap(), self.resumed.append, clock=lambda: self.now)
        self._numbers = itertools.count()
        self._sent: dict[int, tuple[str, str, str]] = {}

    def ask(
        self, sender: str, method: str, path: str, *, cause: str = "", token: str = "", about: str = ""
    ) -> SentRequest:
        """Send a request. ``sender`` is a service, or the number of a client."""
        self.now += 0.01
        is_client = sender.isdigit()
        tokens, subjects = (frozenset(filter(None, [one])) for one in (token, about))
        connection = f"{sender}-{next(self._numbers)}"
        process = ClientProcess(int(sender) + 10**6, 1.0, (f"c{sender}",)) if is_client else None
        request = self.attribution.request_started(
            Evidence(
                connection, "127.0.0.1", process, "", f"{method} {path}", False, tokens,
                "" if is_client else sender, subjects, CLOUD + path, self.now, cause,
            )
        )  # fmt: skip
        self._sent[id(request)] = method, cause, token
        return request

    def answer(
        self,
        request: SentRequest,
        request_id: str = "",
        *,
        sent: object = None,
        created: str = "",
        issues: str = "",
    ) -> None:
        """Answer a request. ``sent`` was its body, ``created`` is what it created, ``issues`` a token."""
        self.now += 0.01
        method, cause, token = self._sent[id(request)]
        fields = {"X-OpenStack-Request-ID": cause, "X-Auth-Token": token}
        headers: Headers = {name: value for name, value in fields.items() if value}
        answered: Headers = {"x-openstack-request-id": request_id} if request_id else {}
        exchange = Exchange(
            sender=request.evidence.sender or "client",
            started=request.evidence.started,
            ended=self.now,
            request=Request(method=method, url=request.evidence.url, headers=headers, body=_body(sent)),
            response=Response(
                status=202, headers=answered, body=_body({"server": {"id": created}} if created else None)
            ),
        )
        for each in self.attribution.exchange_completed(request, exchange, filter(None, [issues]), None):
            each.exchange = None
            assert each.run is not None
            each.run.in_flight -= 1

    def finish(self, run: Run) -> None:
        """End a run, as a manager does."""
        self.attribution.runs.finish(run)
        self.attribution.runs.retain(run)


def _body(document: object) -> Body | None:
    return None if document is None else Body(type="application/json", size=1, json=json.dumps(document))
