"""Objects that are secret as a whole: user data, maps of passwords, Secrets of Kubernetes."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.redaction.canaries import as_json, as_text, exchange
from tests.redaction.text_forms import NESTINGS, assert_removed
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.objects import read_objects

if TYPE_CHECKING:
    from collections.abc import Callable

POLICY = load_policy()
VALUE = "kJ7xQ2"  # too short to be searched for
STAYS = ("first-neighbour", "second-neighbour")

WRITERS: dict[str, Callable[[object], str]] = {
    "JSON": json.dumps,
    "JSON, laid out": lambda tree: json.dumps(tree, indent=2),
    "YAML": lambda tree: yaml.safe_dump(tree, sort_keys=False),
    "YAML, sorted": yaml.safe_dump,
    "YAML, flow": lambda tree: yaml.safe_dump(tree, default_flow_style=True, width=10_000),
    "JSON in YAML, folded": lambda tree: yaml.safe_dump({"x": json.dumps(tree)}, width=30),
    "JSON in YAML, folded in double quotes": lambda tree: yaml.safe_dump(
        {"x": ["y", json.dumps(tree)]}, width=30, default_style='"'
    ),
    "YAML, quoted": lambda tree: yaml.safe_dump(tree, default_style='"'),
}
USER_DATA = {
    "Fn::Base64": {"Fn::Base64": f"#!/bin/sh\necho {VALUE}\n"},
    "Fn::Join": {"Fn::Base64": {"Fn::Join": ["", ["#!/bin/sh\n", f"echo {VALUE}", {"Ref": STAYS[0]}]]}},
    "Fn::Sub": {"Fn::Base64": {"Fn::Sub": f"echo {VALUE}"}},
    "template": {
        "str_replace": {
            "params": {"$x": {"get_param": STAYS[0]}},
            "template": f"#!/bin/sh\necho {VALUE}\nexit",
        }
    },
    "params": {"str_replace": {"params": {"$x": VALUE}, "template": {"get_file": STAYS[0]}}},
    "list_join": {"list_join": ["\n", ["a", VALUE]]},
    "list": ["#cloud-config", f"echo {VALUE} is it"],
}
SECRETS = {
    "data": {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": STAYS[0]}, "data": {"a.b": VALUE}},
    "stringData": {
        "kind": "Secret",
        "type": "Opaque",
        "stringData": {"config.yaml": f"a: b\nc: {VALUE}\n", "d": VALUE},
        "metadata": {"labels": {"a": STAYS[0]}},
    },
    "a list": {
        "kind": "List",
        "items": [
            {"kind": "ConfigMap", "data": {"a": STAYS[0]}},
            {"kind": "Secret", "data": {"a": VALUE}},
            {"data": {"a": STAYS[1]}},
        ],
    },
    "a list of Secrets": {
        "kind": "SecretList",
        "items": [{"metadata": {"name": STAYS[0]}, "data": {"a": VALUE}}],
    },
    "a long one": {"data": {str(n): "x" * 60 for n in range(80)} | {"z": VALUE}, "kind": "Secret"},
}


def _of_server(user_data: object) -> dict[str, object]:
    properties = {"user_data_format": STAYS[1], "user_data": user_data, "flavor": "m1.tiny"}
    return {"resources": {"server": {"type": "OS::Nova::Server", "properties": properties}}}


@pytest.mark.parametrize(
    "text",
    [
        "passwords: !!map\n  root: {}\n",
        "passwords: &x\n  root: {}\n",
        "passwords: [[{{a: {}}}]]\n",
        "kind: !!str Secret\ndata:\n  a: {}\n",
        '{{"passwords":[[{{"a":"{}"}}]]}}',
        '{{"user_data":["#!/bin/sh",{{"Fn::Sub":"echo {}"}}]}}',
        "```yaml\nkind: Secret\ndata:\n  a: {}\n```\n",
    ],
)
def test_tags_and_lists_around_such_an_object_hide_nothing(text: str) -> None:
    redactor = Redactor(POLICY)
    kept = redactor.text(text.format(VALUE))
    assert VALUE not in kept
    assert scan(kept, known=redactor.known) == []


@pytest.mark.parametrize("nesting", NESTINGS)
@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("tree", [*map(_of_server, USER_DATA.values()), *SECRETS.values()])
def test_all_that_such_an_object_holds_is_removed(tree: object, writer: str, nesting: str) -> None:
    assert_removed(NESTINGS[nesting](WRITERS[writer](tree)), VALUE, STAYS)


@pytest.mark.parametrize("tree", [*map(_of_server, USER_DATA.values()), *SECRETS.values()])
def test_a_document_stays_one(tree: object) -> None:
    for sent in (tree, {"files": {"x": yaml.safe_dump(tree)}}, {"last-applied": json.dumps(tree)}):
        redacted = Redactor(POLICY).exchange(exchange(method="POST", body=as_json(sent)))
        assert redacted.request.body is not None
        assert VALUE not in str(redacted)
        assert json.loads(redacted.request.body.json or "")


def test_a_document_that_follows_is_another() -> None:
    text = f"kind: Secret\ndata:\n  a: {VALUE}\n---\nkind: ConfigMap\ndata:\n  a: {STAYS[0]}\n"
    kept = Redactor(POLICY).text(text)
    assert VALUE not in kept
    assert STAYS[0] in kept


@pytest.mark.parametrize("name", ["user_data", "UserData", "userdata", "USER_DATA"])
def test_user_data_is_known_in_any_spelling(name: str) -> None:
    for body in (as_json({name: {"a": {"b": VALUE}}}), as_text(f"{name}:\n  a:\n    b: {VALUE}\n")):
        assert VALUE not in str(Redactor(POLICY).exchange(exchange(body=body)))


def test_what_user_data_is_made_of_is_not_searched_for() -> None:
    address = "198.51.100.117"
    sent = {"server": {"user_data": {"params": {"$x": address}}, "addresses": [address]}}
    redacted = Redactor(POLICY).exchange(exchange(body=as_json(sent)))
    assert str(redacted).count(address) == 1


@pytest.mark.parametrize(
    "text",
    [
        '{"user_data": {"get_resource": "config"}}',
        "user_data: {get_file: boot.sh}\n",
        "user_data:\n  get_param: script\nx: y\n",
        "user_data: {str_replace: {template: {get_file: a.sh}, params: {$a: {get_attr: [b, c]}}}}\n",
        "kind: Secret\nmetadata:\n  name: x\ntype: Opaque\n",
        "kind: ConfigMap\ndata:\n  a: b\n",
        "A kind: Secret\n\ndata:\n  a: b\n",
    ],
)
def test_what_only_names_something_stays(text: str) -> None:
    assert Redactor(POLICY).text(text) == text


@pytest.mark.parametrize(
    "unit",
    [
        "kind: Secret\ndata:\n  a: b\n---\n",
        '{"kind": "Secret", "data": ',
        "kind: Secret\n",
        "x {a: ",
        "- - kind: Secret\n",
        "kind: Secret [",
        "kind: Secret {'a",
        'kind: Secret "',
        "kind: Secret }",
    ],
)
def test_objects_are_read_in_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    start = time.process_time()
    read_objects(text)
    assert time.process_time() - start < 8


@given(st.text("ab:{}[],\"'\\ \n-#|><=&!k"))
def test_any_text_is_read(text: str) -> None:
    found = read_objects(text)
    assert all(parent < number for number, (parent, _) in enumerate(found.objects))
    for parent, _, (start, end) in found.scalars:
        assert parent < len(found.objects)
        assert 0 <= start < end <= len(text)
