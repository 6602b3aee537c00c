"""What the redactor leaves, the last gate accepts."""

import json
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.redaction.canaries import as_base64, as_json, as_text, exchange
from tracer import yamltext
from tracer.model import Body, Exchange, Recording, Request
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.vocabulary import of_model

POLICY = load_policy()
FERNET = "gAAAAABrBEZubeWrgVIzEo7nh8O7CDmJ"
JWT = "eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSM"
NAMES = [
    "password",
    "token",
    "secret",
    "X-Auth-Token",
    "x-subject-token",
    "Authorization",
    "Cookie",
    "Set-Cookie",
    "private_key",
    "adminPass",
    "user_data",
    "OS_PASSWORD",
    "--os-password",
    "--password",
    "api_key",
    "client_secret",
    "signature",
    "sig",
    "code",
    "url",
    "path",
    "type",
    "text",
    "json",
    "name",
    "auth",
    "identity",
    "user",
    "id",
    "key",
    "method",
    "Location",
    "oauth_token",
    "passcode",
    "assertion",
    "reason",
    "error",
]
VALUES = [
    "hunter2hunter2",
    "S3cr3t/+=Value99",
    FERNET,
    JWT,
    "admin",
    "<token-1>",
    "<password-2>",
    "null",
    "None",
    "****",
    "a",
    "pässwörd-lang",
    'it\'s quoted "x"',
    "two words here",
    "http://u:pw12345678@h/x",
    "x" * 40,
    "12345678",
    "2026-01-01T00:00:00",
    "\\n",
    "%41%42secretsecret9",
    "c2VjcmV0c2VjcmV0OQ==",
    "-----BEGIN RSA PRIVATE KEY-----\nAAAABBBBCCCCDDDDEEEE\n-----END RSA PRIVATE KEY-----",
]
SIGNS = [
    ": ",
    "=",
    ":",
    " = ",
    "&",
    "?",
    ";",
    ",",
    "\n",
    "\n  ",
    '"',
    "'",
    '\\"',
    "<",
    ">",
    "</",
    "{",
    "}",
    "[",
    "]",
    " ",
    "  ",
    "|",
    " |\n| ",
    "#",
    "%3d",
    "%26",
    "\\u0026",
    "\t",
    "/",
    "--",
    "->>",
    "&lt;",
    "\\",
    "\r\n",
    'form-data; name="',
]

pieces = st.sampled_from(NAMES) | st.sampled_from(VALUES) | st.sampled_from(SIGNS)
soups = st.lists(pieces, max_size=12).map("".join)
lines = soups.map(lambda text: text.replace("\n", " ").replace("\r", " "))
headers = st.dictionaries(
    st.sampled_from(NAMES),
    st.sampled_from(VALUES) | lines | st.lists(lines, min_size=2, max_size=2),
    max_size=3,
)
documents = st.recursive(
    st.sampled_from(VALUES) | soups | st.sampled_from([1, None, True, 12345678901]),
    lambda inner: (
        st.dictionaries(st.sampled_from(NAMES) | soups, inner, max_size=3) | st.lists(inner, max_size=2)
    ),
    max_leaves=6,
)
forms = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), min_size=1, max_size=3).map(
    lambda pairs: "&".join(f"{name}={quote(value)}" for name, value in pairs)
)
bodies = st.one_of(
    st.none(),
    documents.map(as_json),
    soups.map(lambda text: Body(type="application/json", size=1, json=text)),
    forms.map(lambda text: as_text(text, "application/x-www-form-urlencoded")),
    soups.map(lambda text: as_base64(text.encode() + b"\0\xff", "a/b")),
    soups.map(as_text),
)
urls = soups.map(lambda text: "http://h/" + quote(text, safe="/?&=;"))
exchanges = st.builds(
    lambda url, sent, body, reason, answered, answer: exchange(
        url=url, headers=sent, body=body, reason=reason, answer_headers=answered, answer=answer
    ),
    urls,
    headers,
    bodies,
    lines,
    headers,
    bodies,
)


def _yaml(redacted: list[Exchange], output: str = "") -> str:
    return yamltext.dump(msgspec.to_builtins({"exchanges": redacted, "output": output}))


GLUED = exchange(headers={"X-Auth-Token": "hunter2hunter2", "name": f"hunter2hunter2{JWT}"})


@given(sent=exchanges)
@example(sent=GLUED)
@example(sent=exchange(answer=as_json({'"token': "hunter2hunter2"})))
@example(sent=exchange(answer=as_json({"'token": "hunter2hunter2"})))
def test_a_redacted_exchange_passes(sent: Exchange) -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.again(redactor.exchange(sent))
    assert not scan(_yaml([redacted]), known=redactor.known)


@given(sent=st.lists(exchanges, max_size=2), output=soups)
@example(sent=[GLUED], output=f"hunter2hunter2{FERNET}")
def test_a_run_with_output_passes(sent: list[Exchange], output: str) -> None:
    redactor = Redactor(POLICY)
    redacted = [redactor.exchange(one) for one in sent]
    text = redactor.text(output)
    generation = -1
    while generation != redactor.generation:
        generation = redactor.generation
        redacted = [redactor.again(one) for one in redacted]
        text = redactor.text(text)
    assert not scan(_yaml(redacted, text), known=redactor.known)


def test_what_stood_beside_a_secret_is_looked_at_again() -> None:
    redactor = Redactor(POLICY)
    redactor.learn("password", "kJ7xQ2mZp9vR4tWs")
    assert redactor.text(f"kJ7xQ2mZp9vR4tWs{FERNET}") == "<password-1><token-1>"
    earlier = Redactor(POLICY)
    kept = earlier.exchange(exchange(headers={"A": f"kJ7xQ2mZp9vR4tWs{FERNET}"}))
    earlier.learn("password", "kJ7xQ2mZp9vR4tWs")
    assert earlier.again(kept).request.headers == {"A": "<password-1><token-1>"}


WORDS = [
    "exchanges",
    "documented",
    "conforms",
    "wrong-status",
    "redaction-failed",
    "X-Subject-Token",
    "keystone-api",
    "openstack-client",
    "auth.identity.password.user.password",
    "JSON web token",
    "known secret",
    "Content-Type",
    "verdict: documented",
    "exchanges:",
    "xchanges",
    "request: method",
    "EXCHANGES",
    "image-show",
]


@pytest.mark.parametrize("word", [*WORDS, *(word for word in sorted(set(of_model())) if len(word) >= 8)])
def test_a_secret_that_is_a_word_of_recordings_does_not_stop_them(word: str) -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(exchange(headers={"X-Auth-Token": word, "X-Subject-Token": word}))
    assert redacted.request.headers == {"X-Auth-Token": "<token-1>", "X-Subject-Token": "<token-1>"}
    document = {
        "verdict": "conforms",
        "participants": {"client": "openstack-client", "keystone": "keystone-api"},
        "sequence": "image-show",
        "exchanges": [{"verdict": "documented", "request": {"method": "GET"}}],
        "redacted": redactor.counts | {name: 1 for name in WORDS if ":" not in name},
        "fields": [
            field.encode_name
            for struct in (Recording, Exchange, Request, Body)
            for field in msgspec.structs.fields(struct)
        ],
    }
    assert not scan(yamltext.dump(document), known=redactor.known)
    assert redactor.notes()


def test_a_value_made_to_look_like_a_word_in_base64_does_not_stop_them() -> None:
    import base64

    redactor = Redactor(POLICY)
    redactor.learn("token", base64.b64decode("participants").decode("utf-8", "surrogateescape"))
    assert not scan("participants:", known=redactor.known)


@pytest.mark.parametrize(
    "value", ["Secret-2024!", "correct horse battery", "exchange-student-99", "kJ7xQ2mZ"]
)
def test_what_only_begins_like_a_word_is_searched_for(value: str) -> None:
    redactor = Redactor(POLICY)
    redactor.learn("password", value)
    assert redactor.text(f"is {value}") == "is <password-1>"


TOKEN = "9c31f2c6f22c440eb670d8d5a5cc0405"
AUTH = json.dumps(
    {"auth": {"identity": {"methods": ["token"], "token": {"x": 1, "id": TOKEN}}, "scope": "none"}}
)


@pytest.mark.parametrize("kept_as", ["json", "text"])
@pytest.mark.parametrize("end", range(1, len(AUTH)))
def test_json_that_is_cut_off_holds_no_secret(kept_as: str, end: int) -> None:
    body = Body(type="application/json", size=end, **{kept_as: AUTH[:end]})  # type: ignore[arg-type]
    redacted = Redactor(POLICY).exchange(exchange(body=body)).request.body
    assert redacted is not None
    left = redacted.text or ""
    begun = AUTH[AUTH.index(TOKEN) : end]
    assert left.startswith(AUTH[: min(end, AUTH.index(TOKEN))])
    assert not begun or f'"id": "{begun}' not in left


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        ('{"password": "short", x', '{"password": "<password-1>", x'),
        ('{"auth": {"token": {"id":: "0123abc', '{"auth": {"token": {"id":: "<token-1>'),
        ("{'access': {'token': {'id': '0123abc'}}}", "{'access': {'token': {'id': \"<token-1>\"}}}"),
        ('{"a":1}\n{"secret": 12345678}', '{"a":1}\n{"secret": "<secret-1>"}'),
        ('[{"adminPass": "x\\', '[{"adminPass": "<password-1>'),
        (")]}',\n" + '{"psk": "short"}', ")]}',\n" + '{"psk": "<key-1>"}'),
    ],
)
def test_json_that_is_not_quite_json_is_masked_by_name(sent: str, left: str) -> None:
    body = Body(type="application/json", size=1, json=sent)
    redacted = Redactor(POLICY).exchange(exchange(body=body)).request.body
    assert redacted is not None
    assert (redacted.json, redacted.text) == (None, left)


@pytest.mark.parametrize(
    ("sent", "left"),
    [
        # The ampersand is part of the value, or, where all of the address is encoded once more, behind it.
        ("http://x/?temp_url_sig=%26kJ7xQ2mZp9v%26R4tW&x=1", "http://x/?temp_url_sig=<secret-1>&x=1"),
        ("next=http%3A//x/%3Ftoken%3DkJ7xQ2mZp9v%26x%3D1", "next=http%3A//x/%3Ftoken%3D<secret-1>%26x%3D1"),
        # Not what a programmer writes for a value, as %s and %(name)s are.
        ("http://x/?temp_url_sig=%41kJ7xQ2mZp9vs&x=1", "http://x/?temp_url_sig=<secret-1>&x=1"),
        ("http://x/?token=%s&x=%(token)s", "http://x/?token=%s&x=%(token)s"),
        # Not masked, though it begins so.
        ('form-data; name="password"\r\n\r\nx)kJ7xQ2mZ', 'form-data; name="password"\r\n\r\n<secret-1>'),
        ("'password': '***, kJ7xQ2mZ'", "'password': '<password-1>'"),
        ("'password': '***'), 'password': '${PW}',", "'password': '***'), 'password': '${PW}',"),
        ("'password': '******** (password-1)',", "'password': '******** (password-1)',"),  # as on pages
        ("'password': '******** (password-1)kJ7xQ2mZ'", "'password': '<password-1>'"),
        ("<n:adminPass>kJ7xQ2mZp9v</n:adminPass>", "<n:adminPass><password-1></n:adminPass>"),
        ("n:adminPass>kJ7xQ2mZp9v</", "n:adminPass><password-1></"),
        ("<a:b:adminPass c='d'>kJ7xQ2mZp9v</", "<a:b:adminPass c='d'><password-1></"),
    ],
)
def test_the_value_beside_a_name_is_taken_as_a_whole(sent: str, left: str) -> None:
    assert Redactor(POLICY).text(sent) == left


def test_json_behind_a_byte_order_mark_is_json() -> None:
    body = Body(type="application/json", size=1, json="\ufeff" + AUTH)
    redacted = Redactor(POLICY).exchange(exchange(body=body)).request.body
    assert redacted is not None
    assert json.loads(redacted.json or "")["auth"]["identity"]["token"]["id"] == "<token-1>"
    assert TOKEN not in Redactor(POLICY).text("\ufeff" + AUTH)
    inner = (
        Redactor(POLICY)
        .exchange(exchange(body=as_json({"a": "\ufeff" + AUTH, "b": AUTH[:-30]})))
        .request.body
    )
    assert TOKEN not in str(inner)
