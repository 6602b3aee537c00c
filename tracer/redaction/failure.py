"""Reduction of an exchange that failed redaction to parts that cannot contain a secret."""

from __future__ import annotations

import re

from tracer.model import Body, Exchange, Headers, Request, Response
from tracer.redaction import url_secrets
from tracer.redaction.pseudonyms import REMOVED

__all__ = ["stripped"]

_WORD = re.compile(r"[A-Z]{1,20}")
_HTTP = re.compile(r"HTTP/[0-9](?:\.[0-9])?")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_MEDIA_TYPE = re.compile(r"(?:application|audio|font|image|message|multipart|text|video)/[a-z0-9.+-]{1,64}")


def stripped(exchange: Exchange) -> Exchange:
    """Return the exchange without bodies, header values, path, query and texts, as ``redaction: failed``."""
    request, response = exchange.request, exchange.response
    host = url_secrets.bare(request.url)
    return Exchange(
        steps=exchange.steps,
        sender=exchange.sender,
        receiver=exchange.receiver,
        verdict=exchange.verdict,
        started=exchange.started,
        ended=exchange.ended,
        redaction="failed",
        request=Request(
            method=request.method if _WORD.fullmatch(request.method) else REMOVED,
            url=f"{host}/{REMOVED}" if host else REMOVED,
            http=request.http if _HTTP.fullmatch(request.http) else "",
            headers=_names(request.headers),
            body=_size(request.body),
        ),
        response=response
        and Response(status=response.status, headers=_names(response.headers), body=_size(response.body)),
        error=None if exchange.error is None else REMOVED,
    )


def _names(fields: Headers) -> Headers:
    return {name if _NAME.fullmatch(name) else REMOVED: REMOVED for name in fields}


def _size(body: Body | None) -> Body | None:
    if body is None:
        return None
    media = body.type.partition(";")[0].strip().lower()
    safe_type = media if _MEDIA_TYPE.fullmatch(media) else ""
    return Body(type=safe_type, size=body.size, omitted="redaction-failed")
