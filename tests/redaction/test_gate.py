"""What the redactor leaves, the last gate accepts."""

import json
from collections.abc import Callable
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.redaction.canaries import as_base64, as_json, as_text, exchange
from tracer.formats import yaml_text
from tracer.model import Body, Exchange, Recording, Request
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.harmless import is_stand_in, stands_in
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
    return yaml_text.dump(msgspec.to_builtins({"exchanges": redacted, "output": output}))


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
@example(
    sent=[exchange(reason="&lt;", answer_headers={"sig": "password hunter2hunter2<token-1>"})], output=""
)
@example(sent=[exchange(body=as_json('it\'s quoted "x"password: '))], output="&lt;")
@example(sent=[exchange(body=as_text('say "foo" token hunter2hunter2\nmore'))], output="&lt;")
@example(sent=[exchange(body=as_text('INFO\n{"kind":"Secret","data":{"a":"bcd",'))], output="x")
@example(sent=[exchange(body=as_text('INFO\n{"passwords":{"root":"'))], output="x")
@example(sent=[exchange(body=as_text('[{"op":"add","path":"/driver_info/a","value":"'))], output="x")
@example(sent=[exchange(reason='{"kind":"Secret","data":{"a":"')], output="x")
@example(sent=[exchange(headers={"A": 'the "user" password hunter2hunter2'})], output="&lt;")
@example(sent=[exchange(body=as_text("a <b>password hunter2hunter2\nfoo"))], output="&lt;")
@example(sent=[exchange(answer_headers={"password": "form-data; name=\"'"})], output=': form-data; name="')
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


MASKS = [
    "***", "********", "xxx", "XXXX", "...", "......", "…", "••••••", "******** (password-1)", "'***'",
    '"***"', "<redacted>", "<Redacted>", "<SANITIZED>", "[REDACTED]", "[Filtered]", "[hidden]", "(removed)",
    "(hidden)", "{masked}", "*removed*", "__REDACTED__", "REDACTED", "MASKED", "SANITIZED", "<token>",
    "<your token>", "<your-token>", "--token_id--", "--federated-token-id--", "$OS_TOKEN", "${OS_TOKEN}",
    "'$OS_TOKEN'", "$OS_TOKEN_V3", "{{ token }}", "%(token)s", "{token}", "$token", "<!-- x -->", "hidden",
    "None",
    "{SHA256}" + "a1" * 32, "{SHA1}" + "b2" * 20,
]  # fmt: skip
PLACES: dict[str, Callable[[str], Exchange]] = {
    "token id": lambda m: exchange(body=as_json({"auth": {"identity": {"token": {"id": m}}}})),
    "token id of an answer": lambda m: exchange(answer=as_json({"access": {"token": {"id": m}}})),
    "token id in a text": lambda m: exchange(answer=as_text(json.dumps({"access": {"token": {"id": m}}}))),
    "token id in a string": lambda m: exchange(answer=as_json({"x": json.dumps({"token": {"id": m}})})),
    "password of a URL": lambda m: exchange(answer=as_text(f"see http://admin:{m}@h/ x")),
    "user of a URL": lambda m: exchange(answer=as_text(f"see http://{m}@h/ x")),
    "password of a URL in JSON": lambda m: exchange(answer=as_json({"x": f"http://admin:{m}@h/ x"})),
    "bearer": lambda m: exchange(headers={"Authorization": f"Bearer {m}"}),
    "bearer in a text": lambda m: exchange(answer=as_text(f"curl -H 'Authorization: Bearer {m}'")),
    "Authorization": lambda m: exchange(headers={"Authorization": m}),
    "token header": lambda m: exchange(headers={"X-Auth-Token": m}),
    "cookie": lambda m: exchange(headers={"Cookie": f"sid={m}"}),
    "set-cookie": lambda m: exchange(answer_headers={"Set-Cookie": f"sid={m}; Path=/"}),
    "cookie in a text": lambda m: exchange(answer=as_text(f"Cookie: sid={m}\n")),
    "option": lambda m: exchange(answer=as_text(f"openstack --os-token {m} x")),
    "query": lambda m: exchange(url=f"http://h/?token={quote(m)}"),
    "query in a text": lambda m: exchange(answer=as_text(f"http://h/?token={m}&x")),
    "location": lambda m: exchange(answer_headers={"Location": f"http://h/?token={quote(m)}"}),
    "path": lambda m: exchange(url=f"http://h/v2.0/tokens/{quote(m, safe='')}"),
    "EC2 access": lambda m: exchange(answer=as_json({"credential": {"access": m, "secret": m}})),
    "hidden field": lambda m: exchange(answer=as_text(f'<input type=hidden name="token" value="{m}">')),
    "host": lambda m: exchange(headers={"Host": f"u:{m}@h"}),
    "trust": lambda m: exchange(answer=as_json({"u": f"trust+http://{m}@h/"})),
    "discovery": lambda m: exchange(answer=as_json({"discovery_url": f"https://discovery.etcd.io/{m}"})),
    "webhook": lambda m: exchange(answer=as_json({"u": f"http://h/v1/webhooks/{m}/trigger"})),
    "user data": lambda m: exchange(answer=as_json({"user_data": m})),
    "blob": lambda m: exchange(answer=as_json({"credential": {"blob": m}})),
    "payload": lambda m: exchange(url="http://h/v1/secrets/1/payload", answer=as_text(m)),
    "challenge": lambda m: exchange(answer_headers={"WWW-Authenticate": f"Negotiate {m}"}),
    "YAML": lambda m: exchange(answer=as_text(f"password: {m}\n")),
    "YAML in quotes": lambda m: exchange(answer=as_text(f'password: "{m}"\n')),
    "ini": lambda m: exchange(answer=as_text(f"[a]\npassword = {m}\n")),
    "shell": lambda m: exchange(answer=as_text(f"export OS_PASSWORD={m}\n")),
    "log line": lambda m: exchange(answer=as_text(f"DEBUG user: x, password: {m}, id: 1\n")),
    "table": lambda m: exchange(answer=as_text(f"+--+--+\n| password | {m} |\n+--+--+\n")),
    "JSON": lambda m: exchange(answer=as_json({"password": m})),
    "list": lambda m: exchange(answer=as_json({"password": [m, f"{m}a"]})),
    "YAML in a string": lambda m: exchange(answer=as_json({"x": f"password: {m}\nuser: x"})),
    "two fields": lambda m: exchange(answer=as_json([{"name": "password", "value": m}])),
    "patch": lambda m: exchange(
        body=as_json([{"op": "add", "path": "/driver_info/ipmi_username", "value": m}])
    ),
    "XML": lambda m: exchange(answer=as_text(f"<password>{m}</password>")),
    "form": lambda m: exchange(body=as_text(f"password={quote(m)}", "application/x-www-form-urlencoded")),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_mask_is_never_refused(place: str) -> None:
    """Each mask is kept or masked again, and the recording is saved in any case."""
    refused = []
    for mask in MASKS:
        redactor = Redactor(POLICY)
        redacted = redactor.again(redactor.exchange(PLACES[place](mask)))
        assert redacted.redaction is None
        if scan(_yaml([redacted]), known=redactor.known):
            refused.append(mask)
    assert refused == []


@given(
    masks=st.lists(st.sampled_from(MASKS), min_size=1, max_size=2).map("".join),
    place=st.sampled_from(sorted(PLACES)),
    sent=exchanges,
)
def test_masks_beside_anything_are_never_refused(masks: str, place: str, sent: Exchange) -> None:
    redactor = Redactor(POLICY)
    redacted = [redactor.exchange(each) for each in (PLACES[place](masks), sent)]
    redacted = [redactor.again(each) for each in redacted]
    assert not scan(_yaml(redacted), known=redactor.known)


@given(value=st.sampled_from(MASKS), lead=st.sampled_from(["", " ", '"', "'", ">"]), rest=soups)
def test_what_capture_keeps_the_gate_keeps(value: str, lead: str, rest: str) -> None:
    if is_stand_in(value):
        assert stands_in(f"{lead}{value}{rest}", len(lead), len(lead) + len(value))


def test_a_text_that_ends_with_a_backslash_has_no_value_in_the_next_one() -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(exchange(reason="password=\\"))
    assert not scan(_yaml([redacted]), known=redactor.known)


@pytest.mark.parametrize(
    "text",
    [
        "\\npasswordpassword: password",
        "\\npassword hunter2hunter2: ",
        "password: \x850password",
        "password &quot;\x1f",
    ],
)
def test_a_text_is_looked_at_as_a_recording_quotes_it(text: str) -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(exchange(reason=text))
    assert not scan(_yaml([redacted], redactor.text(text)), known=redactor.known)


def test_a_piece_of_a_closing_tag_in_a_later_text_closes_no_mask() -> None:
    redactor = Redactor(POLICY)
    sent = exchange(headers={"Authorization": "<token>"}, reason="</")
    assert not scan(_yaml([redactor.exchange(sent)]), known=redactor.known)


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
    assert not scan(yaml_text.dump(document), known=redactor.known)
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
