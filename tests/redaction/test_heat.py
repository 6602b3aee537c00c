"""What a template of Heat declares to be a secret: hidden parameters and generated values."""

from __future__ import annotations

import json
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.redaction.canaries import as_json, as_text, exchange
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.heat import _MARKS, declared_in, may_declare
from tracer.redaction.objects import read_objects

POLICY = load_policy()
VALUE, DEFAULT = "kJ7xQ2", "mZ9vR4"  # too short to be searched for
TEMPLATE = {
    "heat_template_version": "2018-08-31",
    "parameters": {
        "size": {"type": "number", "default": 77},
        "license": {"type": "string", "hidden": True, "default": DEFAULT},
        "flavor": {"type": "string", "default": "m1.tiny", "hidden": False},
    },
    "resources": {"random": {"type": "OS::Heat::RandomString", "properties": {"length": 32}}},
    "outputs": {
        "joined": {"description": "generated", "value": {"get_attr": ["random", "value"]}},
        "address": {"value": {"get_attr": ["server", "first_address"]}},
    },
}
_YAML = yaml.safe_dump(TEMPLATE, sort_keys=False)
_FLOW = yaml.safe_dump(TEMPLATE, default_flow_style=True, width=10_000)


@pytest.mark.parametrize(
    "body",
    [
        {"parameters": {"license": VALUE, "size": 78}, "template": TEMPLATE},
        {"template": TEMPLATE, "parameters": {"size": 78, "license": VALUE}},
        {"template": _YAML, "parameters": {"license": VALUE, "size": 78}},
        {"template": _FLOW, "environment": {"parameters": {"license": VALUE, "size": 78}}},
        {"template": _YAML, "environment": f"parameters:\n  size: 78\n  license: {VALUE}\n"},
        {
            "files": {"file:///a.yaml": _YAML},
            "environment": f"parameter_defaults: {{license: {VALUE}, size: 78}}",
        },
        {"files": {"file:///a.yaml": json.dumps(TEMPLATE)}, "parameters": {"license": VALUE, "size": 78}},
    ],
)
def test_values_of_hidden_parameters_are_removed(body: object) -> None:
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(exchange(method="POST", body=as_json(body)))
    text = str(redacted)
    assert redacted.redaction is None
    assert VALUE not in text
    assert DEFAULT not in text
    assert "78" in text
    assert "m1.tiny" in text
    assert scan(json.dumps(body))
    later = exchange(answer=as_json({"stack": {"parameters": {"license": VALUE, "size": "78"}}}))
    assert VALUE not in str(redactor.exchange(later))
    other = exchange(answer=as_json({"license": VALUE}))
    assert VALUE in str(redactor.exchange(other)), "a name that is none of a parameter means other things"


@pytest.mark.parametrize("number", [4711, 47.5])
def test_a_number_leaves_valid_json(number: float) -> None:
    body = {"parameters": {"license": number}, "template": TEMPLATE}
    redacted = Redactor(POLICY).exchange(exchange(body=as_json(body)))
    assert redacted.request.body is not None
    assert json.loads(redacted.request.body.json or "")["parameters"] == {"license": "<secret-1>"}


@pytest.mark.parametrize("template", [TEMPLATE, _YAML, _FLOW])
def test_outputs_of_generated_values_are_removed(template: object) -> None:
    redactor = Redactor(POLICY)
    redactor.exchange(exchange(method="POST", body=as_json({"template": template})))
    outputs = [
        {"output_key": "address", "output_value": "192.0.2.7"},
        {"output_value": VALUE, "output_key": "joined", "description": "generated"},
    ]
    text = str(redactor.exchange(exchange(answer=as_json({"stack": {"outputs": outputs}}))))
    assert VALUE not in text
    assert "192.0.2.7" in text


def test_the_attribute_of_a_generated_value_is_removed() -> None:
    resource = {
        "attributes": {"value": VALUE},
        "resource_name": "r",
        "resource_type": "OS::Heat::RandomString",
    }
    text = str(Redactor(POLICY).exchange(exchange(answer=as_json({"resource": resource}))))
    assert VALUE not in text
    other = resource | {"resource_type": "OS::Heat::Value"}
    assert VALUE in str(Redactor(POLICY).exchange(exchange(answer=as_json({"resource": other}))))


def test_a_template_in_a_text_is_read_too() -> None:
    redacted = Redactor(POLICY).exchange(exchange(body=as_text(_YAML, "application/x-yaml")))
    assert DEFAULT not in str(redacted)
    assert "m1.tiny" in str(redacted)


def test_the_attributes_of_many_resources_are_read_once() -> None:
    text = "- {attributes: {value: x}, resource_type: OS::Heat::RandomString}\n" * 14_000
    start = time.process_time()
    assert declared_in(text, read_objects(text)).spans
    assert time.process_time() - start < 4


@pytest.mark.parametrize(
    "document",
    [
        {"Parameters": {"License": {"Type": "String", "NoEcho": True, "Default": VALUE}}},
        {"Parameters": {"License": {"Default": VALUE, "NoEcho": "true"}}, "parameters": {"License": VALUE}},
        {"parameters": {"license": {"type": "string", "hidden": 1, "default": VALUE}}},
        {"environment": {"parameters": {"license": VALUE}, "encrypted_param_names": ["license"]}},
        "Parameters:\n  License:\n    Type: String\n    NoEcho: true\n    Default: {VALUE}\n",
        "parameters:\n  license:\n    type: string\n    default: kJ7xQ2\n    hidden: y\n",
        "parameters:\n  license: kJ7xQ2\nencrypted_param_names:\n- license\n",
    ],
)
def test_other_ways_to_declare_a_secret(document: object) -> None:
    for sent in (document, {"x": document if isinstance(document, str) else json.dumps(document)}):
        body = as_text(sent) if isinstance(sent, str) else as_json(sent)
        assert VALUE not in str(Redactor(POLICY).exchange(exchange(body=body)))


def test_a_declaration_stays_but_for_its_default() -> None:
    text = str(Redactor(POLICY).exchange(exchange(body=as_json({"template": TEMPLATE}))))
    assert DEFAULT not in text
    assert text.count("string") == 2
    assert "OS::Heat::RandomString" in text


def test_a_value_that_is_an_object_is_removed() -> None:
    for parameters in ({"license": {"a": [VALUE]}}, {"license": [VALUE, "x7"]}):
        sent = exchange(body=as_json({"template": _YAML, "parameters": parameters}))
        assert VALUE not in str(Redactor(POLICY).exchange(sent))


def _seconds(text: str) -> float:
    """Return the time that declarations in a text take, of two tries the shorter one."""
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        POLICY.pairs.find(text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "line",
    [
        "  r{0}:\n    type: OS::Heat::RandomString\n",
        '  r{0}: {{"type": "OS::Heat::RandomString"}}\n',
        "  p{0}:\n    hidden: true\n    default: v{0}\n",
        "p{0}: {{hidden: true, default: v{0}}}\n",
        "default: x\nhidden: true\n",
        "{{hidden: true, default: x, a: ",
        "hidden: true, default: x, ",
        "  o{0}:\n    value: {{get_attr: [r{0}, value]}}\n  r{0}:\n    type: OS::Heat::RandomString\n",
    ],
)
def test_declarations_cost_no_more_than_their_length(line: str) -> None:
    def text(count: int) -> str:
        return "parameters:\n" + "".join(line.format(number) for number in range(count))

    _seconds(text(10))
    small, large = _seconds(text(500)), _seconds(text(4000))
    assert large < 24 * small + 0.2, "eight times the length"
    passwords = "".join(f"password{number}: v{number}\n" for number in range(4000))
    assert large < 8 * _seconds(passwords) + 0.2


_PIECES = (
    *("hidden", "Hidden", "os_hidden", "-hidden", "\\nhidden", "NoEcho", "OS::Heat::RandomString"),
    *("encrypted_param_names", ":", " ", '"', "\n", "true", "yes", "1", "x", "0", "_"),
)


@given(st.lists(st.sampled_from(_PIECES), max_size=8).map("".join))
def test_a_mark_is_found_where_a_search_for_the_whole_expression_finds_it(text: str) -> None:
    assert may_declare(text) is (_MARKS.search(text) is not None)
