"""mitmdump in its variants: alone, with what people use to log traffic, and with the tracer."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import psutil

from tests.patience import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["BARE", "HARDUMP", "TRACER", "VARIANTS", "Memory", "Proxy", "started"]

_ROOT = Path(__file__).parents[2]

BARE, HARDUMP, TRACER = "mitmdump", "hardump", "addons/trace.py"
ASKING = "mitmdump, hooks as in the tracer"

VARIANTS: dict[str, Callable[[Path], list[str]]] = {
    BARE: lambda _: [],
    HARDUMP: lambda folder: ["--set", f"hardump={folder / 'all.har'}"],
    "-w": lambda folder: ["-w", str(folder / "flows.mitm")],
    "logging addon": lambda _: ["-s", str(Path(__file__).with_name("usual_addon.py"))],
    ASKING: lambda _: ["-s", str(Path(__file__).with_name("asking_only.py"))],
    TRACER: lambda folder: [
        *("-s", str(_ROOT / "addons" / "trace.py")),
        *("--set", f"trace_dir={folder / 'recordings'}", "--set", "trace_release=zed"),
    ],
}


class Memory(NamedTuple):
    """Resident MiB: of the proxy itself, and of it with all processes of its own."""

    proxy: float
    all: float

    def higher(self, other: Memory) -> Memory:
        """The higher of each."""
        return Memory(max(self.proxy, other.proxy), max(self.all, other.all))

    def since(self, first: Memory) -> str:
        """The growth since ``first``, as it stands in a table."""
        own = f"{self.proxy - first.proxy:+.1f}"
        return own if self.proxy == self.all else f"{own} / {self.all - first.all:+.1f}"


class Proxy:
    """A mitmdump that prints nothing of the flows."""

    def __init__(self, variant: str, folder: Path, *options: str) -> None:
        folder.mkdir()
        self.folder = folder
        self.log = folder / "printed"
        self.authority = str(folder / "conf" / "mitmproxy-ca-cert.pem")
        command = [str(Path(sys.executable).with_name("mitmdump")), "--set", f"confdir={folder / 'conf'}"]
        command += ["--set", "flow_detail=0", "--set", "listen_port=0", "--set", "listen_host=127.0.0.1"]
        command += ["--set", "ssl_insecure=true", *options, *VARIANTS[variant](folder)]
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "BENCHMARK_LOG": str(folder / "log.jsonl")}
        with self.log.open("wb") as log:
            self.process = psutil.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)

    @cached_property
    def url(self) -> str:
        """Where it listens, as soon as it does."""
        return f"http://127.0.0.1:{self._port()}"

    def cpu(self) -> float:
        """Seconds of CPU time that it has used until now, with all its processes."""
        return sum(one.user + one.system for one in (each.cpu_times() for each in self._all()))

    def memory(self) -> Memory:
        """What is resident now."""
        sizes = [float(each.memory_info().rss) / 2**20 for each in self._all()]
        return Memory(sizes[0], sum(sizes))

    def peak_of_ending(self) -> Memory:
        """End it; gives the most that was resident meanwhile."""
        self.process.send_signal(signal.SIGINT)
        peak = Memory(0.0, 0.0)
        while self.process.poll() is None:
            with contextlib.suppress(psutil.Error):
                peak = peak.higher(self.memory())
            time.sleep(0.01)
        return peak

    def stop(self) -> int:
        """End it as Ctrl-C does; gives its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return int(self.process.wait(PATIENCE))

    def _all(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]

    def _port(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"listening at \S*?:(\d+)", self.log.read_text())
            if found:
                return found[1]
            time.sleep(0.05)
        raise RuntimeError(self.log.read_text())


@contextmanager
def started(variants: Sequence[str], folder: Path, *options: str) -> Iterator[dict[str, Proxy]]:
    """A proxy of each variant, in a folder of its own below ``folder``; all are ended at the end."""
    folder.mkdir()
    with ExitStack() as stack:
        proxies = {}
        for number, variant in enumerate(variants):
            proxies[variant] = Proxy(variant, folder / str(number), *options)
            stack.callback(proxies[variant].stop)
        yield proxies
