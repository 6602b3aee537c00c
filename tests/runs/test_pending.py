"""An exchange whose run is not known yet is on the disk, and a kill loses nothing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.patience import PATIENCE
from tests.runs.test_service_calls import copied, urls
from tracer.errors import OutputError
from tracer.model import Exchange, Request, Response, RunNote
from tracer.recording import Journal, load
from tracer.recording.journal import read_journal
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover
from tracer.runs.run import Evidence
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.runs.run_writer import RunWriter, SavedRecording
    from tracer.runs.sent_request import SentRequest


class Remote:
    """A client on another machine, as a manager sees it."""

    def __init__(self, folder: Path, *, live: bool = False) -> None:
        self.folder = folder
        self.kept: list[SavedRecording] = []
        self.failures: list[Exception] = []
        self.manager = RunManager(Settings(folder=folder), self.kept.append, self.failures.append, live=live)
        self._now = 1000.0

    def exchange(self, connection: str, path: str, token: str = "", hands_out: str = "") -> SentRequest:
        request = self.ask(connection, path, token, hands_out)
        self.answer(request, hands_out)
        return request

    def ask(self, connection: str, path: str, token: str = "", hands_out: str = "") -> SentRequest:
        self._now += 1
        url, method = f"http://cloud.test{path}", "POST" if hands_out else "GET"
        evidence = Evidence(
            *(connection, "192.0.2.7", None, "agent", f"{method} {url}", bool(hands_out)),
            frozenset(filter(None, [token])),
            url=url,
            started=self._now,
        )
        return self.manager.request_started(evidence)

    def answer(self, request: SentRequest, hands_out: str = "") -> None:
        started, (method, url) = request.evidence.started, request.evidence.opening.split()
        exchange = Exchange(
            sender="client",
            started=started,
            ended=started + 0.5,
            request=Request(method=method, url=url),
            response=Response(status=201 if hands_out else 200),
        )
        self.manager.exchange_completed(request, exchange, filter(None, [hands_out]), None)

    def journalled(self) -> list[str]:
        paths = sorted((self.folder / JOURNALS).glob("*.jsonl"))
        return sorted(each.request.url for path in paths for each in read_journal(path)[1])


def test_discovery_that_waits_for_its_token_survives_a_kill(tmp_path: Path) -> None:
    remote = Remote(tmp_path / "out")
    remote.exchange("g", "/image")
    assert remote.journalled() == ["http://cloud.test/image"]
    (left,) = recover(copied(remote.folder), ParticipantMap())
    assert isinstance(left, Path)
    recovered = load(left)
    assert [each.request.url for each in recovered.exchanges] == ["http://cloud.test/image"]
    assert recovered.notes == [RunNote(code="proxy-ended")]
    remote.exchange("g", "/image/v2/images", token="t")
    assert remote.journalled() == ["http://cloud.test/image", "http://cloud.test/image/v2/images"]
    asyncio.run(remote.manager.finish_all())
    (kept,) = remote.kept
    assert [each.request.url for each in kept.recording.exchanges] == [
        "http://cloud.test/image",
        "http://cloud.test/image/v2/images",
    ]
    assert not (remote.folder / JOURNALS).exists() or not list((remote.folder / JOURNALS).iterdir())


def test_many_that_wait_are_let_go_without_writing_the_journal_again_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = Journal.replace
    written: list[Journal] = []

    def replace(journal: Journal, *args: Any) -> None:
        written.append(journal)
        original(journal, *args)

    monkeypatch.setattr(Journal, "replace", replace)
    remote = Remote(tmp_path)
    remote.exchange("waits", "/image")
    for number in range(150):
        remote.exchange(f"c{number}", f"/image/{number}")
    for number in range(150):
        remote.exchange(f"c{number}", f"/image/{number}/members", token=f"t{number}")
    assert len(remote.journalled()) == 301
    assert len(written) < 3
    # The journal does not grow while something always waits.
    assert sum(path.read_bytes().count(b'"dropped"') for path in (tmp_path / JOURNALS).iterdir()) < 100


def test_what_cannot_be_kept_while_it_waits_fails_once(tmp_path: Path) -> None:
    remote = Remote(tmp_path)
    (tmp_path / JOURNALS).touch()
    with pytest.raises(Exception, match="cannot write"):
        remote.exchange("g", "/image")
    asyncio.run(remote.manager.finish_all())
    assert remote.failures == []
    assert remote.kept == []


def test_a_live_keeper_decides_in_the_end_on_what_only_discovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.runs.client_requests.PATIENCE", 0.2)
    monkeypatch.setattr("tracer.runs.run_manager.GRACE", 0.2)

    async def serve() -> None:
        remote = Remote(tmp_path, live=True)
        remote.exchange("g", "/image")
        remote.manager.closed("g")
        await until(lambda: bool(remote.kept))
        (kept,) = remote.kept
        assert [each.request.url for each in kept.recording.exchanges] == ["http://cloud.test/image"]
        await remote.manager.finish_all()

    asyncio.run(serve())


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def test_a_run_whose_recording_could_not_be_written_goes_on_in_another_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.runs.run_manager.GRACE", 0.1)
    tokens, images = "/identity/v3/auth/tokens", "/image/v2/images"

    async def serve() -> None:
        remote = Remote(tmp_path, live=True)
        remote.exchange("a", tokens, hands_out="t")
        with monkeypatch.context() as patched:
            patched.setattr(remote.manager, "finish_writer", _refuse)
            remote.manager.closed("a")
            await until(lambda: bool(remote.failures))
        remote.exchange("b", images, token="t")
        await remote.manager.finish_all()
        assert [urls(kept.recording) for kept in remote.kept] == [[f"http://cloud.test{images}"]]
        assert len(remote.failures) == 1
        assert remote.journalled() == [f"http://cloud.test{tokens}"]

    asyncio.run(serve())


def _refuse(writer: RunWriter, interrupted: str) -> SavedRecording:
    raise OutputError("x", "no space")


def test_what_cannot_wait_does_not_keep_back_what_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer decides on a request that waits, and has to wait itself."""
    remote = Remote(tmp_path)
    remote.exchange("a", "/identity/v3/auth/tokens", hands_out="t")
    first, last = remote.ask("g", "/image"), remote.ask("x", "/volume")
    remote.answer(first)
    decided = remote.manager._attribution.exchange_completed

    def exchange_completed(*args: Any) -> list[SentRequest]:
        complete = decided(*args)
        first.decide(remote.manager._runs.going[0])
        return [*complete, *remote.manager._attribution._decided()]

    monkeypatch.setattr(remote.manager._attribution, "exchange_completed", exchange_completed)
    monkeypatch.setattr(remote.manager._pending, "hold", _refuse_to_hold)
    with pytest.raises(OutputError):
        remote.answer(last)
    asyncio.run(remote.manager.finish_all())
    (kept,) = remote.kept
    assert len(kept.recording.exchanges) == 2


def _refuse_to_hold(request: SentRequest) -> None:
    raise OutputError("x", "no space")


@pytest.mark.parametrize("broken", ["expire", "over"])
def test_a_fault_while_waiting_costs_no_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setattr("tracer.runs.run_manager.GRACE", 0.1)

    def fail(*args: object) -> list[SentRequest]:
        raise RuntimeError(broken)

    async def serve() -> None:
        remote = Remote(tmp_path, live=True)
        monkeypatch.setattr(remote.manager._attribution, broken, fail)
        remote.exchange("a", "/identity/v3/auth/tokens", hands_out="t")
        remote.exchange("g", "/image")
        remote.manager.closed("a")
        remote.manager.closed("g")
        await until(lambda: bool(remote.failures))
        await remote.manager.finish_all()
        assert sorted(url for kept in remote.kept for url in urls(kept.recording)) == [
            "http://cloud.test/identity/v3/auth/tokens",
            "http://cloud.test/image",
        ]
        assert {str(error) for error in remote.failures} == {broken}

    asyncio.run(serve())
