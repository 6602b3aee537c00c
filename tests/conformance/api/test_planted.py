"""Planted changes in recordings of real clouds: at least 95 % are found, with the reference alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from tests.conformance.api.planting import Planted, planted
from tracer.conformance.api.api_exchanges import api_exchanges
from tracer.conformance.api.rules import RULES
from tracer.recording import load

if TYPE_CHECKING:
    from tracer.model import Recording

ROOT = Path(__file__).parents[3]
RECORDINGS = [
    *(ROOT / "recordings/zed" / f"{name}.yaml" for name in ("image-create", "image-list", "user-list")),
    ROOT / "recordings/zed/volume-show.yaml",
    ROOT / "recordings/2026.2/project-create.yaml",
    ROOT / "recordings/2026.2/volume-snapshot-create.yaml",
    ROOT / "tests/comparison/recorded/2026.2/server-create.yaml",
]
KINDS = {"operation", "status", "parameter", "field", "type"}


def violations(recording: Recording, number: int) -> set[tuple[str, ...]]:
    release = recording.cloud.release
    assert release
    (exchange,) = (each for each in api_exchanges(recording, release) if each.number == number)
    return {
        (name, violation.location, violation.text)
        for name, rule in RULES.items()
        for violation in rule(exchange)
    }


def is_found(fault: Planted, before: set[tuple[str, ...]]) -> bool:
    return bool(violations(fault.recording, fault.number) - before)


def test_planted_changes_are_found() -> None:
    total: Counter[tuple[str, str]] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    for path in RECORDINGS:
        recording = load(path)
        release = recording.cloud.release
        assert release
        before: dict[int, set[tuple[str, ...]]] = {}
        for fault in planted(recording, release):
            if fault.number not in before:
                before[fault.number] = violations(recording, fault.number)
            total[fault.service, fault.kind] += 1
            found[fault.service, fault.kind] += is_found(fault, before[fault.number])
    for service in ("keystone", "glance", "nova", "neutron", "cinder"):
        for kind in KINDS:
            assert total[service, kind], (service, kind)
            assert found[service, kind] >= 0.95 * total[service, kind], (service, kind)
