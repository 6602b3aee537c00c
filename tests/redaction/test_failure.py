import msgspec
import pytest

from tests.redaction.canaries import as_base64, as_text, exchange
from tracer.model import Body, Exchange
from tracer.redaction import Redactor, bodies, headers, load_policy, url_secrets

SECRET = "kJ7xQ2mZp9vR4tWs"


def _sent() -> Exchange:
    return exchange(
        method="POST",
        url=f"http://u:{SECRET}@192.0.2.7:5000/v3/{SECRET}?x={SECRET}",
        headers={"X-Foo": SECRET, "X-Bar": [SECRET, SECRET], f"X {SECRET}": "1"},
        body=as_text(SECRET, f"text/plain; boundary={SECRET}"),
        answer=Body(type="application/json", size=9, sha256=SECRET, json=f'"{SECRET}"'),
        answer_headers={"Y": SECRET},
        reason=SECRET,
        error=SECRET,
    )


@pytest.mark.parametrize(
    ("module", "name"), [(url_secrets, "url"), (headers, "headers"), (bodies, "body"), (bodies, "content")]
)
def test_what_cannot_be_redacted_is_stripped_and_marked(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(module, name, broken)
    stripped = Redactor(load_policy()).exchange(_sent())
    assert SECRET not in msgspec.json.encode(stripped).decode()
    assert stripped.redaction == "failed"
    assert (stripped.started, stripped.ended) == (0.5, 0.75)
    assert stripped.request.method == "POST"
    assert stripped.request.url == "http://192.0.2.7:5000/<removed>"
    assert stripped.request.headers == {"X-Foo": "<removed>", "X-Bar": "<removed>", "<removed>": "<removed>"}
    assert stripped.request.body == Body(type="text/plain", size=16, omitted="redaction-failed")
    assert stripped.response is not None
    assert stripped.response.status == 200
    assert stripped.response.body == Body(type="application/json", size=9, omitted="redaction-failed")
    assert stripped.error == "<removed>"


def test_a_method_that_is_no_word_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(url_secrets, "url", broken)
    stripped = Redactor(load_policy()).exchange(exchange(method=f"GET{SECRET}"))
    assert stripped.request.method == "<removed>"


@pytest.mark.parametrize("error", [RecursionError, MemoryError, UnicodeError, KeyError])
def test_again_and_text_and_command_never_raise(
    monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    redactor = Redactor(load_policy())

    def broken(*_: object) -> None:
        raise error(SECRET)

    monkeypatch.setattr(redactor.known, "find", broken)
    assert redactor.again(_sent()).redaction == "failed"
    assert redactor.exchange(_sent()).redaction == "failed"
    assert redactor.text(SECRET) == "<removed>"
    assert redactor.command(["openstack", SECRET]) == "<removed>"


def test_a_body_that_is_not_base64_is_not_kept() -> None:
    sent = as_base64(b"x")
    redactor = Redactor(load_policy())
    redactor.learn("password", SECRET)
    redacted = redactor.exchange(exchange(body=msgspec.structs.replace(sent, base64="a")))
    assert redacted.redaction == "failed"


def test_a_stripped_exchange_stays_as_it_is() -> None:
    redactor = Redactor(load_policy())
    stripped = redactor.exchange(exchange(body=msgspec.structs.replace(as_base64(b"x"), base64="a")))
    assert Redactor(load_policy()).exchange(stripped) == stripped


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (f"http://u:{SECRET}@[::1]:5000/v3?x={SECRET}", "http://[::1]:5000"),
        ("https://[FE80::1%25eth0]/v3", "https://[FE80::1%25eth0]"),
        (f"http://[fe80::1%25{SECRET}]/v3", ""),
        (f"http://[{SECRET}]:5000/", ""),
        (f"http://[::1]:{SECRET}/", ""),
        (f"http://::1:{SECRET}/", ""),
    ],
)
def test_of_an_ipv6_url_scheme_address_and_port_are_kept(url: str, bare: str) -> None:
    assert url_secrets.bare(url) == bare


@pytest.mark.parametrize("host", ["[::1]:5000", "[fe80::1%25eth0]", "[2001:db8::7]:80"])
def test_a_password_before_an_ipv6_address_is_removed_and_the_address_stays(host: str) -> None:
    redactor = Redactor(load_policy())
    assert redactor.text(f"asked http://u:{SECRET}@{host}/v3") == f"asked http://u:<password-1>@{host}/v3"
    assert redactor.exchange(exchange(url=f"http://{host}/v3")).request.url == f"http://{host}/v3"
