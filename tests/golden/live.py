"""The outputs that need a running proxy: raw conversations, and a proxy that is killed."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.e2e.test_wire import TALKS
from tests.e2e.wire import Talk, talk
from tests.patience import PATIENCE

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["write_conversations", "write_recovered"]

_LAZY = ("--set", "connection_strategy=lazy", "--set", "validate_inbound_headers=false")
_TIMES = re.compile(r"^( *(?:- )?(?:started|ended|recorded): ).*$", re.MULTILINE)
_ORIGIN = re.compile(r"127\.0\.0\.1:\d+")
_START = "import sys; from mitmproxy.tools.main import mitmdump; sys.exit(mitmdump())"
_TRACER = "import sys; from tracer.cli import main; main()"


class _Proxy:
    """mitmdump with the addon of a checkout."""

    def __init__(self, tree: Path, out: Path, *options: str) -> None:
        out.mkdir(parents=True)
        self.log = out / "printed.log"
        addon = ["-s", str(tree / "addons/trace.py"), "--set", f"trace_dir={out}"]
        with self.log.open("wb") as printed:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, "--listen-port", "0", *addon, *options],
                env={**os.environ, "PYTHONPATH": str(tree), "PYTHONUNBUFFERED": "1"},
                stdout=printed,
                stderr=printed,
            )
        deadline = time.monotonic() + PATIENCE
        while not (listening := re.search(r"listening at \S*?:(\d+)", self.log.read_text(errors="replace"))):
            assert time.monotonic() < deadline, self.log.read_text(errors="replace")
            time.sleep(0.05)
        self.port = int(listening[1])


def write_conversations(tree: Path, out: Path) -> None:
    """Have every raw conversation through one proxy; write both sides' bytes and the recordings."""
    proxy = _Proxy(tree, out / "conversations", *_LAZY, "--set", "trace_diagram=")
    for number, (name, script) in enumerate(TALKS.items()):
        heard = talk(proxy, script)
        stem = out / "conversations" / f"{number:02}-{re.sub('[^a-z0-9]+', '-', name.lower())}"
        stem.with_suffix(".origin").write_bytes(heard.at_origin)
        stem.with_suffix(".client").write_bytes(heard.at_client)
    proxy.process.send_signal(signal.SIGINT)
    proxy.process.wait(PATIENCE)
    _normalise(out / "conversations")


def write_recovered(tree: Path, out: Path) -> None:
    """Kill a proxy after a conversation of three exchanges, and write the recovered recording."""
    proxy = _Proxy(tree, out / "killed", "--set", "trace_diagram=")
    talk(proxy, _three())
    proxy.process.kill()
    proxy.process.wait(PATIENCE)
    subprocess.run(
        [sys.executable, "-P", "-c", _TRACER, "recover", str(out / "killed")],
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        check=True,
    )
    _normalise(out / "killed")


def _three() -> Talk:
    return TALKS["keep-alive"]


def _normalise(folder: Path) -> None:
    """Take the times and ports out of the recordings, and leave the log of the proxy out."""
    (folder / "printed.log").unlink()
    for path in folder.glob("*.yaml"):
        path.write_text(_ORIGIN.sub("127.0.0.1:0", _TIMES.sub(r"\1(a time)", path.read_text())))
