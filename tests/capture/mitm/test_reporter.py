from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from mitmproxy.test import tflow

from tests.capture.flows import exchanged, flow
from tracer.capture.mitm import reporter
from tracer.capture.mitm.reporter import ProxyReporter
from tracer.capture.worker.protocol import ExchangeStored, Failed, LogLine
from tracer.errors import LeakError, TracerError

if TYPE_CHECKING:
    from tracer.model import Exchange

FULL = TracerError("the disk is full")


@pytest.fixture
def stops(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each stop of the proxy."""
    noted: list[str] = []
    master = SimpleNamespace(shutdown=lambda: noted.append("stop"))
    monkeypatch.setattr(reporter, "ctx", SimpleNamespace(master=master))
    return noted


def test_a_failure_ends_its_flow_and_the_proxy(stops: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    reports, failing = ProxyReporter(), tflow.tflow()
    reports.fail(FULL, failing)
    assert failing.error is not None
    reports.fail(ValueError("a token"))
    assert (reports.unrecorded, reports.failure, reports.stopping) == (2, FULL, True)
    assert stops
    # Only the first failure has a line.
    assert capsys.readouterr().err == ("tracer: the disk is full; the proxy stops, as it could not record\n")
    with pytest.raises(SystemExit) as ended:
        reports.exit_on_failure()
    assert ended.value.code == 1
    assert capsys.readouterr().err == "tracer: 2 exchanges or recordings were not written\n"


def test_a_failure_while_the_proxy_ends_stops_nothing_more(
    stops: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    reports, failing = ProxyReporter(), tflow.tflow()
    reports.closing = True
    reports.fail(FULL, failing)
    assert (reports.failure, failing.error, stops) == (FULL, None, [])
    assert capsys.readouterr().err == "tracer: the disk is full\n"


def test_without_stop_on_error_traffic_passes_and_losses_count(
    stops: list[str], capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    reports, failing = ProxyReporter(), tflow.tflow()
    reports.stop_on_error = False
    reports.fail(FULL, failing)
    assert (reports.unrecorded, reports.failure, failing.error, stops) == (1, None, None, [])
    assert caplog.messages == ["not recorded: the disk is full"]
    reports.exit_on_failure()
    assert capsys.readouterr().err == "tracer: 1 exchange or recording was not written\n"


def test_a_refused_leak_stops_nothing_but_the_exit_code_tells(
    stops: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    reports = ProxyReporter()
    reports.fail(LeakError("a.yaml", ()))
    assert (reports.stopping, stops) == (False, [])
    assert caplog.messages[0].startswith("not recorded: not written, a.yaml")
    with pytest.raises(SystemExit):
        reports.exit_on_failure()


def test_notices_of_the_worker(stops: list[str], caplog: pytest.LogCaptureFixture) -> None:
    shown: list[Exchange] = []
    reports, stored = ProxyReporter(shown.append), exchanged(flow())
    reports.on_notice(LogLine("warning", "100 % of the disk"))
    reports.on_notice(ExchangeStored(stored))
    reports.on_notice(Failed("the process has ended"))
    assert caplog.messages == ["100 % of the disk"]
    assert shown == [stored]
    assert str(reports.failure) == "the process has ended"
    assert stops == ["stop"]


def test_a_report_without_failures_exits_with_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    ProxyReporter().exit_on_failure()
    assert capsys.readouterr().err == ""
