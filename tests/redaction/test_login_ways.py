"""Secrets of the ways to a token."""

from __future__ import annotations

import pytest

from tracer.model import Body, Exchange, Request, Response
from tracer.redaction import Redactor, load_policy

SECRET = "Qm9vbWVyYW5nU2VjcmV0QmFzZTY0VmFsdWU"
TOKEN = f"<xenc:EncryptedData><xenc:CipherValue>{SECRET}</xenc:CipherValue></xenc:EncryptedData>"


@pytest.mark.parametrize(
    "body",
    [
        Body(type="application/json", size=9, json=f'{{"device_code": "{SECRET}", "interval": 5}}'),
        Body(type="application/json", size=9, json=f'{{"user_code": "{SECRET}"}}'),
        Body(
            type="application/soap+xml",
            size=9,
            text=f"<trust:RequestedSecurityToken>{TOKEN}</trust:RequestedSecurityToken>",
        ),
    ],
    ids=["device code (RFC 8628)", "user code", "encrypted token (WS-Trust)"],
)
def test_the_answer_of_an_identity_provider_has_no_secret(body: Body) -> None:
    request = Request(method="POST", url="https://idp.test/token")
    exchange = Exchange(
        sender="client", started=0.0, request=request, response=Response(status=200, body=body)
    )
    redacted = Redactor(load_policy()).exchange(exchange)
    assert redacted.response is not None
    assert SECRET not in repr(redacted.response.body)
