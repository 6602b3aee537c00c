"""Logins without a pseudonym: kept if nothing in them could be a secret, else stripped."""

from __future__ import annotations

import base64
import json
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.redaction.canaries import as_json, as_text, exchange
from tracer.model import Body, Exchange
from tracer.redaction import Redactor, load_policy

POLICY = load_policy()
URL = "http://192.0.2.7/identity/v3/auth/tokens"
PAGE = """<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
 "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd"><html xmlns="http://www.w3.org/1999/xhtml">
<head><meta http-equiv="X-UA-Compatible" content="IE=edge"/><title>ERROR: The requested URL could not be
retrieved</title></head><body><h1>Access denied</h1><p>POST https://cloud.example/identity/v3/auth/tokens</p>
<p>Generated Sat, 28 Nov 2026 10:00:00 GMT by proxy.example.net (squid/6.10)</p></body></html>"""
EXTERNAL = {
    "auth": {"identity": {"methods": ["external"], "external": {}}, "scope": {"project": {"id": "a" * 32}}}
}


def login(answer: Body | None, body: Body | None = None, **headers: str) -> Exchange:
    sent = exchange(method="POST", url=URL, body=body, answer=answer, status=200)
    assert sent.response is not None
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(sent, response=replace(sent.response, headers=fields))


def as_escaped(secret: str) -> Body:
    letters = "".join(f"\\u{ord(letter):04x}" for letter in secret)
    return Body(type="application/json", size=9, json=f'{{"a": "{letters}"}}')


def redacted(sent: Exchange) -> Exchange:
    return Redactor(POLICY).exchange(sent)


@pytest.mark.parametrize(
    "sent",
    [
        login(None),
        login(as_text("")),
        login(as_text(PAGE, "text/html"), Date="Sat, 28 Nov 2026 10:00:00 GMT"),
        login(as_text(PAGE, "text/html"), X_Openstack_Request_Id=f"req-{uuid.UUID(int=7)}"),
        login(as_text(PAGE, "text/html"), as_json(EXTERNAL)),
        login(as_json({}), as_json({"auth": {}})),
        login(as_json({"error": {"message": "the gateway is being upgraded", "code": 200}})),
        login(as_json({"token": None, "versions": ["v3.14"]})),
        login(
            as_json({}), as_json({"auth": {"passwordCredentials": {"password": ""}, "tenantName": "demo"}})
        ),
        login(Body(type="application/octet-stream", size=5, omitted="too-large")),
    ],
)
def test_a_login_that_holds_no_secret_is_kept(sent: Exchange) -> None:
    kept = redacted(sent)
    assert kept.redaction is None
    assert re.sub(r"\\n|\s", "", repr(kept)) == re.sub(r"\\n|\s", "", repr(sent)), (
        "but for the layout of JSON"
    )


SECRETS = ["0123456789abcdef" * 2, str(uuid.UUID(int=7)), "A1-x_Y8" * 5, "a" * 20 + "1"]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "form",
    [
        lambda secret: login(as_text(secret)),
        lambda secret: login(as_text(f"<html><body>{secret}</body></html>", "text/html")),
        lambda secret: login(as_text("".join(f"&#{ord(letter)};" for letter in secret), "text/html")),
        lambda secret: login(as_text("".join(f"%{ord(letter):02x}" for letter in secret), "text/html")),
        lambda secret: login(as_text(f'<access><x y="{secret}"/></access>', "application/xml")),
        lambda secret: login(as_json({"ticket_for_you": secret})),
        lambda secret: login(as_json({secret: "x"})),
        lambda secret: login(as_json([[{"a": [secret]}]])),
        lambda secret: login(Body(type="application/json", size=9, json=f'{{"a": "{secret}", "a": ""}}')),
        lambda secret: login(as_escaped(secret)),
        lambda secret: login(as_json({}), X_Custom=secret),
        lambda secret: login(as_json({}), X_My_Session="abc"),
        lambda secret: login(as_json({}), as_json({"auth": {"identity": {"magic": {"pin": "0000"}}}})),
        lambda secret: login(as_json({}), as_text(f"pin {secret[:4]}")),
        lambda secret: login(as_json({}), as_json({"auth": {secret: {}}})),
        lambda secret: login(Body(type="x/y", size=9, base64=base64.b64encode(secret.encode()).decode())),
    ],
)
def test_a_login_that_may_hold_a_secret_is_stripped(form: object, secret: str) -> None:
    assert callable(form)
    kept = redacted(form(secret))
    assert secret not in repr(kept)
    assert kept.redaction == "failed" or re.search(r"<[a-z-]+-\d+>", repr(kept))


@pytest.mark.parametrize(
    "text", ['{"token": {"methods": ["password"]}}', '{"access": {"user": {"name": "x"}}}', "[" * 100_000]
)
def test_a_token_without_its_secret_is_stripped(text: str) -> None:
    assert redacted(login(Body(type="application/json", size=9, json=text))).redaction == "failed"


def test_xml_with_a_short_token_is_stripped() -> None:
    body = as_text('<access><token id="ADMIN"/></access>', "application/xml")
    kept = redacted(login(body))
    assert "ADMIN" not in repr(kept)


@given(st.binary(min_size=16, max_size=48), st.sampled_from(["hex", "url", "base64"]))
def test_no_random_token_is_taken_for_a_page(token: bytes, form: str) -> None:
    texts = {
        "hex": token.hex(),
        "url": base64.urlsafe_b64encode(token).decode(),
        "base64": base64.b64encode(token).decode().replace("/", "_"),
    }
    secret = texts[form]
    kept = redacted(login(as_json({"something": secret})))
    letters_alone = not any(map(str.isdigit, secret)) and len(secret) < 32
    assert letters_alone or secret not in json.dumps(repr(kept))
