"""A name beside a value: in every form, at every depth, in every spelling."""

from __future__ import annotations

import html
import json
import time

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.redaction.canaries import as_json, as_text, exchange
from tests.redaction.text_forms import BEFORE, BEHIND, FORMS, NESTINGS, SPACED
from tracer.formats import yaml_text
from tracer.redaction import Redactor, load_policy, pairs, scan
from tracer.redaction.pairs import NamedValue
from tracer.redaction.policy import read_builtin

POLICY = load_policy()
VALUE = "kJ7xQ2"  # too short to be searched for: what removes it is its place
_JSON = [
    "JSON",
    "map, JSON",
    "pair, JSON",
    "pair, patch",
    "pair, list",
    "pair, object",
    "list of pairs",
    "argv",
]
NAMES = [
    "password",
    "db_password",
    "DB_PASS",
    "dbPassword",
    "db-password",
    "adminPass",
    "requirepass",
    "masterauth",
    "rootpwd",
    "pwd",
    "my_admin_password_2",
    "AUTH_TOKEN",
    "clientSecret",
    "client-secret",
    "api_key",
    "apikey",
    "SecretAccessKey",
    "X-Auth-Token",
    "passwords",
    "ipmi_password",
    "PASSWORD",
    "Passphrase",
    "privateKey",
    "password_confirm",
]


def _kept(text: str) -> str:
    """What the redactor of a new run leaves of a text."""
    return Redactor(POLICY).text(text)


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("form", FORMS)
def test_a_value_is_removed_and_its_neighbours_stay(form: str, nesting: str) -> None:
    text = NESTINGS[nesting](FORMS[form]("db_password", VALUE))
    kept = _kept(text)
    assert VALUE not in kept
    assert BEFORE in kept
    assert BEHIND in kept
    assert scan(text), "what is removed is found"
    assert scan(kept) == []


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_known_in_any_spelling(name: str, form: str) -> None:
    kept = _kept(FORMS[form](name, VALUE))
    assert VALUE not in kept
    assert BEFORE in kept
    assert BEHIND in kept


@pytest.mark.parametrize("form", SPACED)
@pytest.mark.parametrize(
    "value", ["kJ7 xQ2 mZ9", "kJ7:xQ2/mZ9+", "kJ7#xQ2;mZ9", "kJ7=xQ2&mZ9", "kJ7@xQ2%mZ9"]
)
def test_the_value_goes_as_a_whole(form: str, value: str) -> None:
    kept = _kept(FORMS[form]("db_password", value))
    assert not [piece for piece in ("kJ7", "xQ2", "mZ9") if piece in kept]
    assert BEHIND in kept


OPTIONS = [
    name
    for rule in read_builtin().options
    for name in rule.names
    if not rule.within and name.startswith("--")
]


@pytest.mark.parametrize("option", OPTIONS)
def test_the_value_of_an_option_goes_as_a_whole_if_html_escapes_its_quotes(option: str) -> None:
    for value in ('"kJ7 xQ2"', "'kJ7 xQ2'", "'kJ7 xQ2'mZ9", "\"kJ7\"'xQ2 mZ9'"):
        for text in (f"run {option} {value} --b {BEHIND}", f"run {option}={value} {BEHIND}"):
            kept = _kept(html.escape(text))
            assert not [piece for piece in ("kJ7", "xQ2", "mZ9") if piece in kept]
            assert BEHIND in kept
            assert bool(scan(html.escape(text))) == bool(scan(text))


@pytest.mark.parametrize("form", [*_JSON, "YAML", "XML", "ini"])
@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/x-yaml", ""])
def test_a_body_of_any_type_is_searched(form: str, kind: str) -> None:
    sent = FORMS[form]("db_password", VALUE)
    body = as_json(json.loads(sent), kind) if form in _JSON else as_text(sent, kind)
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(exchange(method="POST", body=body, answer=as_text(sent, kind)))
    assert redacted.redaction is None
    assert VALUE not in str(redacted)
    assert BEHIND in str(redacted.request)
    if body.json is not None:
        assert redacted.request.body is not None
        json.loads(redacted.request.body.json or "")


@pytest.mark.parametrize(
    "document",
    [
        {"name": "db_password", "value": 4711},
        {"outputs": [{"output_value": -4711, "output_key": "db_password"}]},
        {"files": {"x": "name: db_password\nvalue: 4711\n"}},
        {"files": {"x": "password: 4711\n"}},
    ],
)
def test_a_number_leaves_valid_json(document: object) -> None:
    redacted = Redactor(POLICY).exchange(exchange(body=as_json(document)))
    assert redacted.request.body is not None
    assert redacted.request.body.json is not None
    assert "4711" not in redacted.request.body.json
    assert json.loads(redacted.request.body.json)


@pytest.mark.parametrize(
    "text",
    [
        f"passwords:\n  bob: {VALUE}\n  eve: {VALUE}\nx: {BEHIND}\n",
        f"passwords: {{bob: {VALUE}, eve: '{VALUE}'}}\nx: {BEHIND}\n",
        json.dumps({"passwords": {"bob": VALUE, "eve": VALUE}, "x": BEHIND}),
    ],
)
def test_all_fields_under_passwords_are_removed(text: str) -> None:
    kept = _kept(text)
    assert VALUE not in kept
    assert BEHIND in kept
    assert scan(text)


@pytest.mark.parametrize(
    "query", ["%70assword", "%2570assword", "a%5Bpassword%5D", "a%255Bpassword%255D", "a%5bdb_p%61ss%5d"]
)
def test_the_name_of_a_parameter_may_be_encoded(query: str) -> None:
    sent = f"a={BEFORE}&{query}={VALUE}&b={BEHIND}"
    redacted = Redactor(POLICY).exchange(
        exchange(url=f"http://h/x?{sent}", body=as_text(sent), answer=as_json({"x": sent}))
    )
    assert VALUE not in str(redacted)
    assert str(redacted).count(BEHIND) == str(redacted).count(BEFORE) >= 3


@pytest.mark.parametrize(
    "text",
    [
        f"db_password:\n  name: {BEFORE}\n  default: {VALUE}\nx: {BEHIND}\n",
        f"db_password: {{name: {BEFORE}, value: {VALUE}, x: {BEHIND}}}\n",
        json.dumps({"db_password": {"name": BEFORE, "value": VALUE}, "x": BEHIND}),
    ],
)
def test_of_an_object_under_a_name_only_the_value_is_removed(text: str) -> None:
    kept = _kept(text)
    assert VALUE not in kept
    assert BEFORE in kept
    assert BEHIND in kept


_WORDS = st.sampled_from(
    [
        *NAMES,
        "password",
        "token",
        "user",
        "name",
        "value",
        "key",
        "path",
        "hidden",
        "parameters",
        "default",
        "x1y2z3",
    ]
)
_MARKS = [
    ": ",
    " = ",
    "\\n",
    "\n  ",
    "</",
    "| ",
    "- ",
    "%3D",
    "&quot;",
    '\\"',
    "true",
    *":='\"\n{}[],<>&?$# ",
]
_SIGNS = st.sampled_from(_MARKS)
_TEXTS = st.lists(_WORDS | _SIGNS | st.text(max_size=2), max_size=30).map("".join)


@given(_TEXTS)
def test_in_what_the_redactor_gives_out_nothing_is_found(text: str) -> None:
    redactor = Redactor(POLICY)
    assert scan(redactor.text(text), known=redactor.known) == []


@given(_TEXTS, _TEXTS, st.sampled_from(["text/plain", "application/json", ""]))
@example("", "password&quot;: password", "text/plain")
@example("", "\npassword%3Dpassword", "text/plain")
@example("", "password = password[", "text/plain")
@example("&quot;password: password", "", "text/plain")
@example("", "password: \n&quot;", "text/plain")
@example("&quot;password \rpassword", "", "text/plain")
def test_in_a_recording_of_what_the_redactor_gives_out_nothing_is_found(
    text: str, other: str, kind: str
) -> None:
    redactor = Redactor(POLICY)
    sent = exchange(
        headers={"X-Foo": text.replace("\n", " ")},
        body=as_text(text, kind),
        answer=as_json({"a": [other, {"b": json.dumps({"c": text})}], "value": other}),
        error=other,
    )
    redacted = [redactor.exchange(sent)]
    settled = -1
    while settled != redactor.generation:
        settled = redactor.generation
        redacted = [redactor.again(one) for one in redacted]
    written = yaml_text.dump(msgspec.to_builtins({"exchanges": redacted, "redacted": redactor.counts}))
    assert scan(written, known=redactor.known) == []


@given(
    st.sampled_from(sorted(SPACED)),
    st.lists(st.sampled_from(sorted(NESTINGS)), max_size=2),
    st.sampled_from(NAMES),
    st.text("abcXYZ0123456789+/.-", min_size=4, max_size=12).filter(
        lambda value: any(map(str.isdecimal, value)) and any(map(str.isalpha, value)) and value[0].isalnum()
    ),
)
@example("option, in pieces", ["in Python", "escaped for HTML"], "password", "000X")
@example("option, in pieces", ["in Python", "in Python"], "password", "000X")
@example("option, in pieces", ["in Python"], "password", "a/0+.9")
def test_any_value_in_any_nesting(form: str, nestings: list[str], name: str, value: str) -> None:
    text = FORMS[form](name, f"Zq{value}9")
    for nesting in nestings:
        text = NESTINGS[nesting](text)
    kept = _kept(text)
    assert f"Zq{value}9" not in kept
    assert scan(kept) == []


@pytest.mark.parametrize("value", ["top_secret", "x9_password", "Summer_Token", "user.my_password"])
@pytest.mark.parametrize(
    "line",
    [
        "OS_PASSWORD={}",
        "export OS_PASSWORD={}; openstack server list",
        'DB_PASSWORD="{}"',
        "[keystone_authtoken]\npassword = {}",
        "password={}",
        "password: {}",
        'password: "{}"',
        "password: '{}'",
        "  password: '{}'",
        "{{user: x, password: {}}}",
        '{{"user": "x", "password": "{}"',
        "connect(password='{}')",
        "import os\npassword = '{}'",
        "import the key, then\npassword = {}",
        "<password>{}</password>",
        "openstack --os-password {} server list",
        "| password | {} |",
    ],
)
def test_a_value_spelled_like_a_name_is_removed(line: str, value: str) -> None:
    text = line.format(value)
    assert value not in _kept(text)
    assert scan(text)


@pytest.mark.parametrize(
    "lead", ["password:", "X-Auth-Token: ", "{password: ", "- password: x", "password = "]
)
def test_a_long_run_of_blanks_is_read_once(lead: str) -> None:
    text = f"{lead}{' ' * 60_000}x"
    start = time.process_time()
    scan(text)
    assert time.process_time() - start < 3


def test_a_long_run_of_backslashes_is_read_once() -> None:
    _kept("x")
    start = time.process_time()
    _kept('password: "' + "\\" * 64_000)
    assert time.process_time() - start < 1.5


def test_each_of_two_values_that_overlap_is_a_secret() -> None:
    first, second, inside = (NamedValue(*span, "rule", str(span)) for span in ((0, 10), (5, 20), (6, 8)))
    assert pairs._merged([second, inside, first]) == [first, second._replace(start=10)]
