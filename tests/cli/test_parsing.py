"""Command lines that are understood, and the one line that answers those which are not."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import TRACER, tracer
from tests.patience import PATIENCE
from tests.recording.test_files import SMALL
from tests.terminals import terminal

if TYPE_CHECKING:
    from pathlib import Path

PRINT = ("python3", "-c", "import sys; print(sys.argv[1:])")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (("recrd",), "tracer: unknown verb 'recrd'; did you mean record? See: tracer --help"),
        (("rec",), "tracer: unknown verb 'rec'; did you mean record or recover? See: tracer --help"),
        (("xyz",), "tracer: unknown verb 'xyz'; known: demo, record, "),
        (("--", "show"), "tracer: unknown verb "),
        (("--ver",), "tracer: unrecognized arguments: --ver; did you mean --version? See: tracer --help"),
        (("show",), "tracer show: the following arguments are required: RECORDING; see: tracer show --help"),
        (("show", "--all", "x"), "tracer show: unrecognized arguments: --all; see: tracer show --help"),
        (("scan", "--pol", "x", "y"), "tracer scan: unrecognized arguments: --pol; did you mean --policy?"),
        (("show", "--headrs"), "tracer show: unrecognized arguments: --headrs; did you mean --headers?"),
        (
            ("matrix", "--releses", "zed"),
            "tracer matrix: unrecognized arguments: --releses; did you mean --releases?",
        ),
        (("docs", "a", "--", "--ot"), "tracer docs: the following arguments are required: -o/--out; see"),
        (
            ("cloud", "up", "zed", "--prt=1"),
            "tracer cloud up: unrecognized arguments: --prt=1; did you mean --port?",
        ),
        (
            ("cloud", "up", "zed", "one"),
            "tracer cloud up: unrecognized arguments: one; see: tracer cloud up --help",
        ),
        (
            ("sequences", "list", "--langg", "ko"),
            "tracer sequences list: unrecognized arguments: --langg ko; did you mean --lang?",
        ),
        (("recover", "a", "b"), "tracer recover: unrecognized arguments: b"),
        (
            ("record",),
            "tracer record: expected a command, such as: tracer record -- openstack image list; see",
        ),
        (("record", "--"), "tracer record: expected a command"),
        (("record", "--quiet"), "tracer record: expected a command"),
        (
            ("record", "--relase", "zed", "--", "x"),
            "tracer record: unrecognized arguments: --relase; did you mean --release? See:",
        ),
        (("record", "--out"), "tracer record: argument -o/--out: expected one argument; see"),
        (("cloud", "dwon"), "tracer cloud: unknown verb 'dwon'; did you mean down? See: tracer cloud --help"),
        (
            ("cloud", "env"),
            "tracer: RELEASE: name the release of a cloud, such as zed, or give --unset",
        ),
        (
            ("cloud", "up", "--port", "0"),
            "tracer cloud up: argument --port: expected a number from 1 to 65500",
        ),
        (
            ("cloud", "up", "--port", "x"),
            "tracer cloud up: argument --port: expected a number from 1 to 65500",
        ),
    ],
)
def test_what_is_not_understood_is_answered_in_one_line(words: tuple[str, ...], answer: str) -> None:
    ended = tracer(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(answer)
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "words",
    [("\x1b[31m\nred",), ("show", "--\x1b]0;a\x07"), ("cloud", "u\x9bp"), ("show", "\x1b[2J\r\u202ex")],
)
def test_hostile_words_do_not_reach_the_terminal(words: tuple[str, ...]) -> None:
    ended = tracer(*words)
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert ended.stderr[:-1].isprintable()


def test_without_a_verb_the_help_is_printed() -> None:
    for words in ((), ("cloud",)):
        ended = tracer(*words)
        assert (ended.returncode, ended.stderr) == (2, "")
        assert ended.stdout == tracer(*words, "--help").stdout


def test_help_fits_a_narrow_terminal_and_a_pipe_gets_no_control_characters() -> None:
    for words in (("--help",), ("record", "-h"), ("cloud", "-h"), ("cloud", "up", "--help")):
        for width in (40, 200):
            printed = tracer(*words, COLUMNS=str(width)).stdout
            assert "\nusage: tracer" in printed
            assert "\x1b" not in printed
            # Only usage and examples, which are copied, stay whole.
            long = [line for line in printed.splitlines() if len(line) > width and "tracer" not in line]
            assert long == []


def test_help_has_colours_on_a_terminal_unless_they_are_not_wanted() -> None:
    assert "\x1b[" in on_terminal("cloud", "up", "--help")
    assert "[RELEASE]" in on_terminal("cloud", "up", "--help", NO_COLOR="1")
    assert "\x1b" not in on_terminal("cloud", "up", "--help", NO_COLOR="1")
    assert "\x1b" not in on_terminal("cloud", "up", "--help", TERM="dumb")


def on_terminal(*words: str, **environment: str) -> str:
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    with terminal() as (screen, output):
        subprocess.run(
            [TRACER, *words],
            env=plain | {"TERM": "xterm"} | environment,
            stdout=screen,
            check=True,
            timeout=PATIENCE,
        )
        return output()


@pytest.mark.parametrize(
    ("before", "command"),
    [
        ((), ("--name", "x")),
        (("--",), ("--name", "--", "-q")),
        (("--quiet", "--"), ("--", "x", "--out", "-o", "--output")),
        (("-q",), ("--quiet", "--version", "-h")),
    ],
)
def test_what_follows_the_commands_first_word_is_the_commands(
    before: tuple[str, ...], command: tuple[str, ...], tmp_path: Path
) -> None:
    ended = tracer("record", "--out", tmp_path, *before, *PRINT, *command, cwd=tmp_path)
    assert ended.stdout == f"{list(command)}\n"


def test_a_second_separator_is_the_commands_first_word(tmp_path: Path) -> None:
    assert "cannot start '--'" in tracer("record", "--", "--", "true", cwd=tmp_path).stderr


def test_options_may_stand_between_words(tmp_path: Path) -> None:
    for name in ("-a", "b"):
        (tmp_path / name).write_text(SMALL)
    for rules, name in (("p", "one"), ("q", "two")):
        (tmp_path / rules).write_text(
            f'format = 1\n[[patterns]]\nname = "{name}"\nkind = "name"\npattern = "image-{name}"\n'
        )
    (tmp_path / "c").write_text("image-one image-two")
    found = tracer("scan", "b", "--policy", "p", "c", "--policy", "q", cwd=tmp_path)
    assert found.stdout == "c:1:1: one\nc:1:11: two\n"
    assert found.stderr == "2 found in 2 files\n"
    assert tracer("redact", "--", "-a", "b", cwd=tmp_path).stdout == "-a: 0 redacted\nb: 0 redacted\n"


def test_what_was_done_before_an_error_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(SMALL)
    (tmp_path / "b").write_text("just: text\n")
    ended = tracer("redact", "a", "b", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "a: 0 redacted\n")
    assert ended.stderr == "tracer: b: not a recording: it has no 'format' key\n"
