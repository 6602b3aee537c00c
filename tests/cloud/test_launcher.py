"""The mount: what the application sees of a path, and what is left of an upload."""

import io
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.patience import PATIENCE
from tracer.cloud import launcher


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("300 MULTIPLE CHOICES", [("x-Own", "1")])
    yield f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}|{threading.get_ident()}".encode()


def ask(served: launcher.App, path: str, body: bytes = b"") -> tuple[str, list[Any], str, bytes]:
    said: list[Any] = []
    stream = io.BytesIO(body)
    environ = {"PATH_INFO": path, "SCRIPT_NAME": "", "wsgi.input": stream}
    text = b"".join(served(environ, lambda status, headers, *_: said.extend((status, headers)))).decode()
    return said[0], said[1], text, stream.read()


@pytest.mark.parametrize(("path", "seen"), [("/image", ""), ("/image/", "/"), ("/image/v2/x", "/v2/x")])
def test_the_mount_is_taken_off(path: str, seen: str) -> None:
    status, headers, text, _ = ask(launcher._mounted(app, "/image"), path)
    assert (status, headers) == ("300 MULTIPLE CHOICES", [("x-Own", "1")])
    assert text.startswith(f"/image|{seen}|")


@pytest.mark.parametrize("path", ["/", "/images", "/identity/v3"])
def test_outside_the_mount_there_is_nothing(path: str) -> None:
    assert ask(launcher._mounted(app, "/image"), path)[0] == "404 Not Found"


def test_an_upload_that_nobody_read_is_drained() -> None:
    assert ask(launcher._mounted(app, "/image"), "/image", b"x" * 200_000)[3] == b""


def test_an_exception_of_the_application_is_a_server_error(capsys: pytest.CaptureFixture[str]) -> None:
    def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        raise ValueError(environ["PATH_INFO"])

    status, _, text, rest = ask(launcher._mounted(broken, "/identity"), "/identity/v3", b"x" * 200_000)
    assert (status, text, rest) == ("500 Internal Server Error", "Internal Server Error", b"")
    assert "ValueError: /v3" in capsys.readouterr().err


def test_one_at_a_time_means_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_directly", lambda module, function: app)
    served = launcher._mounted(launcher._one_at_a_time("m", "f"), "/identity")
    idents: set[str] = set()
    together = threading.Barrier(5)

    def call() -> None:
        idents.add(ask(served, "/identity")[2])
        together.wait(PATIENCE)  # the id of a thread that has ended may be given to another

    callers = [threading.Thread(target=call) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(idents) == 1
    assert not idents.pop().endswith(f"|{threading.get_ident()}")


def test_a_locked_application_processes_one_request_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    active: list[int] = []
    most: list[int] = []

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        active.append(1)
        most.append(len(active))
        start_response("200 OK", [])
        yield b"x"
        time.sleep(0.02)
        active.pop()

    monkeypatch.setattr(launcher, "_directly", lambda module, function: slow)
    served = launcher._mounted(launcher._locked("m", "f"), "/compute")
    callers = [threading.Thread(target=ask, args=(served, "/compute")) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert (len(most), max(most)) == (5, 1)


@pytest.mark.parametrize(
    ("problem", "last"),
    [
        ("raise ValueError('no such driver')", "ValueError: no such driver"),
        ("sys.exit('no such file')", "no such file"),
        ("print('ERROR no such host', file=sys.stderr); sys.exit(1)", "ERROR no such host"),
    ],
)
def test_an_application_that_cannot_be_loaded_ends_the_process_despite_its_threads(
    tmp_path: Path, problem: str, last: str
) -> None:
    (tmp_path / "broken.py").write_text(
        "import sys, threading, time\n"
        "def app():\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start()\n"
        f"    {problem}\n"
    )
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from tracer.cloud import launcher; launcher"
    words = ["--home", str(tmp_path), "--app", "broken:app", "--mount", "/x", "--fd", "0"]
    words += ["--address", "127.0.0.1:1", "--tracing", str(tmp_path)]
    ended = subprocess.run(
        [sys.executable, "-c", f"{script}._load(launcher._options())", *words],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1] == last
