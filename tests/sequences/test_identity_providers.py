"""Requests that belong to a federated login, by themselves."""

from __future__ import annotations

import pytest

from tracer.model import Body, Headers, Request
from tracer.sequences.identity_providers import identity_provider_mount, is_for_identity_provider

FORM = "application/x-www-form-urlencoded"


def _request(method: str, url: str, kind: str = "", text: str = "") -> Request:
    headers: Headers = {"content-type": kind} if kind else {}
    body = Body(type=kind, size=len(text), text=text) if text else None
    return Request(method=method, url=url, headers=headers, body=body)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (_request("GET", "https://idp/.well-known/openid-configuration"), True),
        (_request("GET", "https://idp/a/.well-known/openid-configuration?x=y"), True),
        (_request("GET", "https://idp/token"), False),
        (_request("POST", "https://idp/t", FORM, "grant_type=password&password=<password-1>"), True),
        (_request("POST", "https://idp/t", f"{FORM}; charset=utf-8", "grant_type=x"), True),
        (_request("POST", "https://idp/t", FORM, "client_id=x&scope=openid"), True),
        (_request("POST", "https://idp/t", FORM, "client_id=x"), False),
        (_request("POST", "https://idp/t", FORM, "&".join(["a=b"] * 1000)), False),
        (_request("POST", "https://idp/t", FORM), False),
        (_request("POST", "https://idp/t", "application/json", '{"grant_type": "x"}'), False),
        (_request("POST", "https://idp/ecp", "text/xml", "<S/>"), True),
        (_request("POST", "https://idp/ecp", "application/soap+xml"), True),
        (_request("PUT", "https://idp/ecp", "text/xml"), False),
    ],
)
def test_the_request_decides(request_: Request, expected: bool) -> None:
    assert is_for_identity_provider(request_) is expected


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("/.well-known/openid-configuration", ""),
        ("/realms/x/.well-known/openid-configuration", "/realms/x"),
        ("/realms/x/token", "/realms/x/token"),
        ("/", ""),
    ],
)
def test_the_mount_is_what_the_provider_chose(path: str, mount: str) -> None:
    assert identity_provider_mount(path) == mount
