"""The report of `tracer check --api` for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.api.calls import IMAGE, call, recording
from tests.conformance.api.test_report import ROOTS, report
from tracer.rendering.api_checks.terminal import api_lines

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.conformance.api import ApiReport

LINK = "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"


def lines(made: ApiReport) -> list[str]:
    return [line.plain for line in api_lines(made)]


def test_the_same_finding_in_many_recordings_is_said_once(tmp_path: Path) -> None:
    many = [recording(ROOTS, call("glance", "GET", f"{IMAGE}?a=1&b=1")) for _ in range(3)]
    assert lines(report(tmp_path, *many)) == [
        "undocumented  undocumented-parameter  image.show-image",
        "  request.query.a, request.query.b",
        f"  3 exchanges of 3 recordings (2026.2), first {tmp_path}/0.yaml, exchange 2",
        f"  API reference of glance in 2026.2 {LINK}",
        "3 recordings, 6 exchanges compared with the API reference: 6 undocumented, 3 known contradictions",
    ]


def test_an_error_comes_first_with_its_text(tmp_path: Path) -> None:
    made = report(tmp_path, recording(call("glance", "GET", f"{IMAGE}?a=1", 418)))
    shown = lines(made)
    assert shown[:3] == [
        "error  undocumented-status  image.show-image",
        "  response.status: status 418 is not documented (documented: 200, 400, 401, 403, 404)",
        f"  {tmp_path}/0.yaml, exchange 1",
    ]
    assert shown[-1] == "1 recording, 1 exchange compared with the API reference: 1 error, 1 undocumented"


def test_recordings_without_a_release_are_one_line(tmp_path: Path) -> None:
    made = report(tmp_path, *[recording(ROOTS, release=None)] * 3)
    problem = "the recording names no release of its cloud: name it with --release"
    assert lines(made) == [
        f"{tmp_path}/0.yaml and 2 more: {problem}",
        "0 recordings, 0 exchanges compared with the API reference: 3 not compared",
    ]


def test_no_text_of_a_recording_controls_the_terminal(tmp_path: Path) -> None:
    made = report(tmp_path, recording(call("glance", "GET", f"{IMAGE}?a%1b[31m=1")))
    assert made.undocumented == 1
    assert all(line.isprintable() for line in lines(made))


def test_a_clean_recording(tmp_path: Path) -> None:
    made = report(tmp_path, recording(call("glance", "GET", IMAGE)))
    assert lines(made) == ["1 recording, 1 exchange compared with the API reference: no findings"]
