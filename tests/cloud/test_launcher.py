"""The mount: what the application sees of a path, and what is left of an upload."""

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tracer.cloud import launcher


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response("300 MULTIPLE CHOICES", [("x-Own", "1")])
    yield f"{environ['SCRIPT_NAME']}|{environ['PATH_INFO']}|{threading.get_ident()}".encode()


def ask(served: launcher.App, path: str, body: bytes = b"") -> tuple[str, list[Any], str, bytes]:
    said: list[Any] = []
    stream = io.BytesIO(body)
    environ = {"PATH_INFO": path, "SCRIPT_NAME": "", "wsgi.input": stream}
    text = b"".join(served(environ, lambda status, headers: said.extend((status, headers)))).decode()
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


def test_one_at_a_time_means_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "_directly", lambda module, function: app)
    served = launcher._mounted(launcher._one_at_a_time("m", "f"), "/identity")
    idents: set[str] = set()
    together = threading.Barrier(5)

    def call() -> None:
        idents.add(ask(served, "/identity")[2])
        together.wait(10)  # the id of a thread that has ended may be given to another

    callers = [threading.Thread(target=call) for _ in range(5)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len(idents) == 1
    assert not idents.pop().endswith(f"|{threading.get_ident()}")
