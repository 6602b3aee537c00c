"""The requests that ask Keystone for a token, for all modules alike."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import tracer.sequences
from tracer.sequences.token_requests import asks_for_token, is_login, is_token_path

ROOT = Path(tracer.sequences.__file__).parents[1]


@pytest.mark.parametrize(
    ("method", "path", "login", "asks"),
    [
        ("POST", "/v3/auth/tokens", True, True),
        ("POST", "/identity/v3/auth/tokens/", True, True),
        ("GET", "/v3/auth/tokens", False, False),
        ("POST", "/v2.0/tokens", False, True),
        ("GET", "/v3/OS-FEDERATION/identity_providers/idp/protocols/saml2/auth", False, True),
        ("POST", "/v3/auth/tokens/OS-PKI/revoked", False, False),
        ("POST", "/v3/users", False, False),
    ],
)
def test_a_request_for_a_token(method: str, path: str, login: bool, asks: bool) -> None:
    assert (is_login(method, path), asks_for_token(method, path)) == (login, asks)
    assert is_token_path(path) == path.rstrip("/").endswith("/v3/auth/tokens")


def test_no_other_module_has_a_rule_of_its_own() -> None:
    rule = re.compile(r"(?:endswith\(|==|_TOKENS = ).{0,20}/auth/tokens")
    of_its_own = [path.name for path in ROOT.rglob("*.py") if rule.search(path.read_text("utf-8"))]
    assert of_its_own == ["token_requests.py"]
