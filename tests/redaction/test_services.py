"""Messages of the compute and volume services: their secrets go, and everything else stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import yaml

from tests.redaction.canaries import HOST, as_json, as_text, exchange
from tracer.formats import yaml_text
from tracer.redaction import Redactor, load_policy, scan
from tracer.redaction.locations import find_removable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Body, Exchange

POLICY = load_policy()
SAMPLES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("services.yaml").read_text("utf-8"))


def _sent(sample: dict[str, Any]) -> Exchange:
    body = as_text(sample["text"]) if "text" in sample else None
    return exchange(
        method="POST",
        url=sample.get("url", f"{HOST}/x"),
        body=as_json(sample["request"]) if "request" in sample else body,
        answer=as_json(sample["response"]) if "response" in sample else None,
    )


def _recording(sent: Exchange) -> str:
    return yaml_text.dump({"format": 1, "exchanges": msgspec.to_builtins([sent])})


def _leaves(tree: object, location: str = "") -> Iterator[tuple[str, object]]:
    """Yield each scalar of a document with its location."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _leaves(value, f"{location}.{key}")
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _leaves(value, f"{location}[{index}]")
    else:
        yield location, tree


def _changed(body: Body | None, sample: object) -> dict[str, object]:
    """Return the values of a body that are not as they were sent, by location."""
    assert body is not None
    kept = dict(_leaves(json.loads(body.json or "")))
    return {location: value for location, value in _leaves(sample) if kept[location] != value}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_the_secrets_of_a_message_go_and_everything_else_stays(sample: dict[str, Any]) -> None:
    sent = _sent(sample)
    redactor = Redactor(POLICY)
    redacted = redactor.exchange(sent)
    text = _recording(redacted)
    secrets = [str(secret) for secret in sample["secrets"]]
    assert [secret for secret in secrets if secret in _recording(sent)] == secrets
    assert [secret for secret in secrets if secret in text] == []
    assert redacted.response is not None
    for side, body in (("request", redacted.request.body), ("response", redacted.response.body)):
        if side in sample:
            changed = _changed(body, sample[side])
            harmless = {at: value for at, value in changed.items() if not _holds(value, secrets)}
            assert harmless == {}
    assert bool(redactor.counts) == bool(secrets)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample["name"])
def test_a_scan_finds_what_capture_removes_and_nothing_else(sample: dict[str, Any]) -> None:
    sent = _sent(sample)
    redacted = _recording(Redactor(POLICY).exchange(sent))
    assert bool(_found(_recording(sent))) == bool(sample["secrets"])
    assert _found(redacted) == []
    assert scan(redacted) == []


def _holds(value: object, secrets: list[str]) -> bool:
    return any(secret in str(value) for secret in secrets)


def _found(text: str) -> list[object]:
    return list(find_removable(lambda: text.splitlines(keepends=True), POLICY))
