"""The failure of a command, beside its verdict."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.cli.runner import tracer
from tests.sequences.runs import HOST, exchange, login, prologue, show, versions_of_keystone
from tracer.conformance import check
from tracer.conformance.failures import CommandFailure, failure_of
from tracer.conformance.findings import findings
from tracer.model import FORMAT, Exchange, Output, Recording
from tracer.recording import save
from tracer.rendering.recording_table import verdict_line

if TYPE_CHECKING:
    from pathlib import Path


def _recording(command: str, exit_code: int | None = None, run: list[Exchange] | None = None) -> Recording:
    output = None if exit_code is None else Output(exit=exit_code)
    recorded = "2026-11-23T00:00:00Z"
    return Recording(format=FORMAT, command=command, recorded=recorded, exchanges=run or [], output=output)


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


FAILED = "POST /identity/v3/auth/tokens → 401"


@pytest.mark.parametrize("exit_code", [None, 1])
def test_a_failed_login_is_the_failure_of_a_command_with_a_sequence(exit_code: int | None) -> None:
    run = [versions_of_keystone(), login(401)]
    result = check(_recording("openstack image list", exit_code, run), "a.yaml")
    assert (result.verdict, result.sequence) == ("deviates", "image-list")
    assert result.failure == CommandFailure(exit_code=exit_code, failed_login=FAILED)
    code = ", exit code 1" if exit_code else ""
    assert str(result.failure) == f"the command failed: the login failed ({FAILED}){code}"


@pytest.mark.parametrize("command", ["openstack stack list", None])
def test_a_failed_login_is_the_problem_of_a_run_without_a_sequence(command: str | None) -> None:
    recording = msgspec.structs.replace(
        _recording("", 1, [versions_of_keystone(), login(401)]), command=command
    )
    (reported,) = findings(check(recording, "a.yaml"))
    text = f"the login failed ({FAILED}): nothing to compare with"
    assert (reported.rule, reported.text) == ("no-sequence", text)
    assert verdict_line(recording).plain == f"{text}; the command itself failed (exit code 1)"


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
