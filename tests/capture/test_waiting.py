"""An exchange whose run is not known yet is on the disk, and a kill loses nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.capture.test_calls import copied
from tracer.capture.book import JOURNALS, Kept
from tracer.capture.keeper import Keeper
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.recovery import recover
from tracer.capture.runs import Evidence
from tracer.capture.sentrequest import SentRequest
from tracer.capture.settings import Settings
from tracer.model import Exchange, Request, Response
from tracer.recording import Journal, load
from tracer.recording.journal import read_journal


class Remote:
    """A client on another machine, as a keeper sees it."""

    def __init__(self, folder: Path, *, live: bool = False) -> None:
        self.folder = folder
        self.kept: list[Kept] = []
        self.failures: list[Exception] = []
        self.keeper = Keeper(Settings(folder=folder), self.kept.append, self.failures.append, live=live)
        self._now = 1000.0

    def exchange(self, connection: str, path: str, token: str = "", hands_out: str = "") -> SentRequest:
        self._now += 1
        url, method = f"http://cloud.test{path}", "POST" if hands_out else "GET"
        evidence = Evidence(
            *(connection, "192.0.2.7", None, "agent", f"{method} {url}", bool(hands_out)),
            frozenset(filter(None, [token])),
            url=url,
            started=self._now,
        )
        request = self.keeper.sent(evidence)
        exchange = Exchange(
            sender="client",
            started=self._now,
            ended=self._now + 0.5,
            request=Request(method=method, url=url),
            response=Response(status=201 if hands_out else 200),
        )
        self.keeper.answered(request, exchange, filter(None, [hands_out]), None)
        return request

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
    assert recovered.notes == ["the proxy ended before it was known which commands these exchanges belong to"]
    remote.exchange("g", "/image/v2/images", token="t")
    assert remote.journalled() == ["http://cloud.test/image", "http://cloud.test/image/v2/images"]
    asyncio.run(remote.keeper.finish_all())
    (kept,) = remote.kept
    assert [each.request.url for each in kept.recording.exchanges] == [
        "http://cloud.test/image",
        "http://cloud.test/image/v2/images",
    ]
    assert not (remote.folder / JOURNALS).exists() or not list((remote.folder / JOURNALS).iterdir())


def test_many_that_wait_are_let_go_without_writing_the_journal_again_for_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace, written = Journal.replace, []
    monkeypatch.setattr(Journal, "replace", lambda *args: (written.append(args), replace(*args)))
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
    asyncio.run(remote.keeper.finish_all())
    assert remote.failures == []
    assert remote.kept == []


def test_a_live_keeper_decides_in_the_end_on_what_only_discovers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.capture.clientrequests.PATIENCE", 0.2)
    monkeypatch.setattr("tracer.capture.keeper.GRACE", 0.2)

    async def serve() -> None:
        remote = Remote(tmp_path, live=True)
        remote.exchange("g", "/image")
        remote.keeper.closed("g")
        for _ in range(100):
            if remote.kept:
                break
            await asyncio.sleep(0.1)
        (kept,) = remote.kept
        assert [each.request.url for each in kept.recording.exchanges] == ["http://cloud.test/image"]
        await remote.keeper.finish_all()

    asyncio.run(serve())
