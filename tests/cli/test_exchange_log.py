from __future__ import annotations

import io
from typing import Literal, get_args

import pytest
from rich.console import Console

from tracer.cli.exchange_log import ExchangeLog
from tracer.model import Exchange, ExchangeVerdict, Request, Response
from tracer.sequences import DEVIATIONS


def shown(exchange: Exchange, *, width: int = 0, colours: bool = False) -> str:
    """Return the display of ``exchange``: on a terminal of ``width``, or in a pipe."""
    file = io.StringIO()
    system: Literal["standard"] | None = "standard" if colours else None
    console = Console(file=file, force_terminal=bool(width), width=width or 160, color_system=system)
    ExchangeLog(console).show(exchange)
    return file.getvalue()


def exchange(path: str = "/v2/images", verdict: ExchangeVerdict | None = None, **changes: object) -> Exchange:
    fields = {
        "sender": "client",
        "receiver": "glance",
        "verdict": verdict,
        "steps": [7, 8] if verdict else [],
        "path": path,
        "started": 0.0,
        "request": Request(method="GET", url=f"http://cloud.test{path}"),
        "response": Response(status=200, reason="OK"),
        **changes,
    }
    return Exchange(**fields)  # type: ignore[arg-type]  # a test's dictionary


@pytest.mark.parametrize(
    ("verdict", "label"),
    [
        (None, ""),
        ("documented", "  documented 7, 8"),
        ("fallback", "  fallback 7, 8"),
        ("wrong-status", "  wrong-status? 7, 8"),
        ("unexpected", "  unexpected? 7, 8"),
    ],
)
def test_a_deviation_may_still_change(verdict: ExchangeVerdict | None, label: str) -> None:
    line = shown(exchange(verdict=verdict))
    assert line[8:] == f"  client → glance  GET /v2/images → 200 OK{label}\n"


@pytest.mark.parametrize("verdict", get_args(ExchangeVerdict))
def test_a_deviation_is_yellow(verdict: ExchangeVerdict) -> None:
    row = shown(exchange(verdict=verdict), width=120, colours=True)
    assert (f"\x1b[33m{verdict}?" in row) is (verdict in DEVIATIONS)


def test_an_exchange_without_a_response_has_its_error() -> None:
    line = shown(exchange(response=None, error="connection refused"))
    assert "GET /v2/images → No response: connection refused\n" in line


def test_markup_and_controls_are_text() -> None:
    hostile = "/[red]x[/]\x1b[31m\n\u202e"
    for width in (0, 120):
        text = shown(exchange(hostile), width=width)
        assert "GET /[red]x[/]\ufffd[31m \ufffd → 200 OK" in text
        assert "\x1b[31m" not in text


def test_a_long_message_is_cut_on_a_terminal_and_whole_in_a_pipe() -> None:
    long = exchange("/" + "x" * 100)
    *_, row = shown(long, width=80).splitlines()
    assert len(row) == 80
    assert "x…" in row
    assert "x" * 100 in shown(long)
