import msgspec
import pytest

from tests.redaction.canaries import CANARIES, Build, as_text, exchange
from tests.redaction.forms import cores, spellings
from tracer.redaction import Redactor, load_policy, scan

PLAIN = "kJ7xQ2mZp9vR4tWs"
NASTY = "p@ss/w\"ö+ %'\\;rD9&<x>"


def _leaks(data: bytes, secret: str) -> set[str]:
    text = data.decode()
    return {core for core in cores(secret) if core in text}


def test_there_are_enough_of_them() -> None:
    assert len(CANARIES) >= 60
    assert len({name for name, _ in CANARIES}) == len(CANARIES)


# A semicolon ends a cookie, a quote ends a quoted parameter: these fields cannot hold such a value.
_PLAIN_ONLY = ("header Cookie", "answer header Set-Cookie: ", "header Authorization: OAuth")
CASES = [
    pytest.param(build, secret, id=f"{name}, {kind}")
    for name, build in CANARIES
    for kind, secret in (("plain", PLAIN), ("nasty", NASTY))
    if secret is PLAIN or not name.startswith(_PLAIN_ONLY)
]


@pytest.mark.parametrize(("build", "secret"), CASES)
def test_a_secret_does_not_survive_in_its_place(build: Build, secret: str) -> None:
    redactor = Redactor(load_policy())
    sent = build(secret)
    redacted = redactor.exchange(sent)
    data = msgspec.json.encode(redacted)
    assert redacted.redaction is None
    assert not _leaks(data, secret)
    assert b"987654321012345" not in data
    assert sum(redactor.counts.values()) > 0
    assert b"-1>" in data
    assert scan(data.decode(), known=redactor.known) == []


@pytest.mark.parametrize(("name", "build"), CANARIES, ids=[name for name, _ in CANARIES])
def test_redacting_twice_is_redacting_once(name: str, build: Build) -> None:
    redacted = Redactor(load_policy()).exchange(build(PLAIN))
    again = Redactor(load_policy())
    assert again.exchange(redacted) == redacted
    assert again.counts == {}


@pytest.mark.parametrize("secret", [PLAIN, NASTY], ids=["plain", "nasty"])
@pytest.mark.parametrize("spelling", spellings(PLAIN))
def test_a_known_secret_is_removed_however_it_is_spelled(spelling: str, secret: str) -> None:
    redactor = Redactor(load_policy())
    redactor.learn("password", secret)
    text = spellings(secret)[spelling]
    sent = exchange(
        url=f"http://192.0.2.7/{text.replace('?', '').replace('#', '')}",
        headers={"X-Foo": text},
        answer=as_text(f"before {text} after"),
        error=f"bad {text}",
        reason=text,
    )
    redacted = redactor.exchange(sent)
    data = msgspec.json.encode(redacted)
    assert not _leaks(data, secret)
    assert "<password-1>" in redacted.request.headers["X-Foo"]
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert redacted.response.body.text is not None
    assert redacted.response.body.text.startswith("before ")
    assert redacted.response.body.text.endswith(" after")
    assert scan(data.decode(), known=redactor.known) == []
