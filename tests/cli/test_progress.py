"""The line of progress: on a terminal while work lasts, elsewhere plain lines or nothing."""

from __future__ import annotations

import io
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE
from tracer.cli import progress as progress_line
from tracer.cli.progress import counted_items, progress

if TYPE_CHECKING:
    from collections.abc import Callable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make stderr a terminal. A fixture cannot do it: pytest replaces stderr before the call of the test."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress_line, "PATIENCE", 0.05)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_terminal_shows_long_work_and_no_line_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    with progress() as show:
        show("reading a\x1b[31m")
        _wait_for(lambda: "reading a" in terminal.getvalue())
        assert "\x1b[31m" not in terminal.getvalue()
        show("reading b")
        _wait_for(lambda: "reading b" in terminal.getvalue())
    shown = terminal.getvalue()
    assert shown.rfind("\x1b[2K") > shown.rfind("reading")


def test_a_line_that_a_late_timer_shows_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The timer of a removed line may wait for the lock while another timer begins."""
    terminal = on_terminal(monkeypatch)
    with progress() as show:
        show("reading a")
        _wait_for(lambda: "reading a" in terminal.getvalue())
        show._start()
    _wait_for(lambda: not any(type(thread).__module__ == "rich.live" for thread in threading.enumerate()))


def test_short_work_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setattr(progress_line, "PATIENCE", 60)
    with progress(plain=True) as show:
        show("reading")
    assert terminal.getvalue() == ""


def test_a_result_on_the_same_terminal_hides_the_line(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdout", Terminal())
    with progress() as show:
        show("reading a")
        _wait_for(lambda: "reading a" in terminal.getvalue())
        show.hide()
        hidden = terminal.getvalue()
        time.sleep(0.2)
        assert terminal.getvalue() == hidden
        show("reading b")
        _wait_for(lambda: "reading b" in terminal.getvalue())


def test_results_in_a_file_leave_the_line_and_do_not_go_to_the_terminal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = on_terminal(monkeypatch)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    with progress() as show:
        show("reading a")
        _wait_for(lambda: "reading a" in terminal.getvalue())
        show.hide()
        sys.stdout.write("a result\n")
        assert isinstance(sys.stdout, io.StringIO)
        assert sys.stdout.getvalue() == "a result\n"
        show("reading b")
        _wait_for(lambda: "reading b" in terminal.getvalue())
    assert "a result" not in terminal.getvalue()


@pytest.mark.parametrize("term", ["", "dumb"])
def test_elsewhere_lines_are_plain_or_missing(term: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal() if term else io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", term)
    for plain in (False, True):
        with progress(plain=plain) as show:
            show("installing\x07")
        assert stream.getvalue() == ("installing\ufffd\n" if plain else "")


def test_work_of_minutes_is_a_plain_line_in_any_case(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with progress() as show:
        show("checking 1 of 2: a.yaml")
        show.installing("installing keystone 22.0.0")
    assert capsys.readouterr().err == "installing keystone 22.0.0\n"


def test_counted_items_show_number_and_name() -> None:
    lines: list[str] = []
    assert list(counted_items(["a", "b"], lines.append, "checking")) == ["a", "b"]
    assert lines == ["checking 1 of 2: a", "checking 2 of 2: b"]
