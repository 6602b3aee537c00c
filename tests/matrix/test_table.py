"""The matrix as a table."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.matrix.made import PROBLEM, recording
from tests.sequences import runs
from tracer.cloud.release_data import releases
from tracer.matrix import Cell, changed, legend, tables
from tracer.model import Recording, Response

if TYPE_CHECKING:
    from tracer.matrix.problems import Problem

FINE = recording("conforms")
REFUSED = recording("deviates", [runs.show(status=403)], code=1)
NINE = ["zed", "2023.1", "2023.2", "2024.1", "2024.2", "2025.1", "2025.2", "2026.1", "2026.2"]


def cell(
    release: str,
    name: str = "image-show",
    client: str = "",
    recording: Recording | None = FINE,
    again: Recording | None = FINE,
    problems: tuple[Problem, ...] = (),
    fails: bool = False,
) -> Cell:
    return Cell(release, client or release, name, recording, again, problems, fails)


def printed(cells: list[Cell], shown: list[str], width: int = 100) -> list[str]:
    console = Console(width=width, record=True, file=io.StringIO())
    for table in tables(cells, shown, lambda one, other: other.release == "2026.2"):
        console.print(table)
    return console.export_text().splitlines()


def test_a_row_for_each_command_and_a_column_for_each_release() -> None:
    cells = [
        cell("zed"),
        cell("zed", "image-set", recording=None, again=None, problems=(PROBLEM,)),
        cell("zed", "image-list", recording=REFUSED, again=REFUSED, fails=True),
        cell("zed", "(image)", recording=None, problems=(PROBLEM,)),
        cell("2026.2", recording=recording("deviates")),
    ]
    lines = [line.split() for line in printed(cells, ["zed", "2026.2"])]
    assert lines[0] == ["command", "zed", "2026.2"]
    assert lines[2:] == [
        ["image-show", "✓", "8", "!", "8*"],
        ["image-set", "F", "-"],
        ["image-list", "x", "2", "-"],
    ]
    assert legend(cells) == (
        "✓ conforms · x refused, as the suite expects · ! deviates · F failed · "
        "number: messages · * changed from the release before"
    )


def test_each_client_has_a_table_of_its_own() -> None:
    cells = [cell(release, client=client) for client in ("zed", "2026.2") for release in ("zed", "2026.2")]
    lines = [line.strip() for line in printed(cells, ["zed", "2026.2"])]
    assert [line for line in lines if "client" in line] == ["client of zed", "client of 2026.2"]
    assert len([line for line in lines if line.startswith("image-show")]) == 2


@pytest.mark.parametrize("width", [80, 100])
def test_nine_releases_fit(width: int) -> None:
    assert set(releases()) <= set(NINE)
    name = "image-show-of-another-project"
    cells = [cell(release, name) for release in NINE]
    lines = printed(cells, NINE, width)
    assert max(map(len, lines)) <= width
    assert lines[0].split() == ["command", *NINE]
    assert lines[2].split()[-18:] == ["✓", "8"] * 8 + ["✓", "8*"]
    assert len(lines) == (3 if width == 100 else 4)


def test_changed_is_what_differs_beyond_what_differs_in_the_cell_itself() -> None:
    def with_body(text: str) -> Cell:
        exchanges = runs.by_id()
        from msgspec.structs import replace

        from tracer.model import Body

        body = Body(type="application/json", size=len(text), json=text)
        exchanges[-1] = replace(exchanges[-1], response=Response(status=200, body=body))
        made = recording("conforms", exchanges)
        return Cell("zed", "zed", "a", made, made)

    one, other = with_body('{"visibility": "shared"}'), with_body('{"visibility": "public"}')
    assert not changed(one, one)
    assert changed(one, other)
    assert not changed(one._replace(again=other.recording), other)
    assert not changed(one, other._replace(recording=None))


def test_a_client_has_columns_of_its_clouds_alone() -> None:
    cells = [cell("zed", client="zed"), cell("zed", client="2023.1"), cell("2023.1", client="2023.1")]
    heads = [line.split() for line in printed(cells, ["zed", "2023.1"]) if line.startswith("command")]
    assert heads == [["command", "zed"], ["command", "zed", "2023.1"]]
