"""The mark of a process that keeps journals, and who waits for it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest

from tests.capture.worker.workers import serve
from tests.patience import PATIENCE
from tracer.capture.worker import connection
from tracer.runs import liveness
from tracer.runs.settings import JOURNALS

if TYPE_CHECKING:
    import socket
    from pathlib import Path

    from tracer.capture.worker.connection import WorkerConnection


def _mark(folder: Path, writer: psutil.Process, proxy: tuple[int, float]) -> Path:
    path = folder / f"{writer.pid}.writer"
    path.write_bytes(msgspec.json.encode({"writer": (writer.pid, writer.create_time()), "proxy": proxy}))
    return path


def test_only_orphans_are_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        me = psutil.Process()
        mark = _mark(tmp_path, psutil.Process(other.pid), (me.pid, me.create_time()))
        liveness.await_orphans(tmp_path)
        assert mark.exists()
        other.kill()


def test_an_orphan_is_waited_for_until_it_ends(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(0.5)"]) as other:
        mark = _mark(tmp_path, psutil.Process(other.pid), (2**22 + 1, 0.0))
        liveness.await_orphans(tmp_path)
        assert other.poll() is not None
    assert not mark.exists()


def test_nobody_waits_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[object] = []
    monkeypatch.setattr(liveness, "wait", lambda *given: waits.append(given))
    mark = _mark(tmp_path, psutil.Process(), (2**22 + 1, 0.0))
    liveness.await_orphans(tmp_path)
    assert mark.exists()
    assert waits == []


@pytest.mark.parametrize("text", ["", "{", '{"writer": 1}', "\x00\xff", '{"writer": [1, 2.0], "proxy": "x"}'])
def test_a_mark_that_is_none_disturbs_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "1.writer").write_bytes(text.encode("latin-1"))
    liveness.await_orphans(tmp_path)


_PATIENT = """
import runpy
from tracer.runs import liveness
liveness._PATIENCE = float("inf")
runpy.run_module("tracer.capture.worker.server", run_name="__main__", alter_sys=True)
"""


def _start_patient(events: socket.socket, notices: socket.socket) -> subprocess.Popen[bytes]:
    """Start a worker that waits for an orphan without a limit."""
    ends = (events.fileno(), notices.fileno())
    with events, notices:
        return subprocess.Popen([sys.executable, "-c", _PATIENT, *map(str, ends)], pass_fds=ends)


def test_a_recovery_that_waits_is_given_up_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proxy ends at once, although an orphan still writes."""
    monkeypatch.setattr(connection, "_start", _start_patient)
    journals = tmp_path / JOURNALS
    journals.mkdir()
    with subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({PATIENCE})"]) as orphan:
        _mark(journals, psutil.Process(orphan.pid), (2**22 + 1, 0.0))

        async def work(worker: WorkerConnection) -> None:
            await worker.caught_up()

        assert serve(tmp_path, work) == []
        assert orphan.poll() is None
        orphan.kill()
