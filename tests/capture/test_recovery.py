from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest
from mitmproxy.test import taddons

from tests.capture.flows import exchanged, peer
from tests.capture.test_addon import SECRET, TOKEN, login, show
from tracer.capture.addon import Tracer
from tracer.capture.book import JOURNALS, Book
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.recovery import recover
from tracer.capture.settings import Settings
from tracer.errors import InputError
from tracer.recording import load


def kept(folder: Path, *, killed: bool, name: str | None = None) -> Path:
    """A journal of a login and a show, as a proxy leaves it that was killed or still runs."""
    book = Book(Settings(folder=folder, release="zed", name=name), ("openstack", "image", "show", "x"))
    if not killed:
        return _fill(book, folder)
    # A process number of the past: the same pid, started at another time.
    book._head = book._head.__class__(
        **{key: getattr(book._head, key) for key in book._head.__struct_fields__ if key != "writer"},
        writer=(os.getpid(), psutil.Process().create_time() - 100),
    )
    return _fill(book, folder)


def _fill(book: Book, folder: Path) -> Path:
    client = peer()
    for flow in (login(client), show(client)):
        book.take(exchanged(flow))
    book.leave()
    return next((folder / JOURNALS).iterdir())


def test_a_killed_proxys_journal_becomes_a_recording(tmp_path: Path) -> None:
    journal = kept(tmp_path, killed=True)
    with journal.open("ab") as file:
        file.write(b'{"exchange":{"from":"cli')
    assert list(recover(tmp_path, ParticipantMap())) == [tmp_path / "zed" / "image-show.yaml"]
    recording = load(tmp_path / "zed" / "image-show.yaml")
    assert [one.steps for one in recording.exchanges] == [[3, 4], [7, 8]]
    assert recording.interrupted == "the proxy was ended while the run was going on"
    assert recording.command == "openstack image show x"
    assert recording.redacted == {
        "auth.identity.password.user.password": 1,
        "X-Subject-Token": 1,
        "X-Auth-Token": 1,
    }
    assert not (tmp_path / JOURNALS).exists()


def test_a_recovered_run_replaces_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        kept(tmp_path, killed=True, name="mine")
        list(recover(tmp_path, ParticipantMap()))
    assert sorted(path.name for path in (tmp_path / "zed").iterdir()) == [
        "mine-2.yaml",
        "mine.yaml",
    ]


def test_the_journal_of_a_proxy_that_runs_is_left_alone(tmp_path: Path) -> None:
    journal = kept(tmp_path, killed=False)
    assert list(recover(tmp_path, ParticipantMap())) == []
    assert journal.exists()


def test_what_is_no_journal_is_left_and_named(tmp_path: Path) -> None:
    (tmp_path / JOURNALS).mkdir()
    (tmp_path / JOURNALS / "x.jsonl").write_text("rubbish\n")
    (tmp_path / JOURNALS / "y.jsonl").mkdir()
    kept(tmp_path, killed=True)
    results = list(recover(tmp_path, ParticipantMap()))
    assert [one for one in results if isinstance(one, Path)] == [tmp_path / "zed" / "image-show.yaml"]
    refused = [str(one) for one in results if isinstance(one, InputError)]
    assert [Path(one.partition(":")[0]).name for one in refused] == ["x.jsonl", "y.jsonl"]
    assert (tmp_path / JOURNALS / "x.jsonl").exists()


def test_the_next_start_recovers(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept(tmp_path, killed=True)
    tracer = Tracer(Settings(folder=tmp_path))

    async def run() -> None:  # outside of a loop, mitmproxy makes one that nobody closes
        with taddons.context():
            tracer.running()

    with caplog.at_level("INFO"):
        asyncio.run(run())
    assert f"recovered {tmp_path / 'zed' / 'image-show.yaml'}" in caplog.text
    text = (tmp_path / "zed" / "image-show.yaml").read_text()
    assert SECRET not in text
    assert TOKEN not in text
