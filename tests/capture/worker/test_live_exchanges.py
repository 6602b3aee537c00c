from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.capture.flows import exchanged, flow
from tracer.capture.worker import live_exchanges
from tracer.capture.worker.live_exchanges import LiveExchanges
from tracer.capture.worker.protocol import ExchangeStored, Notice
from tracer.errors import InputError
from tracer.recording import load
from tracer.runs.run_writer import RunWriter
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Exchange

TOKEN = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es"


def taken(writer: RunWriter, live: LiveExchanges, path: str, at: float, status: int = 200) -> Exchange:
    """Let ``writer`` take an exchange. Return the exchange of its notice after the way to the proxy."""
    made = flow(path=path, status=status, at=at, headers={"X-Auth-Token": TOKEN}, content=b"{}", answer=b"{}")
    notice = ExchangeStored(live.outline(writer, writer.take(exchanged(made))))
    assert msgspec.json.decode(msgspec.json.encode(notice), type=Notice) == notice
    return notice.exchange


def test_a_notice_has_the_label_so_far_and_no_content(tmp_path: Path) -> None:
    writer, live = RunWriter(Settings(folder=tmp_path), ["openstack", "image", "list"]), LiveExchanges()
    taken(writer, live, "/identity", 1000.0, 300)
    exchange = taken(writer, live, "/image/v2/images", 1001.0)
    assert (exchange.receiver, exchange.started, exchange.ended) == ("glance", 1001.0, 1001.5)
    assert exchange.verdict is not None
    assert exchange.response is not None
    for message in (exchange.request, exchange.response):
        assert (message.headers, message.body) == ({}, None)


def test_an_earlier_request_may_end_later(tmp_path: Path) -> None:
    writer, live = RunWriter(Settings(folder=tmp_path)), LiveExchanges()
    taken(writer, live, "/image/v2/images", 1005.0)
    assert taken(writer, live, "/identity", 1000.0).receiver == "keystone"


def test_a_long_run_has_receivers_and_no_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A label needs the whole run: its time would grow with the square of the exchanges."""
    monkeypatch.setattr(live_exchanges, "_LABELLED", 2)
    writer, live = RunWriter(Settings(folder=tmp_path), ["openstack", "image", "list"]), LiveExchanges()
    for number in range(2):
        assert taken(writer, live, "/image/v2/images", 1000.0 + number).verdict
    monkeypatch.setattr(RunWriter, "latest", lambda _: pytest.fail("the whole run is read"))
    known = taken(writer, live, "/image/v2/tasks", 1003.0)
    assert (known.receiver, known.verdict) == ("glance", None)
    assert taken(writer, live, "/volume/v3", 1004.0).receiver == "cloud.test"


def test_a_label_that_fails_fails_no_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_writer: RunWriter) -> Exchange:
        raise InputError("x", "is no sequence")

    monkeypatch.setattr(RunWriter, "latest", fail)
    writer = RunWriter(Settings(folder=tmp_path))
    assert taken(writer, LiveExchanges(), "/image/v2/images", 1000.0).receiver == "cloud.test"
    assert len(load(writer.finish().path).exchanges) == 1
