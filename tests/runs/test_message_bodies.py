"""Which content is kept as text."""

from __future__ import annotations

import codecs

import pytest

from tracer.runs.events import Content
from tracer.runs.header_fields import Fields
from tracer.runs.message_bodies import body

TEXT = "비밀번호: password\n"
WIDE = ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"]
MARKS = {
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
    "utf-32-le": codecs.BOM_UTF32_LE,
    "utf-32-be": codecs.BOM_UTF32_BE,
}


def _text(data: bytes, kind: str) -> str | None:
    kept = body(Fields(((b"Content-Type", kind.encode()),)), Content(raw=data), 100_000)
    assert kept is not None
    return kept.text or kept.json


@pytest.mark.parametrize("coding", WIDE)
@pytest.mark.parametrize("kind", ["", "text/plain", "text/plain; charset=iso-8859-1", "application/x-yaml"])
def test_a_byte_order_mark_tells_the_charset(kind: str, coding: str) -> None:
    assert _text(MARKS[coding] + TEXT.encode(coding), kind) == TEXT


@pytest.mark.parametrize("coding", WIDE)
def test_the_content_type_tells_the_charset(coding: str) -> None:
    short = coding.replace("-", "")
    for charset in (
        coding,
        short,
        coding.replace("-", "_").upper(),
        f"{coding[:6]}{coding[-2:]}",
        coding[:6],
    ):
        assert _text(TEXT.encode(coding), f'text/plain; charset="{charset}"') == TEXT


@pytest.mark.parametrize("coding", WIDE)
def test_json_tells_its_charset(coding: str) -> None:
    text = '{"a": "비밀번호"}'
    assert _text(text.encode(coding), "application/json") == text
    assert _text(MARKS[coding] + text.encode(coding), "text/plain") == text
