"""The redactor of one run: exchanges, command lines and texts go in, and come out without secrets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.redaction import bodies, commands, headers, urls
from tracer.redaction.failure import stripped
from tracer.redaction.known import KnownSecrets
from tracer.redaction.ledger import BETWEEN, Ledger
from tracer.redaction.logins import may_hold_unrecognised_secret
from tracer.redaction.protocol_errors import without_quotations
from tracer.redaction.pseudonyms import REMOVED, has_pseudonym
from tracer.redaction.rules import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracer.model import Body, Exchange, Headers, Request, Response
    from tracer.redaction.ledger import Cleaner
    from tracer.redaction.rules import Policy

__all__ = ["Redactor"]

_AUTH = re.compile(r"(?:.*/)?(?:auth|v2\.0)/tokens/?")


class Redactor:
    """Removes secrets from all that one run says. Make a new one for each run.

    ``known`` are secrets to begin with. Not thread-safe.
    """

    def __init__(self, policy: Policy, *, known: KnownSecrets | None = None) -> None:
        self.known = KnownSecrets(policy) if known is None else known
        self.known.policy = policy
        self._ledger = Ledger(policy, self.known)

    def __repr__(self) -> str:
        return f"<Redactor: {self.known!r}>"

    @property
    def counts(self) -> dict[str, int]:
        """How often each rule of the policy took something out."""
        return dict(self._ledger.counts)

    @property
    def generation(self) -> int:
        """Grows with each new secret that can be searched for; earlier exchanges then want ``again``."""
        return self.known.version

    def exchange(self, exchange: Exchange) -> Exchange:
        """The exchange without secrets. Never raises: what cannot be redacted is stripped and marked."""
        try:
            if exchange.redaction == "failed":
                return self._everywhere(exchange, self._ledger.everything)
            redacted = self._by_place(exchange)
            known = self.known.version
            redacted = self._everywhere(redacted, self._ledger.everything)
            while known != self.known.version:
                # What one text shows to be a secret may stand in one that was looked at before.
                known = self.known.version
                redacted = self._everywhere(redacted, self._ledger.known_only)
            bare = not any(map(_has_pseudonym, (redacted.request, redacted.response)))
            if bare and _is_auth(redacted) and may_hold_unrecognised_secret(redacted):
                return stripped(exchange)
        except Exception:  # noqa: BLE001 - whatever it was, its text may quote the secret, and traffic goes on
            return stripped(exchange)
        return redacted

    def again(self, exchange: Exchange) -> Exchange:
        """A redacted exchange without the secrets that became known since. Never raises."""
        try:
            return self._everywhere(exchange, self._ledger.known_only)
        except Exception:  # noqa: BLE001 - as above
            return stripped(exchange)

    def text(self, text: str) -> str:
        """A text (a client's output, a note) without secrets. Never raises."""
        try:
            return self._ledger.scrub(bodies.text(text, self._ledger))
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def log_line(self, text: str) -> str:
        """Return a line of another program's log without secrets. Never raises."""
        try:
            return self.text(without_quotations(text))
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def command(self, argv: Sequence[str]) -> str:
        """The command line, quoted for a shell, with secret options and arguments masked. Never raises."""
        try:
            return commands.command(argv, self._ledger)
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def learn(self, kind: str, value: str) -> None:
        """Take ``value`` for a secret of this kind (``password``, ``token``, …) from now on."""
        self.known.add(kind, value)

    def learn_environment(self, environment: Mapping[str, str]) -> None:
        """Take the secrets among environment variables for known ones."""
        commands.learn_environment(environment, self._ledger)

    def notes(self) -> list[str]:
        """What the reader of the recording has to know about its redaction."""
        return [*self._ledger.policy.notes, *self.known.notes()]

    def unredacted_auth(self, exchange: Exchange) -> str | None:
        """For a redacted exchange that hands out a token: what is wrong if a side of it yielded no secret."""
        if not _is_auth(exchange) or exchange.redaction == "failed":
            return None
        bare = [
            side
            for side, message in (("request", exchange.request), ("response", exchange.response))
            if not _has_pseudonym(message)
        ]
        if not bare:
            return None
        where = urls.path_of(exchange.request.url)
        return f"{exchange.request.method} {where}: no secret was found in the {' and the '.join(bare)}"

    def _by_place(self, exchange: Exchange) -> Exchange:
        """Without the secrets that stand where the policy names them."""
        ledger = self._ledger
        where = urls.path_of(exchange.request.url)
        request, response = exchange.request, exchange.response
        return msgspec.structs.replace(
            exchange,
            path=urls.url(exchange.path, ledger.policy, self._take),
            error=exchange.error and without_quotations(exchange.error),
            request=msgspec.structs.replace(
                request,
                url=urls.url(request.url, ledger.policy, self._take),
                headers=headers.headers(request.headers, ledger),
                body=self._body(request.body, where, "request"),
            ),
            response=response
            and msgspec.structs.replace(
                response,
                headers=headers.headers(response.headers, ledger),
                body=self._body(response.body, where, "response"),
            ),
        )

    def _take(self, place: Place, value: str) -> str:
        return self._ledger.take(place, value)

    def _body(self, body: Body | None, where: str, side: Literal["request", "response"]) -> Body | None:
        return None if body is None else bodies.body(body, where, side, self._ledger)

    def _everywhere(self, exchange: Exchange, cleaner: Cleaner) -> Exchange:
        """Return the exchange with every text cleaned. The short texts are searched together first."""
        request, response = exchange.request, exchange.response
        if not cleaner.is_clean(BETWEEN.join(_short_texts(exchange))):
            scrub = cleaner.scrub
            request = _scrubbed_request(request, scrub)
            response = response and _scrubbed_response(response, scrub)
            exchange = msgspec.structs.replace(
                exchange,
                sender=scrub(exchange.sender),
                receiver=scrub(exchange.receiver),
                path=scrub(exchange.path),
                error=exchange.error and scrub(exchange.error),
            )
        if request.body is not None:
            request = msgspec.structs.replace(request, body=bodies.content(request.body, cleaner))
        if response is not None and response.body is not None:
            response = msgspec.structs.replace(response, body=bodies.content(response.body, cleaner))
        return msgspec.structs.replace(exchange, request=request, response=response)


def _short_texts(exchange: Exchange) -> Iterator[str]:
    """All texts but the contents of bodies."""
    request, response = exchange.request, exchange.response
    yield from (exchange.sender, exchange.receiver, exchange.path, exchange.error or "")
    yield from (request.method, request.url, request.http)
    yield from _header_texts(request.headers)
    if response is not None:
        yield response.reason
        yield from _header_texts(response.headers)


def _header_texts(fields: Headers) -> Iterator[str]:
    for name, value in fields.items():
        yield name
        if isinstance(value, str):
            yield value
        else:
            yield from value


def _scrubbed_request(request: Request, scrub: Callable[[str], str]) -> Request:
    return msgspec.structs.replace(
        request,
        method=scrub(request.method),
        url=scrub(request.url),
        http=scrub(request.http),
        headers=_scrubbed_headers(request.headers, scrub),
    )


def _scrubbed_response(response: Response, scrub: Callable[[str], str]) -> Response:
    return msgspec.structs.replace(
        response, reason=scrub(response.reason), headers=_scrubbed_headers(response.headers, scrub)
    )


def _scrubbed_headers(fields: Headers, scrub: Callable[[str], str]) -> Headers:
    out: Headers = {}
    for name, value in fields.items():
        new = scrub(name)
        clean = scrub(value) if isinstance(value, str) else [scrub(one) for one in value]
        if new in out:  # two names that were secrets have become one
            clean = [*_listed(out[new]), *_listed(clean)]
        out[new] = clean
    return out


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _is_auth(exchange: Exchange) -> bool:
    """Whether the exchange handed out a token: Identity API v3 (3.0 and later) and v2.0."""
    request, response = exchange.request, exchange.response
    return (
        request.method == "POST"
        and response is not None
        and 200 <= response.status < 300
        and _AUTH.fullmatch(urls.path_of(request.url)) is not None
    )


def _has_pseudonym(message: Request | Response | None) -> bool:
    if message is None:
        return False
    body = message.body
    contents = [body.json or "", body.text or ""] if body is not None else []
    return any(map(has_pseudonym, (*_header_texts(message.headers), *contents)))
