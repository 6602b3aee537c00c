"""The process that sends requests, without a cloud: its end, and its errors."""

from __future__ import annotations

import shutil
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tracer.capture.client import requests_process
from tracer.capture.client.requests_process import ClientRequest, OrderedRequest, RequestsProcess
from tracer.errors import CommandError

PYTHON = Path(sys.executable)
REQUEST = OrderedRequest("GET /", "GET", "http://127.0.0.1:9/", {})


def test_an_interpreter_that_is_missing_is_an_error() -> None:
    with pytest.raises(CommandError, match="cannot start /nowhere/python: No such file"):
        RequestsProcess(Path("/nowhere/python"))


def test_an_error_of_the_library_takes_the_place_of_a_response_and_the_process_goes_on() -> None:
    """This interpreter has no keystoneauth1."""
    with RequestsProcess(PYTHON) as process:
        for _ in range(2):
            with pytest.raises(CommandError, match="`GET /` got no response: ModuleNotFoundError: "):
                process.send(REQUEST)


def test_a_process_that_ends_gives_no_response() -> None:
    true = shutil.which("true")
    assert true
    with RequestsProcess(Path(true)) as process:
        assert process.response().error == "the process that sends requests has ended"
        with pytest.raises(CommandError, match="the process that sends requests has ended"):
            process.send(REQUEST)


def _program(folder: Path, code: str) -> Path:
    path = folder / "python"
    path.write_text(f"#!{sys.executable}\n{code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    "printed",
    [
        b"Segmentation fault\n",
        b'{"status": "x"}\n',
        b'{"error": "\xff"}\n',
        b'{"status": 200}\n{"status": 201}\n',
        b"[" * 100_000 + b"\n",
    ],
)
def test_a_process_that_prints_something_else_is_killed(tmp_path: Path, printed: bytes) -> None:
    content = tmp_path / "content"
    content.write_bytes(printed)
    code = f"import os, sys\nos.write(1, open({str(content)!r}, 'rb').read())\nsys.stdin.read()"
    with RequestsProcess(_program(tmp_path, code)) as process:
        with pytest.raises(CommandError, match="the process that sends requests printed something else"):
            process.send(REQUEST)
        with pytest.raises(CommandError, match="the process that sends requests has ended"):
            process.send(REQUEST)


def test_a_process_that_gives_no_response_in_time_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests_process, "_LIMIT", 0.2)
    code = "import os, sys\nos.write(1, b'{')\nsys.stdin.read()"
    with RequestsProcess(_program(tmp_path, code)) as process:
        with pytest.raises(CommandError, match="the process that sends requests gave none within 0 seconds"):
            process.send(REQUEST)
        assert process.response().error == "the process that sends requests has ended"


def test_a_request_is_a_client_that_prints_nothing_and_has_no_exit_code() -> None:
    with RequestsProcess(PYTHON) as process:
        client = ClientRequest(process, REQUEST, "")
        deadline = time.monotonic() + PATIENCE
        while not client.poll():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert not client.ended
        assert client.wait() == 1
        assert client.ended
        assert client.poll()
        assert (client.pid, client.output, client.outcome, client.killed_by) == (
            process.pid,
            ("", ""),
            None,
            "",
        )
        client.stop(signal.SIGKILL)
        assert ClientRequest(process, REQUEST, "").wait() == 1
