"""A command recorded by a Python program."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.patience import PATIENCE
from tracer.capture import recorded_command

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.capture.client.command import ClientCommand
    from tracer.capture.mitm.single_run import SingleRun

RECORD_IN_A_THREAD = """
import sys, threading
from pathlib import Path
from tracer.capture.recorded_command import record
from tracer.runs.settings import Settings
folder = Path(sys.argv[1])
client = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/x')"
results = []
def one():
    settings = Settings(folder=folder, policies=())
    results.append(record([sys.executable, "-c", client], {}, settings, folder / "ca"))
thread = threading.Thread(target=one)
thread.start()
thread.join()
assert results[0].saved is not None
"""


def test_a_program_may_record_in_a_thread(tmp_path: Path) -> None:
    """Python handles signals in the main thread alone."""
    words = [sys.executable, "-c", RECORD_IN_A_THREAD, str(tmp_path)]
    ended = subprocess.run(words, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stderr


SIGNAL_DURING_A_COMMAND = """
import signal, sys
from pathlib import Path
from tracer.capture.recorded_command import record
from tracer.runs.settings import Settings
folder, number = Path(sys.argv[1]), int(sys.argv[2])
signal.signal(number, signal.SIG_IGN)
client = f"import os; os.kill(os.getppid(), {number}); print('went on')"
result = record([sys.executable, "-c", client], {}, Settings(folder=folder, policies=()), folder / "ca")
print(result.exit_code, result.interrupted, result.stdout.strip())
assert signal.getsignal(number) is signal.SIG_IGN
"""


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_an_ignored_signal_stays_ignored(tmp_path: Path, number: signal.Signals) -> None:
    """``nohup tracer record`` goes on after the end of its terminal."""
    words = [sys.executable, "-c", SIGNAL_DURING_A_COMMAND, str(tmp_path), str(int(number))]
    ended = subprocess.run(words, capture_output=True, text=True, check=True, timeout=PATIENCE)
    assert ended.stdout.splitlines()[-1] == "0 False went on"


def test_a_signal_ends_the_wait_for_services_but_not_tracer() -> None:
    client = SimpleNamespace(ended=True, killed_by="", stop=lambda _number: None)
    warnings: list[str] = []
    waits = 0

    def has_later_work() -> bool:
        nonlocal waits
        waits += 1
        if waits == 3:
            os.kill(os.getpid(), signal.SIGINT)
        return True

    tracer = SimpleNamespace(has_later_work=has_later_work, is_cut_off=lambda: True)
    with recorded_command._signals_passed_on(cast("ClientCommand", client)) as signals:
        asyncio.run(recorded_command._linger(cast("SingleRun", tracer), signals, warnings.append))
        assert signals.received == [signal.SIGINT]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    first, last = warnings
    assert "Ctrl-C ends the wait" in first
    assert "their last requests may be missing" in last


def test_nobody_waits_after_an_interrupted_command_or_without_later_work() -> None:
    signals = recorded_command._Signals()
    idle = SimpleNamespace(has_later_work=lambda: False)
    asyncio.run(recorded_command._linger(cast("SingleRun", idle), signals, _refuse))
    signals.received.append(signal.SIGINT)
    asyncio.run(recorded_command._linger(cast("SingleRun", SimpleNamespace()), signals, _refuse))


def _refuse(warning: str) -> None:
    raise AssertionError(warning)


def test_the_ctrl_c_that_ended_the_client_does_not_end_tracer() -> None:
    """A terminal sends Ctrl-C to the client too. The client may end before tracer handles the signal."""
    client = SimpleNamespace(ended=True, killed_by="SIGINT", stop=lambda _number: None)
    with recorded_command._signals_passed_on(cast("ClientCommand", client)) as signals:
        os.kill(os.getpid(), signal.SIGINT)
        assert signals.received == [signal.SIGINT]
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
