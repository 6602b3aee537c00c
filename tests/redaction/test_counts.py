"""The counts of replacements in a recording, in YAML and in JSON."""

from __future__ import annotations

import json

import pytest

from tracer.redaction import scan
from tracer.redaction.counts import is_count

BLOCK = "redacted:\n  X-Auth-Token: 3\n  X-Subject-Token: 12\n"
FLOW = "redacted: {X-Auth-Token: 3, X-Subject-Token: 12}\n"
COUNTS = {"redacted": {"X-Auth-Token": 3, "X-Subject-Token": 12}}


@pytest.mark.parametrize("text", [BLOCK, FLOW, json.dumps(COUNTS), json.dumps(COUNTS, indent=2)])
def test_a_number_below_redacted_is_a_count(text: str) -> None:
    assert is_count(text, text.index("12"))
    assert list(scan(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        BLOCK.replace("redacted", "headers"),
        FLOW.replace("redacted", "headers"),
        "X-Subject-Token: 12\n",
        json.dumps({"redacted": {"password": 1234567}}),
    ],
)
def test_another_number_is_none(text: str) -> None:
    assert not is_count(text, text.index("12"))
