"""Coverage of the reference for a terminal."""

from __future__ import annotations

import pytest
from rich.console import Console

from tests.conformance.test_coverage import run_of
from tracer.conformance import coverage
from tracer.rendering.coverage_tables import coverage_json, coverage_parts, release_names, status_list

RELEASES = ["zed", "2023.1", "2023.2", "2024.1"]


@pytest.mark.parametrize(
    ("releases", "text"),
    [
        (RELEASES, "zed–2024.1"),
        (["2023.1", "zed"], "zed, 2023.1"),
        (["zed", "2023.2", "2024.1"], "zed, 2023.2, 2024.1"),
        (["zed"], "zed"),
        ([], ""),
    ],
)
def test_neighbours_are_a_range(releases: list[str], text: str) -> None:
    assert release_names(releases, RELEASES) == text


def test_a_dash_stands_for_a_missing_response() -> None:
    assert status_list({200: 2, 404: 1}, 3) == "200, 404"
    assert status_list({200: 2}, 3) == "200, –"
    assert status_list({}, 1) == "–"


def test_a_hostile_release_stays_text() -> None:
    result = coverage([run_of("\x1b[31mred", "v2/images"), run_of("zed", "v2/images")])
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        for part in coverage_parts(result, 80, unseen=True):
            console.print(part)
    assert "\x1b" not in capture.get()
    assert "\x1b" not in coverage_json(result)
