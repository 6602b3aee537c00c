"""The redactor of one run: removal of secrets from exchanges, command lines, and texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.model import RunNote
from tracer.redaction import bodies, commands, headers, url_secrets
from tracer.redaction.failure import stripped
from tracer.redaction.known import KnownSecrets
from tracer.redaction.login_checks import may_hold_unrecognised_secret
from tracer.redaction.protocol_errors import without_quotations
from tracer.redaction.pseudonyms import REMOVED, has_pseudonym
from tracer.redaction.substitutions import BETWEEN, Substitutions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tracer.model import Body, Exchange, Headers, Request, Response, Span
    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.rules import Policy
    from tracer.redaction.substitutions import Cleaner

__all__ = ["Redactor"]

_AUTH = re.compile(r"(?:.*/)?(?:auth|v2\.0)/tokens/?")


class Redactor:
    """A remover of secrets from the data of one run. Create a redactor for each run.

    ``known``: secrets known at the start. Not thread-safe.
    """

    def __init__(self, policy: Policy, *, known: KnownSecrets | None = None) -> None:
        self.known = KnownSecrets(policy) if known is None else known
        self.known.policy = policy
        self._substitutions = Substitutions(policy, self.known)

    def __repr__(self) -> str:
        return f"<Redactor: {self.known!r}>"

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of replacements by each rule of the policy."""
        return dict(self._substitutions.counts)

    @property
    def generation(self) -> int:
        """Return a number that grows with each new searchable secret; ``again`` updates earlier exchanges."""
        return self.known.version

    def exchange(self, exchange: Exchange) -> Exchange:
        """Return the exchange without secrets. Never raise: strip and mark an exchange after an error."""
        try:
            if exchange.redaction == "failed":
                return self._everywhere(exchange, self._substitutions.everything)
            redacted = self._redact_by_location(exchange)
            version = self.known.version
            redacted = self._everywhere(redacted, self._substitutions.everything)
            while version != self.known.version:
                # A text that was cleaned before may contain a secret found in a later text.
                version = self.known.version
                redacted = self._everywhere(redacted, self._substitutions.known_only)
            bare = not any(map(_has_pseudonym, (redacted.request, redacted.response)))
            if bare and _is_auth(redacted) and may_hold_unrecognised_secret(redacted):
                return stripped(exchange)
        except Exception:  # noqa: BLE001 - whatever it was, its text may quote the secret, and traffic goes on
            return stripped(exchange)
        return redacted

    def again(self, exchange: Exchange) -> Exchange:
        """Return a redacted exchange without secrets that became known since then. Never raise."""
        try:
            return self._everywhere(exchange, self._substitutions.known_only)
        except Exception:  # noqa: BLE001 - as above
            return stripped(exchange)

    def text(self, text: str) -> str:
        """Return a text (a client's output, a note) without secrets. Never raise."""
        try:
            return self._substitutions.scrub(bodies.text(text, self._substitutions))
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def log_line(self, text: str) -> str:
        """Return a line of another program's log without secrets. Never raise."""
        try:
            return self.text(without_quotations(text))
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def command(self, argv: Sequence[str]) -> str:
        """Return the command line, quoted for a shell, with secret arguments replaced. Never raise."""
        try:
            return commands.command(argv, self._substitutions)
        except Exception:  # noqa: BLE001 - as above
            return REMOVED

    def learn(self, kind: str, value: str) -> None:
        """Register ``value`` as a secret of this kind (``password``, ``token``, …)."""
        self.known.add(kind, value)

    def learn_environment(self, environment: Mapping[str, str]) -> None:
        """Register the secrets among environment variables as known secrets."""
        commands.learn_environment(environment, self._substitutions)

    def learn_command(self, argv: Sequence[str]) -> None:
        """Register the secrets of a command line that is no part of the recording."""
        Redactor(self.known.policy, known=self.known).command(argv)

    def notes(self) -> list[RunNote]:
        """Return notes on redaction for the reader of the recording."""
        return [*self._substitutions.policy.notes, *self.known.notes()]

    def unredacted_auth(self, exchange: Exchange) -> RunNote | None:
        """Return a warning if redaction found no secret in one side of an exchange that issues a token.

        Return None for other exchanges.
        """
        if not _is_auth(exchange) or exchange.redaction == "failed":
            return None
        bare = [
            side
            for side, message in (("request", exchange.request), ("response", exchange.response))
            if not _has_pseudonym(message)
        ]
        if not bare:
            return None
        where = url_secrets.path_of(exchange.request.url)
        sides = "both" if len(bare) > 1 else bare[0]
        return RunNote(code=f"no-secret-in-{sides}", values={"request": f"{exchange.request.method} {where}"})

    def _redact_by_location(self, exchange: Exchange) -> Exchange:
        """Return the exchange without the secrets at locations that the policy names."""
        substitutions = self._substitutions
        where = url_secrets.path_of(exchange.request.url)
        request, response = exchange.request, exchange.response
        return msgspec.structs.replace(
            exchange,
            path=url_secrets.url(exchange.path, substitutions.policy, self._take),
            error=exchange.error and without_quotations(exchange.error),
            request=msgspec.structs.replace(
                request,
                url=url_secrets.url(request.url, substitutions.policy, self._take),
                headers=headers.headers(request.headers, substitutions),
                body=self._body(request.body, where, "request"),
            ),
            response=response
            and msgspec.structs.replace(
                response,
                headers=headers.headers(response.headers, substitutions),
                body=self._body(response.body, where, "response"),
            ),
        )

    def _take(self, rule: LocationRule, value: str) -> str:
        return self._substitutions.take(rule, value)

    def _body(self, body: Body | None, where: str, side: Literal["request", "response"]) -> Body | None:
        return None if body is None else bodies.body(body, where, side, self._substitutions)

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
                operation=scrub(exchange.operation),
                path=scrub(exchange.path),
                cause=scrub(exchange.cause),
                error=exchange.error and scrub(exchange.error),
                spans=[_scrubbed_span(span, scrub) for span in exchange.spans],
            )
        if request.body is not None:
            request = msgspec.structs.replace(request, body=bodies.content(request.body, cleaner))
        if response is not None and response.body is not None:
            response = msgspec.structs.replace(response, body=bodies.content(response.body, cleaner))
        return msgspec.structs.replace(exchange, request=request, response=response)


def _short_texts(exchange: Exchange) -> Iterator[str]:
    """Yield all texts of an exchange except the content of bodies."""
    request, response = exchange.request, exchange.response
    yield from (exchange.sender, exchange.receiver, exchange.error or "")
    yield from (exchange.operation, exchange.path, exchange.cause)
    yield from (request.method, request.url, request.http)
    yield from _header_texts(request.headers)
    if response is not None:
        yield response.reason
        yield from _header_texts(response.headers)
    for span in exchange.spans:
        yield from (span.id, span.parent, span.kind, span.name, span.statement)


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


def _scrubbed_span(span: Span, scrub: Callable[[str], str]) -> Span:
    return msgspec.structs.replace(
        span,
        id=scrub(span.id),
        parent=scrub(span.parent),
        kind=scrub(span.kind),
        name=scrub(span.name),
        statement=scrub(span.statement),
    )


def _scrubbed_headers(fields: Headers, scrub: Callable[[str], str]) -> Headers:
    out: Headers = {}
    for name, value in fields.items():
        new = scrub(name)
        clean = scrub(value) if isinstance(value, str) else [scrub(line) for line in value]
        if new in out:  # two secret names have the same replacement
            clean = [*_listed(out[new]), *_listed(clean)]
        out[new] = clean
    return out


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _is_auth(exchange: Exchange) -> bool:
    """Return whether the exchange issued a token: Identity API v3 (3.0 and later) or v2.0."""
    request, response = exchange.request, exchange.response
    return (
        request.method == "POST"
        and response is not None
        and 200 <= response.status < 300
        and _AUTH.fullmatch(url_secrets.path_of(request.url)) is not None
    )


def _has_pseudonym(message: Request | Response | None) -> bool:
    if message is None:
        return False
    body = message.body
    contents = [body.json or "", body.text or ""] if body is not None else []
    return any(map(has_pseudonym, (*_header_texts(message.headers), *contents)))
