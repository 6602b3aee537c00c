"""The server of one WSGI application below its mount path.

It runs in the environment of a service, which has no tracer, so it imports nothing of tracer. The
parent process passes the listening socket, so no other process can take the port.

    python -I launcher.py --home FOLDER --app MODULE:FUNCTION --mount /PATH
                          --fd N --address HOST:PORT --tracing FOLDER [--serial | --locked]
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

SYSTEMD_FD = 3
THREADS = 8
BLOCK = 1 << 16

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def main() -> None:
    """Load the application, and serve it until SIGTERM."""
    options = _options()
    del sys.argv[1:]  # the services read the command line too
    # cheroot takes a bound socket by the protocol of systemd: LISTEN_PID, descriptor 3. The descriptor must
    # be set before the application opens files.
    os.dup2(options.fd, SYSTEMD_FD)
    os.environ["LISTEN_PID"] = str(os.getpid())
    outgoing = _outgoing()
    # The application may send requests and start threads as soon as it is loaded.
    outgoing.install(lambda: outgoing.current(options.tracing, Path(options.home).name))
    # An adapter of a service is a module of this folder.
    sys.path.append(str(Path(__file__).with_name("adapters")))
    app = _load(options)
    host, _, port = options.address.rpartition(":")
    wsgi = importlib.import_module("cheroot.wsgi")
    server = wsgi.Server(
        (host.strip("[]"), int(port)),
        _mounted(app, options.mount),
        numthreads=THREADS,
        max=THREADS,
        timeout=75,
    )
    server.keep_alive_conn_limit = None

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(KeyboardInterrupt):
        server.safe_start()
    sys.stdout.flush()
    sys.stderr.flush()
    # Worker threads of the service would keep the interpreter running. There is nothing to save.
    os._exit(0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", required=True)
    parser.add_argument("--app", required=True)
    parser.add_argument("--mount", required=True)
    parser.add_argument("--fd", type=int, required=True)
    parser.add_argument("--address", required=True)
    parser.add_argument("--tracing", required=True)
    parser.add_argument("--serial", action="store_true")
    parser.add_argument("--locked", action="store_true")
    return parser.parse_args()


def _directly(module: str, function: str) -> App:
    app: App = getattr(importlib.import_module(module), function)()
    return app


def _one_at_a_time(module: str, function: str) -> App:
    # A single thread instead of a lock: a SQLite connection belongs to the thread that opened it. With more
    # threads, the garbage collector could close a forgotten connection in the wrong thread.
    thread = ThreadPoolExecutor(1)
    app = thread.submit(_directly, module, function).result()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        body = app(environ, start_response)
        try:
            return list(body)
        finally:
            _close(body)

    return lambda environ, start_response: thread.submit(answer, environ, start_response).result()


def _locked(module: str, function: str) -> App:
    app = _directly(module, function)
    # An application that uses eventlet has replaced the locks of the threading module by now.
    lock = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        with lock:
            body = app(environ, start_response)
            try:
                return list(body)
            finally:
                _close(body)

    return answer


def _load(options: argparse.Namespace) -> App:
    """Return the application. End the process at once if the application cannot be loaded."""
    module, _, function = options.app.partition(":")
    load = _locked if options.locked else _one_at_a_time if options.serial else _directly
    try:
        return load(module, function)
    except BaseException as error:  # noqa: BLE001 - the process ends, whatever the application raises
        # Threads that the application has started would keep the process running. With SystemExit, the
        # application has written the reason.
        if not isinstance(error, SystemExit):
            traceback.print_exc()
        elif isinstance(error.code, str):
            sys.stderr.write(f"{error.code}\n")
        sys.stderr.flush()
        os._exit(1)


def _mounted(app: App, mount: str) -> App:
    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
        path = environ["PATH_INFO"]
        if path != mount and not path.startswith(f"{mount}/"):
            start_response("404 Not Found", [("Content-Length", "0")])
            return
        environ["SCRIPT_NAME"] = mount
        environ["PATH_INFO"] = path[len(mount) :]
        sent = environ["wsgi.input"]
        try:
            body = app(environ, start_response)
        except Exception:  # noqa: BLE001 - as the servers of real clouds do, whatever the application raises
            traceback.print_exc()
            _drain(sent)
            start_response("500 Internal Server Error", [("Content-Type", "text/plain")], sys.exc_info())
            yield b"Internal Server Error"
            return
        try:
            _drain(sent)
            yield from body
        finally:
            _close(body)

    return serve


def _outgoing() -> Any:
    """Return the module beside this one; the environment has no tracer to import it from."""
    specification = importlib.util.spec_from_file_location(
        "outgoing", Path(__file__).with_name("outgoing.py")
    )
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close:
        close()


def _drain(stream: Any) -> None:
    # An application may respond without reading the upload. The server would take the rest of the upload for
    # the next request of the connection, or cheroot would read it into memory as a whole.
    while stream.read(BLOCK):
        pass


if __name__ == "__main__":
    main()
