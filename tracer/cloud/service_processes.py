"""Child processes in sessions of their own. A session ends with all its processes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tracer.cloud.cache import private_folder
from tracer.errors import CloudError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import FrameType

__all__ = [
    "LoggedCommand",
    "end",
    "find",
    "last_line",
    "run",
    "run_together",
    "spawn",
    "stoppable",
    "unstoppable",
]

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
GRACE = 10.0
POLL = 0.03
NOISE = re.compile(r"^\s*$|^\s*\^+\s*$|^Exception ignored|\bINFO\b|\bDEBUG\b|\bWARNING\b|^hint:")
CAUSE = re.compile(r"^(?:.*: )?(?:error|cause): ")
PREFIX = re.compile(
    rf"{CAUSE.pattern}|^\d{{4}}-\d\d-\d\d [\d:.,]+ \d+ (?:CRITICAL|ERROR) \S+ (?:\[[^\]]*\] )?"
)


@dataclass(frozen=True, slots=True)
class LoggedCommand:
    """A command line with its whole environment. Its output is appended to ``log``."""

    words: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    folder: Path
    standard_input: str = ""


def run(command: LoggedCommand, purpose: str) -> None:
    """Run the command to its end. Raise CloudError, with purpose, last line and log, if it fails."""
    run_together([[command]], purpose)


def run_together(chains: Sequence[Sequence[LoggedCommand]], purpose: str) -> None:
    """Run chains of commands in parallel, and the commands of each chain one after another.

    After a failure or an interruption, all commands are ended. Raises CloudError for the first failed
    command.
    """
    waiting = [list(chain) for chain in chains]
    running: dict[int, tuple[subprocess.Popen[str], LoggedCommand]] = {}
    try:
        while running or any(waiting):
            for number, chain in enumerate(waiting):
                if number not in running and chain:
                    command = chain.pop(0)
                    with _deferred():
                        running[number] = (_start(command), command)
            for number, (process, command) in list(running.items()):
                if process.poll() is not None:
                    del running[number]
                    _check(process, command, purpose)
            time.sleep(POLL)
    finally:
        with unstoppable():
            end(process.pid for process, _ in running.values())
            for process, _ in running.values():
                process.wait()


def spawn(command: LoggedCommand, descriptors: Sequence[int] = ()) -> int:
    """Start a command that outlives this process. Return its process ID.

    Raises CloudError if the command cannot start.
    """
    with _deferred():
        process = _start(command, descriptors)
        # Without a returncode, subprocess would warn of a child process that still runs.
        pid, process.returncode = process.pid, 0
    return pid


def end(leaders: Iterable[int], grace: float = GRACE) -> None:
    """End the sessions of these leaders: send SIGTERM, wait for ``grace`` seconds, then send SIGKILL."""
    sessions = set(leaders)
    asked = _members(sessions)
    for process in asked:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    psutil.wait_procs(asked, timeout=grace)
    left = _members(sessions)
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=grace)


def find(*words: str) -> list[int]:
    """Return the IDs of running processes with these words, in sequence, in the command line."""
    wanted = list(words)
    pids = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            line = process.cmdline()
            at_any = (line[i : i + len(wanted)] == wanted for i in range(len(line)))
            if any(at_any) and process.status() != psutil.STATUS_ZOMBIE:
                pids.append(process.pid)
    return pids


def last_line(log: Path) -> str:
    """Return the last informative line of a log, usually the cause of a failure; empty if there is none."""
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    telling = [line.strip() for line in lines[-200:] if not NOISE.search(line)]
    causes = [line for line in telling if CAUSE.match(line)]
    # Under a traceback, oslo.log writes a line with a prefix and nothing else.
    texts = [PREFIX.sub("", f"{line} ").strip() for line in causes or telling]
    return next((text for text in reversed(texts) if text), "")[:300]


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise SystemExit in the block for SIGTERM and SIGHUP, so that it cleans up as after Ctrl-C.

    Signals with a handler, and threads other than the main thread, stay as they are.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    changed = [number for number in STOPS[1:] if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


@contextmanager
def unstoppable() -> Iterator[None]:
    """Ignore SIGINT, SIGTERM and SIGHUP in the block, so that a second Ctrl-C leaves no process behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in STOPS]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def _deferred() -> Iterator[None]:
    # A signal between the start of a child process and the storage of its ID would leave the child behind.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught: list[int] = []
    before = [
        (number, signal.signal(number, lambda number, _frame: caught.append(number)))
        for number in STOPS
        if signal.getsignal(number) is not signal.SIG_IGN
    ]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
        if caught:
            signal.raise_signal(signal.Signals(caught[0]))


def _start(command: LoggedCommand, descriptors: Sequence[int] = ()) -> subprocess.Popen[str]:
    private_folder(command.log.parent)
    handle = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = subprocess.Popen(
            command.words,
            env=command.environment,
            cwd=command.folder,
            stdin=subprocess.PIPE if command.standard_input else subprocess.DEVNULL,
            stdout=handle,
            stderr=handle,
            pass_fds=descriptors,
            start_new_session=True,
            umask=0o077,
            text=True,
        )
    except OSError as error:
        raise CloudError(f"cannot start {command.words[0]}: {error.strerror}") from None
    finally:
        os.close(handle)
    if process.stdin:
        with suppress(BrokenPipeError):
            process.stdin.write(command.standard_input)
            process.stdin.close()
    return process


def _check(process: subprocess.Popen[str], command: LoggedCommand, purpose: str) -> None:
    if process.returncode:
        cause = last_line(command.log) or f"{Path(command.words[0]).name} ended with {process.returncode}"
        raise CloudError(f"{purpose} failed: {cause}", command.log)


def _members(sessions: set[int]) -> list[psutil.Process]:
    members = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError, psutil.Error):
            if os.getsid(process.pid) in sessions and process.status() != psutil.STATUS_ZOMBIE:
                members.append(process)
    return members
