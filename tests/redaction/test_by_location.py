"""``tracer scan`` reports what capture would remove, at its place, whatever its length."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tests.redaction.canaries import CANARIES, Build, as_json, exchange
from tests.redaction.locations import NARROW
from tests.redaction.locations import PLACES as OF_SERVICES
from tests.redaction.test_gate import MASKS, PLACES, exchanges, soups
from tracer.formats import yaml_text
from tracer.model import Exchange
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.locations import find_by_location, find_removable
from tracer.redaction.policy import read_builtin

POLICY = load_policy()
SHORT = "Zq7"


def _found(text: str) -> list[tuple[int, int]]:
    pieces = text.splitlines(keepends=True)
    return [(one.line, one.column) for one in find_removable(lambda: pieces, POLICY)]


def _recording(*sent: Exchange, **fields: Any) -> str:
    written = {"format": 1, **fields, "exchanges": msgspec.to_builtins(list(sent))}
    return yaml_text.dump(written)


@pytest.mark.parametrize(
    "text",
    [
        '{"auth": {"identity":\n  {"token": {"id": "Zq7"}}}}',
        '{"driver_info":\n{"ipmi_username": "Zq7", "ipmi_port": 623}}',
        "node:\n  driver_info:\n    ipmi_username: Zq7\n    ipmi_address: 'Zq7'\n",
        "- driver_info:\n    data: {a: [Zq7, 'Zq7 d']}\n",
        "credential:\n  blob: |\n    Zq7\n    b\n",
        'a: |\n  {"access":\n    {"token": {"id": "Zq7"}}}\n',
        'a: |4\n\n      {"access":\n    {"token": {"id": "Zq7"}}}\n',
        'a: \'{"access": {"token": {"id": "Zq7"}}}\'\n',
        '{"a": "{\\"credential\\": {\\"blob\\": \\"Zq7\\"}}"}\n',
        '[{"op": "add", "path": "/driver_info/ipmi_username", "value": "Zq7"}]',
        '[{"value": {"ipmi_username": "Zq7"}, "op": "add",\n"path": "/driver_info"}]',
        '{"a": 1}\n{"console": {"url": "Zq7"}}\n',
        '{"a": 1,\n"token": {"id": "Zq7"',
        "{'access': {'token': {'id': 'Zq7'}}}",
        "Cookie: sid=Zq7\n",
        "Set-Cookie: sid=Zq7; Path=/\n",
        "Authorization: Basic Zq7w\n",
        "Authorization: Zq7\n",
        "X-Auth-Token: Zq7\n",
        "see http://u:Zq7@host/ for more",
        "GET /x?a=1&sig=Zq7 HTTP/1.1",
        "openstack --os-password Zq7 server create --password Zq7 x",
        "\ufeffdriver_info: {a: Zq7}\n",
        '\ufeff\n{"driver_info": {"a": "Zq7"}}\n',
        "driver_info:\r\n  a: Zq7\r\n",
        "a: x\x85\ndriver_info: {a: Zq7}\n",
        "a: 'x\u2028  y'\ndriver_info: {a: Zq7}\n",
        "? [a]\n: {driver_info: {a: Zq7}}\n",
        "--- a\n---\ndriver_info: {a: &x Zq7, b: *x}\n",
        'a: >\n  {"token":\n  {"id":\n  "Zq7"}}\n',
        'a: "{\\"token\\":\\\n  {\\"id\\": \\"Zq7\\"}}"\n',
    ],
)
def test_a_value_is_found_where_it_stands(text: str) -> None:
    lines = enumerate(text.split("\n"), 1)
    assert _found(text) == [(n, at.start() + 1) for n, line in lines for at in re.finditer(SHORT, line)]


@pytest.mark.parametrize(
    "text",
    [
        '{"driver_info": {"a": "<connection-1>", "b": "***", "ipmi_port": 623, "c": null, "d": true}}',
        "driver_info: {a: <connection-1>, b: '***', ipmi_port: 623, c: null, d: true, e: ~}\n",
        '{"Authorization": "Basic <credentials-1>", "Cookie": "a=<cookie-1>; b=<cookie-2>"}',
        "headers:\n  Authorization: Bearer <token-1>\n  Set-Cookie: a=<cookie-1>; Path=/\n",
        '{"token": {"id": "<your token>"}, "credential": {"blob": "{{ blob }}"}}',
        '{"token": {"id": "$OS_TOKEN"}}',
        '"password":\n  "user": "x"\n',
        '"access_tokens":\n- "name": "x"\n',
        "driver_info:\n",
        "",
        "{",
        "driver_info: *\x00",
    ],
)
def test_what_capture_keeps_is_no_finding(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(("name", "build"), [*CANARIES, *OF_SERVICES, *NARROW])
def test_what_capture_takes_from_an_exchange_is_found_however_short(name: str, build: Build) -> None:
    sent = build(SHORT)
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(sent)
    if name != "PEM torn off":  # of which the first line alone says nothing
        assert bool(_found(_recording(sent))) == bool(redactor.counts)
    assert _found(_recording(redacted)) == []


def test_a_command_line_of_a_recording_is_looked_at_as_capture_does() -> None:
    assert _found(_recording(command="curl -u me:ab http://h/")) == [(2, 21)]


def test_a_body_of_a_recording_is_judged_by_its_url_and_type() -> None:
    transfer = exchange(url="http://h/v2/zones/tasks/transfer_accepts", body=as_json({"key": "ab"}))
    patch = exchange(body=as_json([{"op": "add", "path": "/driver_info/a", "value": "ab"}]))
    elsewhere = exchange(body=as_json({"key": "ab"}))
    assert _found(_recording(transfer)) == [(13, 23)]
    assert _found(_recording(patch)) == [(13, 65)]
    assert _found(_recording(elsewhere)) == []


@pytest.mark.parametrize("word", ["valid", "error", "http", "changed"])
def test_a_password_may_be_an_ordinary_word(word: str) -> None:
    for text in (f"mysql://u:{word}@h/d\n", f"Authorization: Basic {word}\n"):
        assert _found(text), text
    assert _found("password: None is not set\n") == []


@pytest.mark.parametrize("place", sorted(PLACES))
def test_a_mask_is_no_finding(place: str) -> None:
    if place in ("discovery", "list"):  # of the first, the whole address is the secret; the second has others
        return
    assert [mask for mask in MASKS if _found(_recording(PLACES[place](mask)))] == []


def _documents(path: str, value: object) -> Iterator[object]:
    """Give documents in which ``value`` stands where a path of the policy says."""
    tree = value
    for step in reversed(path.removeprefix("$.").replace("[]", ".[]").split(".")):
        tree = [tree] if step == "[]" else {step.replace("**", "x").replace("*", "x"): tree}
    yield tree
    if not path.startswith("$"):
        yield {"a": 1, "x": [{"b": "c", "y": tree}, None]}


PATHS = [path for rule in read_builtin().fields if not rule.urls for path in rule.paths]
values = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"], exclude_characters="\x85\ufeff"),
    min_size=1,
    max_size=12,
) | st.sampled_from(
    ["ab", "admin", "12", "null", "a: b", "- a", '"', "'a", "{", "[", "#", "\\n", "two words"]
)
WRITTEN: dict[str, Callable[[object], str]] = {
    "JSON": json.dumps,
    "JSON, laid out": lambda tree: json.dumps(tree, indent=2, ensure_ascii=False),
    "YAML": lambda tree: yaml.safe_dump(tree, allow_unicode=True, width=10**6),
    "YAML in quotes": lambda tree: yaml.safe_dump(tree, default_style='"', width=10**6),
    "JSON in YAML": lambda tree: yaml_text.dump({"a": 1, "text": json.dumps(tree, indent=1)}),
    "recording": lambda tree: _recording(exchange(answer=as_json(tree))),
}


@given(path=st.sampled_from(PATHS), value=values, form=st.sampled_from(sorted(WRITTEN)), nested=st.booleans())
@example(path="driver_info.**", value="0", form="YAML", nested=True)
@example(path="auth.identity.password.user.password", value="0", form="YAML in quotes", nested=False)
def test_a_value_at_a_place_of_the_policy_is_found_in_its_line(
    path: str, value: str, form: str, nested: bool
) -> None:
    tree, mark = (list(_documents(path, each))[-1 if nested else 0] for each in (value, "kJ7xQ2mZp9vR4tWs"))
    redacted = Redactor(POLICY).exchange(exchange(answer=as_json(tree))).response
    assert redacted is not None
    assert redacted.body is not None
    kept = json.loads(redacted.body.json or "null")
    assume(kept != tree and not POLICY.is_placeholder(value, quoted=True))
    write = WRITTEN[form]
    line = next(n for n, text in enumerate(write(mark).splitlines(), 1) if "kJ7xQ2mZp9vR4tWs" in text)
    assert line in [found for found, _ in _found(write(tree))]
    assert _found(write(kept)) == []


@given(sent=st.lists(exchanges, max_size=2))
def test_what_capture_leaves_is_no_finding(sent: list[Exchange]) -> None:
    redactor = Redactor(POLICY)
    redacted = [redactor.exchange(one) for one in sent]
    generation = -1
    while generation != redactor.generation:
        generation = redactor.generation
        redacted = [redactor.again(one) for one in redacted]
    assert list(find_by_location([_recording(*redacted)], POLICY)) == []


@given(text=soups | st.text("{}[]:,-?&*!|>\"'# \nab\t\ufeff\x85\0") | st.text())
def test_any_text_is_read_to_its_end(text: str) -> None:
    assert list(find_by_location(text.splitlines(keepends=True), POLICY)) is not None


@pytest.mark.parametrize(
    "text", ["[" * 10**6, '{"a":' * 10**5, "a: " + "{b: " * 10**5, "- " * 10**5, "\0" * 10**6]
)
def test_deep_and_binary_texts_are_read_to_their_end(text: str) -> None:
    assert _found(text) == []


def test_the_last_gate_knows_no_places() -> None:
    """An honest recording is not refused for a value that only its place makes a secret."""
    assert scan('{"driver_info": {"ipmi_username": "ab"}}') == []
