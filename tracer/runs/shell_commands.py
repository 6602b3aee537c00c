"""The commands of an interactive ``openstack`` shell: one process, and a run for each command.

The words of the commands are not known. The evidence for the end of a command is a pause, or a documented
sequence that is complete, if the next request does not continue it and begins another documented command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from tracer.model import SAFE_METHODS, Exchange, Request, header
from tracer.runs.lulls import PAUSE
from tracer.sequences import Catalogue, is_complete, known_client, may_begin, may_continue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.runs.run import Evidence

__all__ = ["ShellCommand"]

_LIMIT = 64
"""Number of exchanges after which a command counts as undocumented."""

_SIZE = 2**16
"""Maximum size of a response in memory, in bytes."""


class ShellCommand:
    """The exchanges of one command of a shell. ``login`` is the latest login of the shell before it.

    The exchanges have no bodies, except for short responses: they name the resources of later requests.
    """

    def __init__(self, login: Exchange | None = None) -> None:
        self._login = login
        self._exchanges: list[Exchange] = []
        self._changes = False

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue of the shell's login before this command."""
        return Catalogue.from_exchanges([self._login] if self._login else [])

    def next(self) -> ShellCommand:
        """Return the next command of the same shell."""
        logins = (each for each in reversed(self._exchanges) if _has_catalogue(each))
        return ShellCommand(next(logins, self._login))

    def add(self, exchange: Exchange) -> None:
        """Add a completed exchange of the command."""
        self._changes |= exchange.request.method not in SAFE_METHODS and not _has_catalogue(exchange)
        if len(self._exchanges) > _LIMIT:
            return
        response = exchange.response
        body = response.body if response else None
        if response is not None and body is not None and body.size > _SIZE and not _has_catalogue(exchange):
            response = replace(response, body=None)
        request = replace(exchange.request, body=None)
        self._exchanges.append(replace(exchange, request=request, response=response))

    def ends_before(self, evidence: Evidence, last: float) -> bool:
        """Return whether the request of ``evidence`` begins the next command.

        ``last`` is the end of the latest exchange of the command (s since the epoch). A command that has only
        discovered and logged in goes on, and so does one whose latest request was refused. After a change,
        the same request again polls for its effect.
        """
        own = [each for each in self._exchanges if header(each.request.headers, "X-Auth-Token")]
        latest = self._exchanges[-1].response if self._exchanges else None
        if not own or (latest is not None and latest.status == 401):
            return False
        request = _request(evidence)
        pauses = evidence.started - last >= PAUSE
        if pauses and self._changes and own[-1].request.url == request.request.url:
            return False
        if len(self._exchanges) > _LIMIT:
            return pauses
        client = known_client(evidence.agent)
        before = [self._login] if self._login else []
        *exchanges, request = _with_receivers([*before, *self._exchanges, request])
        goes_on = may_continue(exchanges, request, client)
        if not is_complete(exchanges, client):
            return pauses and not goes_on
        begins = may_begin(exchanges[: len(before)], request, client)
        # Without a pause, an undocumented command may have begun like a documented one.
        return (not goes_on or begins) if pauses else (not goes_on and begins)


def _request(evidence: Evidence) -> Exchange:
    method, _, url = evidence.opening.partition(" ")
    fields = dict.fromkeys(["X-Auth-Token"], "token") if evidence.tokens else {}
    request = Request(method=method, url=url, headers={**fields, "User-Agent": evidence.agent})
    return Exchange(sender="client", started=evidence.started, request=request)


def _with_receivers(exchanges: Sequence[Exchange]) -> list[Exchange]:
    catalogue = Catalogue.from_exchanges(exchanges)
    services = (catalogue.service(exchange.request.url) for exchange in exchanges)
    return [
        replace(exchange, receiver=service[0] if service else "")
        for exchange, service in zip(exchanges, services, strict=True)
    ]


def _has_catalogue(exchange: Exchange) -> bool:
    """Return whether the exchange is a login with a service catalogue in its response."""
    return exchange.request.method == "POST" and bool(Catalogue.from_exchanges([exchange]))
