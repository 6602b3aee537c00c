"""Known contradictions: the shipped ones, and the refusal of wrong entries."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tracer.api_reference import operation_by_id
from tracer.conformance.api.contradictions import Contradiction, contradictions

ENTRY = {
    "operation": "keystone GET /",
    "rule": "unknown-operation",
    "locations": ["request.path"],
    "since": "2023.1",
    "until": "2024.2",
    "evidence": "a",
}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"operation": "keystone *"}, "a wildcard is refused"),
        ({"locations": ["response.body.*"]}, "a wildcard is refused"),
        ({"locations": ["response.body.?"]}, "a wildcard is refused"),
        ({"since": "nonsense"}, "not an OpenStack release: nonsense"),
        ({"since": "2026.1"}, "since 2026.1 is after until 2024.2"),
        ({"locations": []}, "length"),
        ({"evidence": ""}, "length"),
        ({"rule": "other"}, "Invalid enum value"),
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, Any], problem: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=problem):
        msgspec.convert(ENTRY | change, Contradiction)


def test_an_entry_holds_in_its_releases() -> None:
    entry = msgspec.convert(ENTRY, Contradiction)
    assert [entry.holds_in(release) for release in ("zed", "2023.1", "2024.2", "2025.1")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_the_shipped_entries_name_operations_of_the_reference_and_are_there_once() -> None:
    shipped = contradictions()
    keys = [
        (entry.operation, entry.rule, location, entry.since)
        for entry in shipped
        for location in entry.locations
    ]
    assert len(keys) == len(set(keys)) > 50
    for entry in shipped:
        if " " not in entry.operation:
            assert operation_by_id(entry.operation, entry.since), entry.operation
