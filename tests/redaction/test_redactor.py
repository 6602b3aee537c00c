import base64
import json
import string
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.redaction.canaries import CANARIES, Build, as_base64, as_json, as_text, exchange
from tests.redaction.forms import cores, spellings
from tests.redaction.test_tables import table
from tracer.i18n import note_text
from tracer.model import Body, Exchange, Request, Response, RunNote
from tracer.redaction import KnownSecrets, Redactor, load_policy, scan

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "kJ7xQ2mZp9vR4tWs"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiI3YzFmIn0.c2lnbmF0dXJl"
POLICY = load_policy()

# Not what a word of English looks like: such a value could be a part of the exchange itself.
secrets = st.text(
    string.ascii_letters + string.digits + "!@#$%^&*()_+-=[]{}|;:'\",.<>/?` äß€😀\\", min_size=12
).filter(lambda s: s == s.strip() and len(set(s)) > 6 and not KnownSecrets().is_common(s))


def _fits(secret: str, place: str) -> bool:
    """A semicolon ends a cookie, a quote a quoted parameter: such a value cannot stand there."""
    return not set(secret) & set(';"\\') or not ("ookie" in place or "OAuth" in place)


def _auth(password: str, token: str) -> Exchange:
    return exchange(
        method="POST",
        url="http://192.0.2.7/identity/v3/auth/tokens",
        body=as_json(
            {"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": password}}}}}
        ),
        answer=as_json({"token": {"methods": ["password"], "user": {"password_expires_at": None}}}),
        answer_headers={"X-Subject-Token": token},
        status=201,
    )


def test_counts_are_those_of_the_sample_in_the_design() -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(_auth(SECRET, "gAAAAABx0123456789"))
    redactor.exchange(exchange(headers={"X-Auth-Token": "gAAAAABx0123456789"}))
    assert redactor.counts == {
        "auth.identity.password.user.password": 1,
        "X-Subject-Token": 1,
        "X-Auth-Token": 1,
    }


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        (exchange(url=f"http://h/?a=1&code={SECRET}"), "code"),
        (exchange(url=f"http://h/#a=1&code={SECRET}"), "code"),
        (exchange(url=f"http://h/?path=%3Ftoken%3D{SECRET}"), "token"),
        (exchange(url=f"http://h/?path=a%3D1%26token%3D{SECRET}"), "token"),
        (exchange(url=f"http://u:{SECRET}@h/"), "URL user:password"),
        (exchange(url=f"/v2.0/tokens/{SECRET}"), "/v2.0/tokens/{token}"),
        (exchange(headers={"Link": f"<http://h/?token={SECRET}>; rel=a, </x>; rel=b"}), "token"),
        (exchange(headers={"Link": f"</v2.0/tokens/{SECRET}>; rel=a"}), "/v2.0/tokens/{token}"),
        (exchange(headers={"Refresh": f"0; url=/v2.0/tokens/{SECRET}"}), "/v2.0/tokens/{token}"),
        (exchange(body=as_text(f"code={SECRET}", "application/x-www-form-urlencoded")), "code"),
        (exchange(body=as_text(f"is {JWT}")), "JSON web token"),
        (exchange(body=as_json({"x": {"user": {"password": SECRET}}})), "password"),
        (exchange(body=as_json({"ipmi_password": SECRET})), "*password"),
        (exchange(headers={"X-Account-Meta-Temp-URL-Key-2": SECRET}), "X-Account-Meta-Temp-URL-Key*"),
    ],
)
def test_a_secret_counts_under_the_rule_that_names_its_place(sent: Exchange, rule: str) -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(sent)
    assert redactor.counts == {rule: 1}


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_parameter_is_found_in_urls_within_urls(depth: int) -> None:
    url = f"http://h/?code={SECRET}"
    for _ in range(depth):
        url = f"http://h/?next={quote(url, safe='')}"
    redactor = Redactor(POLICY)
    redactor.exchange(exchange(url=url))
    assert redactor.counts == {"code": 1}


def test_blanks_around_credentials_do_not_hide_their_scheme() -> None:
    redacted = Redactor(POLICY).exchange(exchange(headers={"Authorization": f" Bearer {SECRET} "}))
    assert redacted.request.headers == {"Authorization": "Bearer <token-1>"}


def test_urls_in_a_link_keep_what_is_around_them() -> None:
    sent = f"<http://h/?token={SECRET}&a=b>; rel=next, </v2.0/tokens/{SECRET}>; rel=self"
    redacted = Redactor(POLICY).exchange(
        exchange(headers={"Link": sent, "Refresh": f"5; url=/?token={SECRET}"})
    )
    assert redacted.request.headers == {
        "Link": "<http://h/?token=<token-1>&a=b>; rel=next, </v2.0/tokens/<token-1>>; rel=self",
        "Refresh": "5; url=/?token=<token-1>",
    }


def test_the_same_secret_has_the_same_pseudonym_wherever_it_stands() -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(_auth(SECRET, "tok-one-0123456789"))
    later = redactor.exchange(
        exchange(
            url="http://192.0.2.7/identity/v2.0/tokens/tok-one-0123456789?token=tok-two-0123456789",
            headers={"X-Auth-Token": "tok-one-0123456789", "X-Service-Token": "tok-two-0123456789"},
        )
    )
    assert later.request.headers == {"X-Auth-Token": "<token-1>", "X-Service-Token": "<token-2>"}
    assert later.request.url == "http://192.0.2.7/identity/v2.0/tokens/<token-1>?token=<token-2>"
    assert redactor.text(f"{SECRET} tok-two-0123456789") == "<password-1> <token-2>"


def test_a_pseudonym_gets_its_number_at_its_first_appearance() -> None:
    redactor = Redactor(POLICY)
    redactor.learn_environment({"OS_PASSWORD": "never-seen-0123456789", "HOME": "/root", "OS_TOKEN": SECRET})
    assert redactor.exchange(exchange(headers={"X-Auth-Key": "first-password-77"})).request.headers == {
        "X-Auth-Key": "<password-1>"
    }
    assert redactor.text(SECRET) == "<token-1>"


@given(secret=secrets, where=st.sampled_from(CANARIES))
def test_no_secret_survives_in_any_place(secret: str, where: tuple[str, Build]) -> None:
    name, build = where
    assume(_fits(secret, name))
    data = msgspec.json.encode(Redactor(POLICY).exchange(build(secret))).decode()
    assert not {core for core in cores(secret) if core in data}


@given(secret=secrets, data=st.data())
def test_no_known_secret_survives_in_any_spelling(secret: str, data: st.DataObject) -> None:
    assume(POLICY.names.find(secret) is None)  # such a key below makes a secret of all that stands beside it
    known = KnownSecrets()
    known.add("password", secret)
    redactor = Redactor(POLICY, known=known)
    text = data.draw(st.sampled_from(sorted(spellings(secret).items())))[1]
    before, after = (
        data.draw(st.text(" ,\n<>{}[]()!", max_size=5)),
        data.draw(st.text(" ,\n<>{}[]()!", max_size=5)),
    )
    whole = before + text + after
    sent = exchange(
        url=f"http://h/{text}",
        headers={"X-Foo": whole},
        body=as_text(whole),
        answer=as_json({whole: [whole, {"x": json.dumps({"y": whole})}]}),
        error=whole,
        reason=whole,
    )
    redacted = redactor.exchange(sent)
    dump = msgspec.json.encode(redacted).decode()
    assert not {core for core in cores(secret) if core in dump}
    assert redactor.exchange(redacted) == redacted
    assert scan(dump, known=known) == []
    assert redactor.text(whole).startswith(before.rstrip("<"))


@given(st.lists(secrets, min_size=1, max_size=4, unique=True), st.sampled_from(CANARIES))
def test_redacting_is_idempotent_also_with_a_new_redactor(
    values: list[str], where: tuple[str, Build]
) -> None:
    assume(_fits(values[0], where[0]))
    first = Redactor(POLICY)
    for value in values:
        first.learn("secret", value)
    redacted = first.exchange(where[1](values[0] + SECRET))
    again = Redactor(POLICY)
    assert again.exchange(redacted) == redacted
    assert again.counts == {}


def test_what_is_learned_later_is_removed_from_earlier_exchanges() -> None:
    redactor = Redactor(POLICY)
    early = redactor.exchange(exchange(answer=as_json({"note": f"is {SECRET}"}), headers={"X-Foo": SECRET}))
    assert SECRET in msgspec.json.encode(early).decode()
    before = redactor.generation
    redactor.exchange(_auth(SECRET, "tok-one-0123456789"))
    assert redactor.generation > before
    late = redactor.again(early)
    assert late.request.headers == {"X-Foo": "<password-1>"}
    assert SECRET not in msgspec.json.encode(late).decode()
    settled = redactor.generation
    redactor.exchange(_auth(SECRET, "tok-one-0123456789"))
    assert redactor.generation == settled


def test_what_a_text_shows_to_be_a_secret_is_removed_from_what_stands_before_it() -> None:
    value = "kJ7xQ2mZp9vR4tWs"
    shown = Body(type="text/plain", size=9, text=f'adminPass = "{value}" was changed')
    sent = Exchange(
        sender="client",
        started=1,
        request=Request(method="GET", url=f"http://x.test/things/{value}"),
        response=Response(status=200, body=shown),
    )
    assert value not in str(Redactor(load_policy()).exchange(sent))


@pytest.mark.parametrize(
    "value",
    ["admin", "secret", "x", "1234567", "nomoresecret", "20240101", "--------", "abababababab", "password-1"],
)
def test_a_common_value_is_removed_only_where_the_policy_names_it(value: str) -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(_auth(value, "tok-one-0123456789"))
    assert redacted.request.body is not None
    assert json.loads(redacted.request.body.json or "")["auth"]["identity"]["password"] == {
        "user": {"password": "<password-1>"}
    }
    assert redactor.text(f"the user {value} <password-1>") == f"the user {value} <password-1>"
    (note,) = redactor.notes()
    text = note_text(note)
    assert "1 password value was too short" in text
    assert value not in text.replace("password value", "").replace("secret", "") or value == "x"


def test_wild_cards_do_not_spread() -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(
        exchange(answer=as_json({"driver_info": {"redfish_system_id": "iscsi-special", "n": 1}}))
    )
    assert redactor.text("iscsi-special") == "iscsi-special"
    assert redactor.notes() == []


def test_a_number_that_is_a_known_secret_leaves_valid_json() -> None:
    redactor = Redactor(POLICY)
    redactor.learn("password", "123456789012345")
    redacted = redactor.exchange(exchange(answer=as_json({"123456789012345": [123456789012345, 5]})))
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert json.loads(redacted.response.body.json or "") == {"<password-1>": ["<password-1>", 5]}


def test_a_known_secret_across_json_tokens_ends_json() -> None:
    redactor = Redactor(POLICY)
    redactor.learn("password", 'abcdef", "ghijkl')
    redacted = redactor.exchange(
        exchange(answer=Body(type="application/json", size=1, json='{"x": ["abcdef", "ghijkl"]}'))
    )
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert redacted.response.body.json is None
    assert redacted.response.body.text == '{\n  "x": [\n    "<password-1>"\n  ]\n}'


def test_a_known_secret_inside_of_bytes() -> None:
    redactor = Redactor(POLICY)
    redactor.learn("password", SECRET)
    for data in (b"\xff\xfe" + SECRET.encode() + b"\0", f"text {SECRET} ".encode()):
        redacted = redactor.exchange(exchange(answer=as_base64(data)))
        assert redacted.response is not None
        assert redacted.response.body is not None
        assert base64.b64decode(redacted.response.body.base64 or "") == data.replace(
            SECRET.encode(), b"<password-1>"
        )


def test_a_hash_of_a_secret_is_not_kept() -> None:
    redactor = Redactor(POLICY)
    omitted = Body(type="text/plain", size=16, omitted="streamed", sha256="0" * 64)
    kept = redactor.exchange(exchange(url="http://h/v1/secrets/1/payload", answer=omitted))
    assert kept.response is not None
    assert kept.response.body == Body(type="text/plain", size=16, omitted="streamed")
    hashed = msgspec.structs.replace(as_json({"password": "x y"}), sha256="0" * 64)
    masked = redactor.exchange(
        exchange(body=hashed, answer=msgspec.structs.replace(as_json({}), sha256="1" * 64))
    )
    assert masked.request.body is not None
    assert masked.request.body.sha256 is None
    assert masked.response is not None
    assert masked.response.body is not None
    assert masked.response.body.sha256 == "1" * 64
    redactor.learn("password", SECRET)
    for body in (as_json({"x": SECRET}), as_text(SECRET), as_base64(SECRET.encode())):
        later = redactor.again(exchange(answer=msgspec.structs.replace(body, sha256="2" * 64)))
        assert later.response is not None
        assert later.response.body is not None
        assert later.response.body.sha256 is None
    other = redactor.exchange(exchange(url="http://h/v2/images/1/file", answer=omitted))
    assert other.response is not None
    assert other.response.body == omitted


def test_a_line_of_a_private_key_is_known_too() -> None:
    redactor = Redactor(POLICY)
    line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7"
    key = f"-----BEGIN PRIVATE KEY-----\n{line}\n{line[::-1]}\n-----END PRIVATE KEY-----\n"
    redactor.exchange(exchange(answer=as_json({"keypair": {"private_key": key}})))
    assert redactor.text(f"| {line} |") == "| <key-1> |"


def test_memory_is_bounded() -> None:
    redactor = Redactor(POLICY)
    for number in range(5000):
        redacted = redactor.exchange(exchange(headers={"X-Auth-Token": f"token-of-number-{number}"}))
    assert redacted.request.headers == {"X-Auth-Token": "<removed>"}
    assert len(redactor.known) <= 4096
    assert RunNote(code="too-many-secrets") in redactor.notes()
    assert redactor.text("token-of-number-77 x") == "<token-78> x"


def test_an_auth_exchange_without_any_secret_is_stripped() -> None:
    sent = _auth("", "")
    assert Redactor(POLICY).exchange(sent).redaction == "failed"


@pytest.mark.parametrize("url", ["/identity/v3/auth/tokens", "/v3/auth/tokens/", "/v2.0/tokens"])
def test_an_auth_exchange_with_a_side_without_secrets_is_named(url: str) -> None:
    redactor = Redactor(POLICY)
    sent = _auth(SECRET, "")
    sent = msgspec.structs.replace(sent, request=msgspec.structs.replace(sent.request, url=f"http://h{url}"))
    problem = redactor.unredacted_auth(redactor.exchange(sent))
    assert problem == RunNote(code="no-secret-in-response", values={"request": f"POST {url}"})
    whole = redactor.exchange(_auth(SECRET, "tok-one-0123456789"))
    assert redactor.unredacted_auth(whole) is None
    assert redactor.unredacted_auth(exchange()) is None


def test_nothing_shows_a_secret_in_its_repr() -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(_auth(SECRET, "tok-one-0123456789"))
    assert SECRET not in f"{redactor!r} {redactor.known!r} {POLICY!r} {redactor.notes()}"


def test_deep_json_is_redacted_in_linear_time() -> None:
    text = '{"a":' * 10_000 + json.dumps({"password": SECRET}) + "}" * 10_000
    redacted = Redactor(POLICY).exchange(
        exchange(answer=Body(type="application/json", size=len(text), json=text))
    )
    assert redacted.redaction is None
    assert SECRET not in msgspec.json.encode(redacted).decode()
    assert redacted.response is not None
    assert redacted.response.body is not None
    assert len(redacted.response.body.json or "") < 3 * len(text)


@given(
    st.builds(
        Request,
        method=st.text(),
        url=st.text(),
        http=st.text(),
        headers=st.dictionaries(st.text(), st.text()),
    )
)
def test_any_request_at_all_comes_back(request: Request) -> None:
    sent = Exchange(sender="client", started=0, request=request)
    redacted = Redactor(POLICY).exchange(sent)
    assert redacted.redaction is None
    assert Redactor(POLICY).exchange(redacted) == redacted


PLAIN = string.ascii_letters + string.digits + "_-"
late_secrets = st.text(PLAIN, min_size=8, max_size=200) | st.text(
    PLAIN + " '\"\\%&#/+=äß", min_size=8, max_size=60
)


@st.composite
def written(draw: st.DrawFn, secret: str) -> str:
    """Return the secret as a text has it: each character escaped or not, broken or not."""
    escapes = draw(st.lists(st.sampled_from("_____ju%xn"), min_size=len(secret), max_size=len(secret)))
    how: dict[str, Callable[[str], str]] = {
        "_": str,
        "j": lambda c: json.dumps(c)[1:-1],
        "u": lambda c: f"\\u{ord(c):04x}",
        "%": lambda c: "".join(f"%{byte:02x}" for byte in c.encode()),
        "x": lambda c: f"&#{ord(c)};",
        "n": lambda c: f"{c}\n    ",
    }
    text = "".join(how[escape](char) for char, escape in zip(secret, escapes, strict=True))
    return draw(st.sampled_from([text, json.dumps(text), *spellings(secret).values()]))


def _again(text: str, secret: str, *, encode: bool = False) -> Exchange:
    """Return an exchange with ``text``, redacted before the secret was known and once more after that."""
    data = text.encode("utf-8", "replace")
    body = (
        Body(type="image/png", size=len(data), base64=base64.b64encode(b"caf\xe9 " + data).decode())
        if encode
        else as_text(text, "text/plain")
    )
    redactor = Redactor(POLICY)
    early = exchange(answer=body)
    redactor.learn("password", "another-password-77")
    redactor.learn("token", secret)
    late = redactor.again(early)
    assert redactor.again(late) == late
    return late


def _content(given: Exchange) -> str:
    assert given.response is not None
    body = given.response.body
    assert body is not None
    return base64.b64decode(body.base64).decode("latin-1") if body.base64 else body.text or ""


@given(
    data=st.data(), secret=late_secrets, around=st.text('ab "\\%&:,{}\n|', max_size=20), encode=st.booleans()
)
def test_what_becomes_known_late_is_found_however_it_is_written(
    data: st.DataObject, secret: str, around: str, encode: bool
) -> None:
    known = KnownSecrets()
    known.add("token", secret)
    text = f"{around}{data.draw(written(secret))}{around}"
    late = _content(_again(text, secret, encode=encode))
    assert not [hit for hit in known.find(late) if hit.secret == secret]


@pytest.mark.parametrize("width", [12, 20, 60])
@pytest.mark.parametrize("rows", [[["id", "{}"]], [["{}", "name", "x"]], [["x" * 50, "{}"]]])
def test_what_becomes_known_late_is_found_in_a_table(rows: list[list[str]], width: int) -> None:
    token = "aB3_-xYz" * 14 + SECRET
    text = table([[cell.format(token) for cell in row] for row in rows], width)
    known = KnownSecrets()
    known.add("token", token)
    assert known.find(text)
    for sent in (text, f"x {text[text.index('|') :].strip()}"):
        assert not known.find(_content(_again(sent, token)))
