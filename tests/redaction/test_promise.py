"""What docs/explanation/redaction.md promises of a secret that is known, and what it does not."""

import base64
import codecs
import gzip
import json
import string
import zlib
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from tests.redaction.canaries import as_json, exchange
from tracer.i18n import note_text
from tracer.model import RunNote
from tracer.redaction import KnownSecrets, Redactor, load_policy, seams

SECRET = "kJ7x+Q2mZp9/vR4tWs"
DOCS = Path(__file__).parents[2] / "docs" / "explanation"


def _base64(value: str | bytes) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else value.encode()).decode()


def _percent(value: str, times: int = 1) -> str:
    for _ in range(times):
        value = quote(value, safe="")
    return value


def _json(value: str, times: int) -> str:
    for _ in range(times):
        value = json.dumps(value)
    return value


_ESCAPED = "".join(f"\\u{ord(c):04x}" for c in SECRET)
_LONG = _base64(f"{'x' * 40}{SECRET}{'y' * 40}")
FOUND = {
    "clear": SECRET,
    "JSON, three layers": _json(f'"{SECRET}', 3),
    "JSON, every character": _ESCAPED,
    "YAML": "".join(f"\\x{ord(c):02x}" for c in SECRET),
    "percent": "".join(f"%{ord(c):02x}" for c in SECRET),
    "percent, three layers": _percent(SECRET, 3),
    "form": quote_plus(SECRET),
    "HTML": "".join(f"&#{ord(c)};" for c in SECRET),
    "Mermaid": "".join(f"#{ord(c)};" for c in SECRET),
    "hexadecimal": SECRET.encode().hex(),
    "hexadecimal, upper case": SECRET.encode().hex().upper(),
    "Base64": _base64(SECRET),
    "Base64url": base64.urlsafe_b64encode(SECRET.encode()).decode(),
    "Base64 in a longer text": _base64(f"user:{SECRET}!"),
    "Base64, percent": _percent(_base64(SECRET)),
    "Base64, JSON": _json(_base64(SECRET), 2),
    "Base64, wrapped": f"{_LONG[:76]}\n{_LONG[76:]}",
    "line break": f"{SECRET[:9]}\n   {SECRET[9:]}",
    "table": f"| a | {SECRET[:9]} |\n|   | {SECRET[9:]} |",
}
NOT_FOUND = {
    "gzip in Base64": _base64(gzip.compress(SECRET.encode())),
    "deflate in Base64": _base64(zlib.compress(SECRET.encode())),
    "Base64 in Base64": _base64(_base64(SECRET)),
    "Base64 in hexadecimal": _base64(SECRET).encode().hex(),
    "escapes in Base64": _base64(_ESCAPED),
    "percent in Base64": _base64(_percent(SECRET)),
    "percent, four layers": _percent(SECRET, 4),
    "Base32": base64.b32encode(SECRET.encode()).decode(),
    "Base85": base64.b85encode(SECRET.encode()).decode(),
    "quoted-printable": "".join(f"={ord(c):02X}" for c in SECRET),
    "octal": "".join(f"\\{ord(c):o}" for c in SECRET),
    "UTF-16 in Base64": _base64(SECRET.encode("utf-16-le")),
    "hexadecimal with separators": ":".join(f"{ord(c):02x}" for c in SECRET),
    "another letter case": SECRET.lower(),
    "a part": SECRET[:12],
    "another cipher": codecs.encode(SECRET, "rot13"),
}


def _redacted(text: str) -> str:
    redactor = Redactor(load_policy())
    redactor.learn("password", SECRET)
    return redactor.text(f"before {text} after")


@pytest.mark.parametrize("encoding", FOUND)
def test_a_known_secret_is_removed_in_each_encoding_of_the_list(encoding: str) -> None:
    assert "<password-1>" in _redacted(FOUND[encoding])


@pytest.mark.parametrize("encoding", NOT_FOUND)
def test_the_page_says_which_encodings_are_not_decoded(encoding: str) -> None:
    """One that is decoded some day leaves the second list of the page."""
    assert _redacted(NOT_FOUND[encoding]) == f"before {NOT_FOUND[encoding]} after"


def test_names_are_looked_for_in_json_in_strings_but_not_in_base64() -> None:
    inner = json.dumps({"password": SECRET})
    redactor = Redactor(load_policy())
    redactor.exchange(exchange(answer=as_json({"a": json.dumps({"b": inner})})))
    assert redactor.counts == {"password": 1}
    redactor = Redactor(load_policy())
    redactor.exchange(exchange(answer=as_json({"a": _base64(inner)})))
    assert redactor.counts == {}


@pytest.mark.parametrize("value", ["short77", "aaaabbbb", "admin", "openstack", "12345678901", "2026-11-28"])
def test_a_short_or_common_value_is_removed_in_its_place_only(value: str) -> None:
    redactor = Redactor(load_policy())
    redacted = redactor.exchange(exchange(body=as_json({"password": value}), error=f"no {value} here"))
    assert redacted.request.body is not None
    assert value not in (redacted.request.body.json or "")
    assert redacted.error == f"no {value} here"
    assert "too short, too long or too common" in " ".join(map(note_text, redactor.notes()))


def test_a_value_of_64_ki_characters_is_searched_for_and_a_longer_one_is_not() -> None:
    value = (string.ascii_letters + string.digits) * 1100
    for length, found in ((65_536, True), (65_537, False)):
        redactor = Redactor(load_policy())
        redactor.exchange(exchange(body=as_json({"password": value[:length]})))
        assert (value[:length] not in redactor.text(f"x {value[:length]}")) is found
        assert bool(redactor.notes()) is not found


def test_the_4097th_secret_is_removed_in_its_place_only() -> None:
    known = KnownSecrets()
    for number in range(4096):
        known.add("token", f"secret-number-{number:06}-x")
    redactor = Redactor(load_policy(), known=known)
    redacted = redactor.exchange(exchange(body=as_json({"password": SECRET}), error=f"no {SECRET} here"))
    assert redacted.request.body is not None
    assert "<removed>" in (redacted.request.body.json or "")
    assert redacted.error == f"no {SECRET} here"
    assert RunNote(code="too-many-secrets") in redactor.notes()


@pytest.mark.parametrize("page", ["redaction.md", "redaction.ko.md"])
def test_the_page_names_the_limits_of_the_code(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    for limit in ("4,096", "4,000,000", "65,536", "262,144", "24"):
        assert limit in text
    assert seams._OVERLAP == 262_144
