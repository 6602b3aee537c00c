"""Texts of two or four bytes a character, kept as bytes as nobody told their charset."""

from __future__ import annotations

import pytest

from tests.redaction.canaries import as_base64, exchange
from tracer.redaction import Redactor, load_policy

POLICY = load_policy()
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]


@pytest.mark.parametrize("coding", WIDE)
@pytest.mark.parametrize("before", [b"", b"\x01", b"\x00\x01\x02"])
@pytest.mark.parametrize(
    "text", ["password: kJ7xQ2\n", '{"비밀": "", "db_password": "비밀번호"}', "<token>kJ7</token>"]
)
def test_bytes_that_show_a_secret_are_not_kept(text: str, before: bytes, coding: str) -> None:
    sent = as_base64(before + text.encode(coding))
    redacted = Redactor(POLICY).exchange(exchange(body=sent))
    assert redacted.request.body is not None
    assert redacted.request.body.base64 is None
    assert redacted.request.body.omitted == "redaction-failed"
    assert redacted.request.body.sha256 is None


@pytest.mark.parametrize("coding", WIDE)
def test_bytes_that_hold_a_known_secret_are_not_kept(coding: str) -> None:
    redactor = Redactor(POLICY)
    earlier = redactor.exchange(exchange(body=as_base64("x: 비밀번호 kJ7xQ2mZp9vR4tWs".encode(coding))))
    assert earlier.request.body is not None
    assert earlier.request.body.base64 is not None
    redactor.learn("password", "비밀번호 kJ7xQ2mZp9vR4tWs")
    again = redactor.again(earlier)
    assert again.request.body is not None
    assert again.request.body.base64 is None


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02\x03" * 200, "name: x\n".encode("utf-16-le"), bytes(range(256))]
)
def test_other_bytes_are_kept(data: bytes) -> None:
    sent = as_base64(data)
    redacted = Redactor(POLICY).exchange(exchange(body=sent))
    assert redacted.request.body == sent
