"""The failure of a command, beside its verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tests.sequences.runs import HOST, exchange, prologue, show
from tracer.conformance import check
from tracer.conformance.failures import CommandFailure, failure_of
from tracer.model import Exchange, Output, Recording
from tracer.recording import save

if TYPE_CHECKING:
    from pathlib import Path


def _recording(command: str, exit_code: int | None = None, run: list[Exchange] | None = None) -> Recording:
    output = None if exit_code is None else Output(exit=exit_code)
    recorded = "2026-11-23T00:00:00Z"
    return Recording(format=1, command=command, recorded=recorded, exchanges=run or [], output=output)


def _not_found() -> list[Exchange]:
    images = f"{HOST}/image/v2/images"
    return [
        *prologue(),
        show("nope", 404),
        exchange("GET", f"{images}?name=nope", 200, token=True, body={"images": []}),
        exchange("GET", f"{images}?os_hidden=True", 200, token=True, body={"images": []}),
    ]


@pytest.mark.parametrize(
    ("exit_code", "unfound", "expected"),
    [
        (None, [], None),
        (0, [], None),
        (0, ["x"], None),
        (1, [], "the command failed: exit code 1"),
        (1, ["x", "y", "x"], "the command failed: nothing is named 'x', nothing is named 'y', exit code 1"),
        (None, ["x"], "the command failed: nothing is named 'x'"),
    ],
)
def test_the_exit_code_decides(exit_code: int | None, unfound: list[str], expected: str | None) -> None:
    failure = failure_of(_recording("openstack image show x", exit_code), unfound)
    assert (None if failure is None else str(failure)) == expected
    if failure is not None:
        assert (failure.exit_code, list(failure.unfound)) == (exit_code, list(dict.fromkeys(unfound)))


@pytest.mark.parametrize("exit_code", [None, 1])
@pytest.mark.parametrize(
    "words", ["show nope", "delete nope", "set --name x nope", "save nope", "unset nope"]
)
def test_a_missing_resource_is_judged_alike_by_all_commands(words: str, exit_code: int | None) -> None:
    result = check(_recording(f"openstack image {words}", exit_code, _not_found()), "a.yaml")
    assert result.verdict == "conforms"
    assert result.failure == CommandFailure(exit_code=exit_code, unfound=("nope",))
    assert result.deviations == []


def test_the_failure_is_printed_beside_the_verdict(tmp_path: Path) -> None:
    path = tmp_path / "delete.yaml"
    save(_recording("openstack image delete nope", 1, _not_found()), path)
    printed = tracer("check", path).stdout
    assert "1 recording: 1 conforms, 1 command failed" in printed
    assert "the command failed: nothing is named 'nope', exit code 1" in printed
    junit = tracer("check", path, "--format", "junit").stdout
    assert "<system-out>the command failed: " in junit
    assert "<failure" not in junit
    report = json.loads(tracer("check", path, "--format", "json").stdout)
    assert report["failed"] == 1
    assert report["recordings"][0]["verdict"] == "conforms"
    assert report["recordings"][0]["failure"] == "the command failed: nothing is named 'nope', exit code 1"
