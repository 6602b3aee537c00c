"""Values in the bodies of responses: expected ones, and those that end a loop."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.cli.runner import tracer
from tests.sequences.runs import (
    HOST,
    IMAGE_ID,
    exchange,
    login,
    show,
    versions_of_glance,
    versions_of_keystone,
)
from tracer.model import Body
from tracer.recording import load, save
from tracer.sequences import Entry, Loop, Sequence, find, known_client, match
from tracer.sequences.body_fields import body_problem, ends_loop

if TYPE_CHECKING:
    from tracer.model import Exchange

ACTIVE = Entry(
    receiver="glance",
    method="GET",
    path="/v2/images/{image_id}",
    status=200,
    expect={"image.status": "active"},
)


def answer(body: Any, status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/images/{IMAGE_ID}", status, token=True, body=body)


@pytest.mark.parametrize(
    ("expected", "body", "problem"),
    [
        ({"status": "active"}, {"status": "active"}, None),
        ({"status": ["active", "killed"]}, {"status": "killed"}, None),
        ({"a.b.c": 5, "d": True}, {"a": {"b": {"c": 5}}, "d": True}, None),
        (
            {"status": ["active", "killed"]},
            {"status": "queued"},
            'status in the body of the response is "queued" where "active" or "killed" is expected',
        ),
        ({"d": True}, {"d": 1}, "d in the body of the response is 1 where true is expected"),
        ({"d": 1}, {"d": True}, "d in the body of the response is true where 1 is expected"),
        ({"a": 1, "b": 2}, {"a": 1}, "the body of the response has no b where 2 is expected"),
        ({"a.b": 1}, {"a": [1]}, "the body of the response has no a.b where 1 is expected"),
        ({"a": 1}, {"a": None}, "the body of the response has no a where 1 is expected"),
        ({"a": 1}, {"a": [1]}, "a in the body of the response is a list where 1 is expected"),
        ({"a": 1}, {"a": {}}, "a in the body of the response is an object where 1 is expected"),
        ({"a": 1}, [], "the body of the response has no a where 1 is expected"),
        ({"a": 1}, None, "the body of the response has no a where 1 is expected"),
        ({}, {"a": 1}, None),
    ],
)
def test_the_values_that_an_entry_expects(expected: Any, body: Any, problem: str | None) -> None:
    entry = msgspec.structs.replace(ACTIVE, expect=expected)
    assert body_problem(answer(body), entry) == problem


def test_a_long_value_is_cut() -> None:
    problem = body_problem(answer({"image": {"status": "x" * 10_000}}), ACTIVE)
    assert problem is not None
    assert len(problem) < 200


def test_an_error_and_an_omitted_body_contradict_nothing() -> None:
    assert body_problem(answer({}, 404), ACTIVE) is None
    sent = answer({})
    assert sent.response is not None
    omitted = msgspec.structs.replace(sent.response, body=Body(size=9, omitted="too-large", sha256="00"))
    assert body_problem(msgspec.structs.replace(sent, response=omitted), ACTIVE) is None
    damaged = msgspec.structs.replace(sent.response, body=Body(size=1, json="{"))
    assert body_problem(msgspec.structs.replace(sent, response=damaged), ACTIVE) is not None
    assert body_problem(msgspec.structs.replace(sent, response=None, error="lost"), ACTIVE) is None


def test_only_the_last_response_of_a_loop_is_compared() -> None:
    entry = msgspec.structs.replace(ACTIVE, loop=Loop(until_body={"image.status": ["active", "killed"]}))
    assert not ends_loop(answer({"image": {"status": "queued"}}), entry)
    assert body_problem(answer({"image": {"status": "queued"}}), entry) is None
    assert ends_loop(answer({"image": {"status": "killed"}}), entry)
    assert body_problem(answer({"image": {"status": "killed"}}), entry) is not None
    assert body_problem(answer({"image": {"status": "active"}}), entry) is None


def expecting(status: str) -> Sequence:
    sequence = find("image-show")
    *prologue, own = sequence.exchanges
    assert isinstance(own, Entry)
    return msgspec.structs.replace(
        sequence, exchanges=(*prologue, msgspec.structs.replace(own, expect={"status": status}))
    )


def test_a_run_with_another_value_deviates() -> None:
    def run(body: Any) -> list[Exchange]:
        sent = show()
        assert sent.response is not None
        text = json.dumps(body)
        response = msgspec.structs.replace(
            sent.response, body=Body(type="application/json", size=len(text), json=text)
        )
        return [
            versions_of_keystone(), login(), versions_of_glance(),
            msgspec.structs.replace(sent, response=response),
        ]  # fmt: skip

    client = known_client("", "zed")
    login_token = "<token-1>"
    good, bad = run({"status": "active"}), run({"status": "queued"})
    for exchanges in (good, bad):
        issued = exchanges[1].response
        assert issued is not None
        issued.headers["X-Subject-Token"] = login_token
    assert match(good, expecting("active"), client).verdict == "conforms"
    result = match(bad, expecting("active"), client)
    assert result.verdict == "deviates"
    assert [(each.kind, each.exchange) for each in result.deviations] == [("body", 3)]
    assert 'status in the body of the response is "queued"' in result.reasons[3]
    assert [label.verdict for label in result.labels] == ["documented"] * 4


SEQUENCE = """\
format: 2
name: image-show
command: openstack image show
exchanges:
- use: identity-versions
- use: login
- use: image-versions
- {operation: image.show-image, expect: {status: queued}}
"""


@pytest.fixture
def deviating(tmp_path: Path) -> tuple[Path, Path]:
    """A recording that deviates by a value, and the folder with the rules of its sequence."""
    shipped = Path(__file__).parents[2] / "recordings/2026.2/image-show.yaml"
    rules = tmp_path / "rules/sequences"
    rules.mkdir(parents=True)
    (rules / "image-show.yaml").write_text(SEQUENCE, "utf-8")
    path = tmp_path / "image-show.yaml"
    save(load(shipped), path)
    assert tracer("label", path, "--rules", rules.parent).returncode == 0
    return path, rules.parent


def test_check_names_the_value(deviating: tuple[Path, Path]) -> None:
    path, rules = deviating
    ended = tracer("check", path, "--rules", rules, "--format", "json")
    assert ended.returncode == 1
    (result,) = json.loads(ended.stdout)["recordings"]
    (deviation,) = result["deviations"]
    assert (result["verdict"], deviation["kind"], deviation["exchange"]) == ("deviates", "body", 4)
    assert 'status in the body of the response is "active" where "queued" is expected' in deviation["text"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "With another value in the body of the response than expected: (7)."),
        ("ko", "응답 본문의 값이 예상과 다른 메시지: (7)"),
    ],
)
def test_a_page_names_the_message(deviating: tuple[Path, Path], language: str, sentence: str) -> None:
    path, rules = deviating
    out = path.parent / "site"
    ended = tracer("docs", path, "-o", out, "--rules", rules, "--lang", language)
    assert ended.returncode == 0, ended.stderr
    assert any(sentence in page.read_text("utf-8") for page in out.rglob("*.md"))
