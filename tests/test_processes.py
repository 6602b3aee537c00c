from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.patience import PATIENCE
from tracer import processes
from tracer.processes import ProcessIdentity, identify, is_alive, wait

if TYPE_CHECKING:
    from collections.abc import Iterator

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(SLEEP) as process:
        yield process
        process.kill()


@pytest.fixture
def no_boot_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that has none."""
    monkeypatch.setattr(processes, "_boot", lambda: "")


def step_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """What psutil sees after the wall clock was set: all processes started at another time."""
    created = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: created(self) + seconds)


def test_a_running_process_is_alive(child: subprocess.Popen[bytes]) -> None:
    for pid in (None, os.getpid(), child.pid, 1):
        identity = identify(pid)
        assert identity is not None
        assert is_alive(identity)


def test_a_running_process_is_alive_without_a_boot_id(
    no_boot_id: None, child: subprocess.Popen[bytes]
) -> None:
    identity = identify(child.pid)
    assert identity is not None
    assert not identity.boot
    assert is_alive(identity)
    assert not is_alive(identity._replace(started=identity.started - 100))


def test_a_zombie_and_an_ended_process_are_not_alive(child: subprocess.Popen[bytes]) -> None:
    identity = identify(child.pid)
    assert identity is not None
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not is_alive(identity)
    assert identify(child.pid) is None
    child.wait()
    assert not is_alive(identity)


@pytest.mark.parametrize("seconds", [-86400.0, -1.0, 1.0, 3600.0])
def test_a_clock_step_changes_no_identity(
    monkeypatch: pytest.MonkeyPatch, child: subprocess.Popen[bytes], seconds: float
) -> None:
    identity = identify(child.pid)
    assert identity is not None
    step_clock(monkeypatch, seconds)
    assert is_alive(identity)
    assert identify(child.pid) == identity


@pytest.mark.parametrize(("seconds", "alive"), [(-1.0, True), (0.0, True), (1.0, True), (60.0, False)])
def test_an_identity_of_an_earlier_version_allows_for_a_small_step(
    monkeypatch: pytest.MonkeyPatch, seconds: float, alive: bool
) -> None:
    """It is the time that psutil derives from the clock."""
    identity = ProcessIdentity(os.getpid(), psutil.Process().create_time())
    step_clock(monkeypatch, seconds)
    assert is_alive(identity) == alive


def test_a_number_used_again_is_another_process() -> None:
    me = identify()
    assert me is not None
    assert not is_alive(me._replace(started=me.started - 1))
    assert not is_alive(me._replace(boot="another boot"))


@given(st.integers() | st.sampled_from([0, -1, 2**22 + 1, 2**31, 2**63, 2**70]), st.floats(), st.text())
def test_any_identity_can_be_asked_for(pid: int, started: float, boot: str) -> None:
    assert not is_alive(ProcessIdentity(pid, started, boot))


def test_identities_are_read_in_both_forms() -> None:
    me = identify()
    assert me is not None
    assert msgspec.json.decode(msgspec.json.encode(me), type=ProcessIdentity) == me
    assert msgspec.json.decode(b"[7,12.5]", type=ProcessIdentity) == ProcessIdentity(7, 12.5)


@pytest.mark.parametrize("name", ["a) S 1 (b", ") Z ", "(((", "\n) X 1"])
def test_a_name_does_not_disturb(tmp_path: Path, name: str) -> None:
    script = (
        "import ctypes, sys, time\n"
        "ctypes.CDLL(None).prctl(15, sys.argv[1].encode(), 0, 0, 0)\n"
        "print(flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script, name], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        identity = identify(process.pid)
        assert identity is not None
        assert is_alive(identity)
        process.kill()


def test_a_hidden_process_is_alive_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where /proc is mounted with ``hidepid``, a process of another user is not to be seen there."""

    def read(path: Path) -> bytes:
        raise FileNotFoundError

    def kill(pid: int, number: int) -> None:
        raise PermissionError

    me = identify()
    assert me is not None
    monkeypatch.setattr(Path, "read_bytes", read)
    monkeypatch.setattr(os, "kill", kill)
    assert is_alive(me)
    assert identify() is None


def test_the_end_of_a_process_is_waited_for(child: subprocess.Popen[bytes]) -> None:
    identity = identify(child.pid)
    assert identity is not None
    assert not wait(identity, 0.2)
    child.kill()
    assert wait(identity, PATIENCE)
