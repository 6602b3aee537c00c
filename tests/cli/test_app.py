"""The end of the program after Ctrl-C: one line, and exit code 130."""

from __future__ import annotations

from typing import NoReturn

import pytest

from tracer.cli import app


@pytest.mark.parametrize(
    ("text", "line"), [("", "interrupted"), ("stopped: go on with x", "stopped: go on with x")]
)
def test_ctrl_c_ends_with_one_line(
    text: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_words: list[str]) -> NoReturn:
        raise KeyboardInterrupt(text)

    monkeypatch.setattr(app, "_do", interrupted)
    assert app._run() == 130
    assert capsys.readouterr() == ("", f"tracer: {line}\n")
