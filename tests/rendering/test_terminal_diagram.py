"""The drawing in a terminal: who says what to whom, at any width, whatever the texts hold."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tests.rendering import seed
from tests.rendering.test_tree import one, polls, recorded, row, runs
from tracer.recording import load
from tracer.rendering.messages import messages
from tracer.rendering.terminal_diagram import Drawing

if TYPE_CHECKING:
    from tracer.model import Recording

SHIPPED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"
CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _drawn(recording: Recording, width: int = 100, *, colours: bool = False) -> str:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=colours, color_system="standard" if colours else None
    )
    console.print(Drawing(recording))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(text, str)
    return text


def _deep() -> Recording:
    calls = [one("/v", at, at + 0.5, to="keystone", verdict="optional") for at in (1, 2, 3)]
    asked = [msgspec.structs.replace(call, sender="glance") for call in calls]
    return recorded([one("/image/v2/images", 0, 9), *asked])


def test_messages_go_from_lifeline_to_lifeline() -> None:
    assert _drawn(seed.recording(), 80).splitlines() == [
        "no.  openstack-client                      keystone-api  glance-api        time",
        "             │                                   │            │",
        "  1          │───────── GET /identity ──────────▶│            │            0 ms",
        "  2          │◀┄ Response: 300 MULTIPLE CHOICES ┄│            │          +20 ms",
        "  3          │─ POST /identity/v3/auth/tokens ──▶│            │           30 ms",
        "  4          │◀┄┄┄┄┄ Response: 201 CREATED ┄┄┄┄┄┄│            │         +270 ms",
        "  5          │───────────────── GET /image ──────────────────▶│          310 ms",
        "  6          │◀┄┄┄┄┄┄┄ Response: 300 Multiple Choices ┄┄┄┄┄┄┄┄│          +20 ms",
        "  7          │─────── GET /image/v2/images/{image_id} ───────▶│          412 ms",
        "  8          │◀┄┄┄┄┄┄┄┄┄┄┄┄┄┄ Response: 200 OK ┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄│          +43 ms",
        "             │                                   │            │",
    ]


def _names(width: int) -> list[str]:
    return [line.partition(" ms  ")[2] for line in _drawn(load(SHIPPED), width).splitlines()]


def test_a_wide_terminal_has_the_names_of_operations() -> None:
    login = "Password authentication with scoped authorization"
    assert list(filter(None, _names(130))) == [login, "List API versions", "Show image"]
    assert list(filter(None, _names(100))) == [f"{login[:18]}…", "List API versions", "Show image"]
    assert not any(_names(93))
    assert _drawn(load(SHIPPED), 130).splitlines()[0].endswith("time  operation")


def test_a_name_is_a_link_if_the_terminal_has_links() -> None:
    link = "https://docs.openstack.org/api-ref/image/v2/index.html#show-image\x1b\\\\"
    assert re.search(rf"\x1b\]8;[^;]*;{link}", _drawn(load(SHIPPED), 130, colours=True))
    assert "https" not in _drawn(load(SHIPPED), 130)


def test_a_text_longer_than_its_arrow_stands_above_it() -> None:
    lines = _drawn(seed.recording(), 60).splitlines()
    arrow = next(number for number, line in enumerate(lines) if line.startswith("  3 "))
    assert lines[arrow - 1].split("│", 1)[1].startswith(" POST /identity/v3/auth/tokens")
    assert lines[arrow].split("│")[1].endswith("─▶")


def test_calls_of_services_are_folded_where_they_happened() -> None:
    lines = _drawn(_deep()).splitlines()
    assert "┌╌ loop ×3, (2)–(7) · " in lines[3]
    assert lines[-2].startswith("  8 ")


def test_where_steps_are_others_than_numbers_both_are_told() -> None:
    run = seed.exchanges()
    run.insert(0, seed.exchange("GET", "/identity", 300, times=(-2, -1), to="keystone"))
    text = _drawn(seed.recording(run))
    assert re.search(r"^ 10    \(8\)  .*Response: 200 OK", text, re.MULTILINE)


def test_what_deviates_stands_out_with_its_reason() -> None:
    run = seed.exchanges()[:3]
    run[1] = seed.exchange("POST", "/identity/v3/auth/tokens", 401, "No", times=(0.1, 0.2), to="keystone")
    recording = seed.recording(run)
    said = " ".join(_drawn(recording).replace("│", " ").split())
    assert "✗ wrong status: would be steps 3, 4, but the status is 401 where 201 is expected" in said
    assert "missing: steps 7, 8" in _drawn(recording)
    assert "\x1b[1;31m─ POST" in _drawn(recording, colours=True)
    assert "\x1b[1;31m" not in _drawn(seed.recording(), colours=True)


def test_statuses_have_colours() -> None:
    shown = _drawn(seed.recording(), colours=True)
    assert re.search(r"\x1b\[32m◀[^\x1b]*200 OK", shown)
    assert re.search(r"\x1b\[36m◀[^\x1b]*300", shown)


def test_a_response_that_did_not_come_ends_in_a_cross() -> None:
    failed = seed.exchange("GET", "/image", None, times=(0, 1), error="gone")
    assert "│✗┄ No response: gone ┄│" in _drawn(recorded([failed]))


def test_who_asks_itself_is_shown_at_its_lifeline() -> None:
    alone = msgspec.structs.replace(one("/x", 0, 1), sender="glance")
    assert "│↺ GET /x" in _drawn(recorded([alone]))


def test_heads_are_told_again_in_a_long_run() -> None:
    text = _drawn(recorded([one(f"/{number}", number, number + 0.5) for number in range(40)]))
    assert text.count("openstack-client") == 2


def test_too_many_participants_or_too_little_room_do_not_fit() -> None:
    run = [one("/", at, at + 0.5, to=f"service-{at}") for at in range(7)]
    assert not Drawing(recorded(run)).fits(500)
    assert Drawing(recorded(run[:5])).fits(100)
    assert not Drawing(recorded(run[:5])).fits(60)
    assert not Drawing(seed.recording()).fits(40)
    assert not Drawing(recorded([])).fits(100)
    with pytest.raises(ValueError, match="narrow"):
        _drawn(seed.recording(), 40)


texts = st.one_of(
    st.text(max_size=30), st.text(alphabet="\x1b[]0;\x07\x9b31m\r\n\x08\u202e한é\u0301", max_size=60)
)


@given(texts, texts, st.integers(50, 160))
def test_no_line_is_too_long_and_none_steers_the_terminal(text: str, name: str, width: int) -> None:
    run = [
        seed.exchange("GET", "/x", 200, text, times=(0, 1), to=name),
        seed.exchange(text, "/x", None, times=(1, 2), error=text, sender=name),
    ]
    recording = recorded([msgspec.structs.replace(exchange, path=text) for exchange in run])
    recording = msgspec.structs.replace(recording, participants={name: text})
    if Drawing(recording).fits(width):
        shown = _drawn(recording, width)
        assert not CONTROLS.search(shown)
        assert all(sum(map(cell_len, line)) <= width for line in shown.split("\n"))


@given(runs.map(recorded) | polls.map(row))
def test_every_arrow_has_its_number(recording: Recording) -> None:
    if not recording.exchanges:
        return
    shown = {int(found) for found in re.findall(r"^ *(\d+) ", _drawn(recording, 120), re.MULTILINE)}
    covered = {
        number
        for first, last in re.findall(r"loop ×\d+, \((\d+)\)–\((\d+)\)", _drawn(recording, 120))
        for number in range(int(first), int(last) + 1)
    }
    assert shown | covered == {view.number for view in messages(recording)}
