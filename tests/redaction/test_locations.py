import base64

import msgspec
import pytest

from tests.redaction.canaries import Build, as_json, as_text, exchange
from tests.redaction.forms import cores
from tests.redaction.locations import NARROW, PLACES
from tracer.model import Exchange
from tracer.redaction import Redactor, load_policy, scan

PLAIN = "kJ7xQ2mZp9vR4tWs"
NASTY = "p@ss/w\"ö+ %'\\;rD9&<x>"
CASES = [
    *(
        pytest.param(build, secret, id=f"{name}, {kind}")
        for name, build in PLACES
        for kind, secret in (("plain", PLAIN), ("nasty", NASTY))
    ),
    *(pytest.param(build, PLAIN, id=name) for name, build in NARROW),
]


@pytest.mark.parametrize(("build", "secret"), CASES)
def test_a_secret_does_not_survive_in_its_place(build: Build, secret: str) -> None:
    redactor = Redactor(load_policy())
    redacted = redactor.exchange(build(secret))
    data = msgspec.json.encode(redacted).decode()
    assert redacted.redaction is None
    assert {core for core in cores(secret) if core in data} == set()
    assert "-1>" in data
    assert scan(data, known=redactor.known) == []


@pytest.mark.parametrize(("name", "build"), [*PLACES, *NARROW], ids=[name for name, _ in [*PLACES, *NARROW]])
def test_redacting_twice_is_redacting_once(name: str, build: Build) -> None:
    redacted = Redactor(load_policy()).exchange(build(PLAIN))
    again = Redactor(load_policy())
    assert again.exchange(redacted) == redacted
    assert again.counts == {}


def test_a_token_of_a_websocket_is_known_decoded_too() -> None:
    redactor = Redactor(load_policy())
    coded = base64.urlsafe_b64encode(PLAIN.encode()).decode().rstrip("=")
    protocols = f"base64url.bearer.authorization.k8s.io.{coded}, base64.channel.k8s.io"
    redacted = redactor.exchange(exchange(headers={"Sec-WebSocket-Protocol": protocols}))
    assert redacted.request.headers == {
        "Sec-WebSocket-Protocol": "base64url.bearer.authorization.k8s.io.<token-1>, base64.channel.k8s.io"
    }
    assert PLAIN not in redactor.text(f"no access with {PLAIN}")


@pytest.mark.parametrize(
    "sent",
    [
        exchange(
            headers={"Host": "192.0.2.7:5000", "Sec-WebSocket-Protocol": "binary, base64.channel.k8s.io"}
        ),
        exchange(headers={"Sec-WebSocket-Protocol": "binary, bearer"}),
        exchange(
            answer_headers={
                "WWW-Authenticate": 'Basic realm="x", Negotiate, Digest realm=a, nonce="b", Bearer error=c'
            }
        ),
        exchange(answer_headers={"WWW-Authenticate": "Keystone uri='http://192.0.2.7/identity'"}),
        exchange(
            url="http://demo@192.0.2.7/",
            answer=as_text("ssh://git@192.0.2.7/x mailto:a@b http://operator@h/"),
        ),
        exchange(url="http://192.0.2.7/v1/webhooks/triggers?V=1&next=a%253Db%2526c"),
        exchange(
            answer=as_text("/v2.0/tokens/{token_id} and /v2.0/tokens/revoked, /OS-OAUTH1/authorize/<id>")
        ),
        exchange(answer=as_text('{"access": "public"} of a volume type, "secret": {} of another')),
        exchange(answer=as_text("the PT-1 and ST-2 of a train")),
        exchange(answer=as_text("they negotiate authentication/mechanisms, host: a:b and host:80/x@y")),
    ],
    ids=range(10),
)
def test_what_is_no_secret_stays(sent: Exchange) -> None:
    redactor = Redactor(load_policy())
    assert redactor.exchange(sent) == sent
    assert redactor.counts == {}


def test_names_of_header_fields_that_mean_other_things_in_documents() -> None:
    document = {"host": "compute-1", "location": "http://192.0.2.7/x", "link": "a", "www-authenticate": "b c"}
    redactor = Redactor(load_policy())
    redactor.exchange(exchange(answer=as_json(document)))
    assert redactor.counts == {}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Cookie2", "sid=kJ7xQ2"),
        ("Set-Cookie2", "sid=kJ7xQ2; Version=1"),
        ("X-Hub-Signature-256", "kJ7xQ2"),
        ("X-Ticket", "kJ7xQ2"),
        ("X-Client-Key", "kJ7xQ2"),
        ("X-Session-Id", "kJ7xQ2"),
    ],
)
def test_further_header_fields_are_removed(name: str, value: str) -> None:
    assert "kJ7xQ2" not in str(Redactor(load_policy()).exchange(exchange(headers={name: value})))
