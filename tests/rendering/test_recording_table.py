"""The table and the verdict in a terminal of any width, with texts that would like to steer it."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.rendering import seed
from tracer.model import free_note
from tracer.recording import load
from tracer.rendering.recording_table import (
    empty_table,
    exchange_rows,
    message_row,
    note_lines,
    table,
    verdict_line,
)
from tracer.rendering.visible_texts import visible
from tracer.sequences import label

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording


def _printed(shown: object, width: int = 120, *, colours: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colours, color_system="standard" if colours else None
    )
    console.print(shown)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def _hostile(text: str) -> Recording:
    run = [
        seed.exchange("GET", "/x", 200, text, times=(0, 1), to=text),
        seed.exchange(text, "/x", None, times=(1, 2), error=text, sender=text),
    ]
    return msgspec.structs.replace(seed.recording(run), sequence=text)


def test_each_message_has_a_row_with_number_step_and_verdict() -> None:
    lines = _printed(table(seed.recording())).splitlines()[2:]
    cells = [re.split(r" {2,}", line.strip()) for line in lines]
    assert cells[0] == ["1", "1", "client → keystone", "GET /identity", "0", "documented"]
    assert cells[7] == ["8", "8", "glance → client", "Response: 200 OK", "+43"]
    assert len(cells) == 8


def test_the_rows_fit_eighty_columns() -> None:
    assert len(_printed(table(seed.recording()), 80).splitlines()) == 2 + 8


def test_statuses_have_colours() -> None:
    shown = _printed(table(seed.recording()), colours=True)
    assert "\x1b[32mResponse: 200 OK" in shown
    assert "\x1b[36mResponse: 300" in shown


def test_a_deviation_has_its_reason_below_it() -> None:
    run = [
        *seed.exchanges()[:1],
        seed.exchange(
            "POST", "/identity/v3/auth/tokens", 401, "Unauthorized", times=(0.1, 0.2), to="keystone"
        ),
    ]
    recording = seed.recording(run)
    assert "would be steps 3, 4, but the status is 401 where 201 is expected" in _printed(table(recording))
    assert "because I say so" in _printed(table(recording, {1: "because I say so"}))


def test_rows_of_a_live_table() -> None:
    live = empty_table()
    for row in exchange_rows(msgspec.structs.replace(seed.exchanges()[3], path=""), 7):
        live.add_row(*row)
    shown = _printed(live)
    assert "GET /image/v2/images/{image_id}" in shown
    assert seed.IMAGE_ID not in shown


@pytest.mark.parametrize("width", [1, 10, 20, 40, 79, 300])
def test_any_width_will_do(width: int) -> None:
    for recording in (seed.recording(), _hostile("long " * 50)):
        for line in _printed(table(recording), width).splitlines():
            assert len(line) <= width


@given(st.one_of(st.text(), st.text(alphabet="\x1b[]0;\x07\x9b31m\r\n\x08\u202e")))
def test_no_control_character_reaches_the_terminal(text: str) -> None:
    recording = _hostile(text)
    recording = msgspec.structs.replace(recording, notes=[free_note(text)])
    shown = "".join(map(_printed, [table(recording), verdict_line(recording), *note_lines(recording)]))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


def test_markup_is_text() -> None:
    assert "[bold]x[/bold]" in _printed(table(_hostile("[bold]x[/bold]")))


def test_visible_cuts_and_joins() -> None:
    assert visible("a\nb\tc\r\nd") == "a b c d"
    assert visible("\x1b[31mred\x1b[0m") == "\ufffd[31mred\ufffd[0m"
    assert visible("x" * 200, 10) == "x" * 9 + "…"
    assert visible("한글 é") == "한글 é"


def test_the_verdict_of_a_run_that_conforms() -> None:
    assert verdict_line(seed.recording()).plain == "conforms to image-show: 8 of 8 steps"
    run = seed.exchanges()
    del run[0]
    assert verdict_line(seed.recording(run)).plain == (
        "conforms to image-show: 6 of 8 steps (steps 1–2 are optional)"
    )


def test_steps_of_another_case_are_optional_too() -> None:
    shipped = load(Path(__file__).parents[2] / "recordings/zed/image-list.yaml")
    assert verdict_line(shipped).plain == "conforms to image-list: 8 of 10 steps (steps 9–10 are optional)"


def test_the_verdict_of_a_run_by_its_fallback() -> None:
    run = seed.exchanges()
    run[3:] = [
        seed.exchange("GET", "/image/v2/images/cirros", 404, "Not Found", times=(0.4, 0.5), token=True),
        seed.exchange("GET", "/image/v2/images?name=cirros", 200, "OK", times=(0.5, 0.6), token=True),
    ]
    assert verdict_line(seed.recording(run)).plain == "conforms to image-show: 8 of 8 steps, by its fallback"


def test_the_verdict_of_a_run_that_deviates() -> None:
    run: list[Exchange] = [seed.exchanges()[0]]
    run += [seed.exchange("GET", f"/image/v2/images/{seed.IMAGE_ID}/file", 200, times=(1, 2))] * 7
    assert verdict_line(seed.recording(run)).plain == (
        "deviates from image-show: missing steps 3, 4, 7, 8; unexpected: "
        + ", ".join(["GET /image/v2/images/{image_id}/file (200)"] * 5)
        + " and 2 more"
    )


def test_the_verdict_of_a_run_without_a_sequence() -> None:
    assert verdict_line(label(seed.recording(), None)).plain.startswith("no documented sequence fits")


def test_rows_need_no_verdict() -> None:
    from tracer.rendering.messages import messages

    row = message_row(messages(label(seed.recording(), None))[0])
    assert [cell.plain for cell in row] == ["1", "", "client → keystone", "GET /identity", "0", ""]
