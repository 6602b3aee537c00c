from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import cast

import psutil
import pytest
from mitmproxy.test import taddons

from tests.capture.flows import exchanged, peer
from tests.capture.mitm.test_tracer_addon import SECRET, TOKEN, login, show
from tracer.capture.mitm.tracer_addon import Tracer
from tracer.errors import InputError
from tracer.processes import ProcessIdentity, identify
from tracer.recording import Journal, JournalHead, load, read_journal
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover
from tracer.runs.run_writer import RunWriter
from tracer.runs.settings import JOURNALS, Settings


def kept(folder: Path, *, killed: bool, name: str | None = None) -> Path:
    """A journal of a login and a show, as a proxy leaves it that was killed or still runs."""
    writer = RunWriter(Settings(folder=folder, release="zed", name=name), ("openstack", "image", "show", "x"))
    if not killed:
        return _fill(writer, folder)
    # A process number of the past: the same pid, started at another time.
    writer._head = writer._head.__class__(
        **{key: getattr(writer._head, key) for key in writer._head.__struct_fields__ if key != "writer"},
        writer=_by_the_clock(-100),
    )
    return _fill(writer, folder)


def _by_the_clock(seconds: float) -> ProcessIdentity:
    """This process, as earlier versions wrote it: two values, and a time that is off by ``seconds``."""
    return cast("ProcessIdentity", (os.getpid(), psutil.Process().create_time() + seconds))


def _fill(writer: RunWriter, folder: Path) -> Path:
    client = peer()
    for flow in (login(client), show(client)):
        writer.take(exchanged(flow))
    writer.leave()
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


@pytest.mark.parametrize("step", [0.0, 1.0, -1.0])
def test_a_step_of_the_clock_takes_no_journal_from_its_writer(tmp_path: Path, step: float) -> None:
    """Journals of earlier versions hold the time that psutil derives from the clock."""
    journal = kept(tmp_path, killed=False)
    head, exchanges = read_journal(journal)
    again = Journal(journal, JournalHead(began=head.began, writer=_by_the_clock(step)))
    for exchange in exchanges:
        again.exchange(exchange)
    again.close()
    assert list(recover(tmp_path, ParticipantMap())) == []
    assert journal.exists()


def test_a_journal_names_the_boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer lives on, whatever the clock says; after another boot it does not."""
    journal = kept(tmp_path, killed=False)
    created = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: created(self) + 3600)
    assert list(recover(tmp_path, ParticipantMap())) == []
    writer = read_journal(journal)[0].writer
    assert writer == identify()
    text = journal.read_text()
    journal.write_text(text.replace(writer.boot, "another-boot"))
    assert list(recover(tmp_path, ParticipantMap())) == [tmp_path / "zed" / "image-show.yaml"]


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
