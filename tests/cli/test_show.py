"""``tracer show`` as a user calls it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.cli.runner import tracer
from tracer.model import Cloud, free_note
from tracer.recording import load, save

SHIPPED = Path(__file__).parents[2] / "recordings" / "zed" / "image-show-by-name.yaml"


def test_it_draws_the_sequence_and_tells_the_verdict() -> None:
    ended = tracer("show", SHIPPED, COLUMNS="100")
    assert ended.returncode == 0
    assert "│─────── GET /image/v2/images/{image_id} ───────▶│" in ended.stdout
    assert ended.stdout.endswith("conforms to image-show: 8 of 8 steps, by its fallback\n")
    assert "\x1b" not in ended.stdout


FACTS = [
    f"file      {SHIPPED}",
    "command   openstack image show --format json tracer-demo",
    "release   zed",
    "recorded  2026-11-23T21:54:18Z",
    "",
]


@pytest.mark.parametrize(
    "words", [(), ("--table",), ("--fold",), ("--step", "7"), ("--message", "1", "--body")]
)
def test_the_facts_stand_above_the_messages(words: tuple[str, ...]) -> None:
    lines = tracer("show", *words, SHIPPED, COLUMNS="60").stdout.splitlines()
    assert lines[:5] == FACTS


def test_columns_have_headings() -> None:
    drawn = tracer("show", SHIPPED, COLUMNS="100").stdout.splitlines()[5]
    assert drawn.split() == ["no.", "(step)", "openstack-client", "keystone-api", "glance-api", "time"]
    table = tracer("show", "--table", SHIPPED, COLUMNS="100").stdout.splitlines()[5]
    assert table.split() == ["no.", "step", "from", "→", "to", "message", "ms", "verdict"]


def test_facts_that_are_not_known_and_hostile_ones_are_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    recording = msgspec.structs.replace(
        load(SHIPPED), command=None, cloud=Cloud(release="zed\x1b[31m\nred"), notes=[free_note("why")]
    )
    save(recording, path, known_secrets=None)
    lines = tracer("show", path, path).stdout.splitlines()
    assert lines[1:4] == [
        "command   not known",
        "release   zed\ufffd[31m red",
        "recorded  2026-11-23T21:54:18Z",
    ]
    assert lines.count(f"file      {path}") == 1, "a file is shown once"


def test_a_narrow_terminal_gets_the_table_and_so_does_who_asks_for_it() -> None:
    for ended in (tracer("show", SHIPPED, COLUMNS="45"), tracer("show", "--table", SHIPPED)):
        assert ended.returncode == 0
        assert "no.  step" in ended.stdout
        assert "▶" not in ended.stdout


def test_colours_are_left_out_on_request() -> None:
    coloured = tracer("show", SHIPPED, FORCE_COLOR="1", COLUMNS="100", TERM="xterm")
    assert "\x1b[3" in coloured.stdout
    plain = tracer("show", SHIPPED, FORCE_COLOR="1", NO_COLOR="1", COLUMNS="100", TERM="xterm")
    assert "\x1b[3" not in plain.stdout


def test_logging_in_can_be_hidden() -> None:
    shown = tracer("show", "--fold", SHIPPED).stdout
    assert "(1)–(2) discovery, (3)–(4) authentication, (5)–(6) discovery" in " ".join(
        shown.replace("│", " ").split()
    )
    assert "/auth/tokens" not in shown


def test_a_step_is_shown_in_full() -> None:
    shown = tracer("show", "--step", "7", SHIPPED).stdout
    assert "(7) GET /image/v2/images/{image_id}  client → glance  fallback" in shown
    assert "(9) step 7 GET /image/v2/images?name={image_name}" in shown
    assert "X-Auth-Token: <token-1>" in shown
    assert "no body" in shown
    one = tracer("show", "--message", "10", "--body", SHIPPED).stdout
    assert '"name": "tracer-demo"' in one
    assert "Content-Type" not in one


def test_all_headers_are_shown_without_a_choice() -> None:
    shown = tracer("show", "--headers", SHIPPED).stdout
    assert shown.count("\n(") == 10
    assert '"name"' not in shown


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--step", "9"), "there is no step 9; it has 1 to 8"),
        (("--message", "0"), "there is no message 0; it has 1 to 10"),
    ],
)
def test_a_message_that_is_not_there_is_one_line(words: tuple[str, ...], problem: str) -> None:
    ended = tracer("show", *words, SHIPPED)
    assert ended.returncode == 2
    assert ended.stderr == f"tracer: {SHIPPED}: {problem}\n"


@pytest.mark.parametrize("words", [(), ("--table",), ("--step", "7")])
def test_notes_are_shown_whole_below_the_verdict(words: tuple[str, ...], tmp_path: Path) -> None:
    notes = [
        "the command line is not known",
        "several commands ran at once: " + "one and another, " * 40 + "end",
    ]
    path = tmp_path / "a.yaml"
    save(
        msgspec.structs.replace(load(SHIPPED), verdict="undetermined", notes=[*map(free_note, notes)]),
        path,
        known_secrets=None,
    )
    lines = tracer("show", *words, path, COLUMNS="100").stdout.splitlines()
    assert lines[-3].startswith("undetermined (image-show): evidence is missing")
    assert "ran at once" not in lines[-3]
    assert lines[-2:] == [f"note: {note}" for note in notes]
