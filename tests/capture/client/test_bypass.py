"""A client that does not use the proxy is noticed while it runs."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from tests.patience import PATIENCE
from tracer.capture.client.bypass import watch_for_bypass

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def running(script: str, *words: str) -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *words], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def watched(
    pid: int, silence: float, *, reached: bool = False, proxy: tuple[str, int] = ("127.0.0.1", 1)
) -> list[str]:
    lines: list[str] = []
    asyncio.run(watch_for_bypass(pid, proxy, lambda: reached, lines.append, silence))
    return lines


TALKS = """
import socket, sys, time
connection = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print(flush=True)
time.sleep(60)
"""
CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[2], sys.argv[1]])"


def test_a_direct_connection_is_named_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for script in ((TALKS, str(port)), (CHILD, str(port), TALKS)):
            with running(*script) as pid:
                (line,) = watched(pid, PATIENCE)  # a silence would be told after that
                assert line.startswith(f"the command talks to 127.0.0.1:{port} without the proxy: ")


def test_a_connection_that_the_proxy_has_not_accepted_yet_is_not_direct() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        with running(TALKS, str(server.getsockname()[1])) as pid:
            (line,) = watched(pid, 0.1, proxy=server.getsockname())
    assert line.startswith("nothing has come through the proxy")


def test_silence_is_told_once() -> None:
    with running("import time; print(flush=True); time.sleep(60)") as pid:
        (line,) = watched(pid, 0.2)
    assert line.startswith("nothing has come through the proxy for 0 s: ")


def test_a_client_that_has_come_is_not_doubted() -> None:
    assert watched(0, 0.0, reached=True) == []


def test_a_client_that_is_gone_is_no_failure() -> None:
    with running("print(flush=True)") as pid:
        pass
    assert len(watched(pid, 0.1)) == 1
