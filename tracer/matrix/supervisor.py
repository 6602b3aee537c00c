"""The supervisor of the process that records a unit. It removes everything that the process leaves behind.

Each unit has a process of its own for three reasons: recording sets signal handlers, which threads cannot
do; a crash does not affect other units; and the tasks of a cluster's worker are threads, too.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import threading
from typing import TYPE_CHECKING

import msgspec

from tracer.cloud import cache, service_processes
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.release_data import releases
from tracer.errors import LostError
from tracer.matrix.problems import UnitError
from tracer.matrix.units import CommandResult, Unit
from tracer.matrix.worker import Ended, Line
from tracer.processes import ProcessIdentity, identify, is_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tracer.matrix.recorder import Report

__all__ = ["run_unit"]

_POLL = 0.2
_PATIENCE = 60.0
_LOG = "worker.log"


def run_unit(unit: Unit, report: Report, stopped: Callable[[], bool]) -> list[CommandResult]:
    """Record ``unit`` in a process of its own. Return the results of the commands.

    This thread calls ``report`` with all progress and results. Another thread polls ``stopped``. When
    ``stopped`` returns true, the process ends with all processes that it started.

    Raises LostError if the process ends before its work, and UnitError if the unit cannot be recorded.
    """
    _sweep()
    home = cache.private_folder(cache.folder() / "matrix" / _owned())
    process = _start(unit, home)
    results: list[CommandResult] = []
    over = threading.Event()
    watching = threading.Thread(target=_watch, args=(process, stopped, over), daemon=True)
    watching.start()
    keep_logs = False
    try:
        for line in _lines(process):
            if isinstance(line, Ended):
                # The problem names log files. They stay until the next matrix deletes them.
                keep_logs = line.problem is not None
                if line.problem is not None:
                    raise UnitError(line.problem)
                return results
            if isinstance(line, CommandResult):
                results.append(line)
            report(line)
        raise LostError(f"the process that recorded it {_end_of(process, home)}")
    finally:
        over.set()
        watching.join()
        _end(process)
        _clear(home, keep_logs=keep_logs)


def _start(unit: Unit, home: Path) -> subprocess.Popen[bytes]:
    log = os.open(home / _LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tracer.matrix.worker", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            # Ctrl-C in a terminal must reach only this process, which then ends the new process.
            start_new_session=True,
        )
    finally:
        os.close(log)
    assert process.stdin is not None
    process.stdin.write(msgspec.json.encode(unit) + b"\n")
    process.stdin.flush()
    return process


def _lines(process: subprocess.Popen[bytes]) -> Iterator[Line]:
    assert process.stdout is not None
    for line in process.stdout:
        if not line.endswith(b"\n"):
            return  # an incomplete line: the process was killed
        yield msgspec.json.decode(line, type=Line)


def _watch(process: subprocess.Popen[bytes], stopped: Callable[[], bool], over: threading.Event) -> None:
    while not over.wait(_POLL):
        if stopped():
            _end(process)
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    """Close the stdin of the process, so that it ends. Kill it if it still runs after 60 seconds."""
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # A killed process may leave its client running.
    service_processes.end([process.pid])


def _end_of(process: subprocess.Popen[bytes], home: Path) -> str:
    code = process.wait()
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended before its work did: {service_processes.last_line(home / _LOG) or f'exit code {code}'}"


def _owned() -> str:
    """Return a new folder name that contains the identity of this process, for ``_sweep``."""
    me = identify()
    assert me is not None, "a running process sees itself"
    return f"{socket.gethostname()}+{me.pid}+{int(me.started)}+{me.boot}+{secrets.token_hex(4)}"


def _sweep() -> None:
    """End the clouds and delete the folders that killed processes left on this machine."""
    for home in (cache.folder() / "matrix").glob(f"{socket.gethostname()}+*+*+*"):
        # Folder names of earlier versions do not contain the boot ID.
        _, pid, started, *boot, _ = home.name.split("+")
        if not is_alive(ProcessIdentity(int(pid), float(started), *boot)):
            _clear(home)


def _clear(home: Path, *, keep_logs: bool = False) -> None:
    for name in releases():
        if (home / name).exists():
            EmbeddedCloud(name, apart=home).down()
    if not keep_logs:
        shutil.rmtree(home, ignore_errors=True)
