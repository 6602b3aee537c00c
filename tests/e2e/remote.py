"""Clients on another machine: in a network namespace of their own, behind a pair of virtual devices."""

from __future__ import annotations

import os
import re
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.conftest import MITMDUMP, Proxy, Site
from tests.patience import PATIENCE
from tests.servers import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ROOT = () if os.geteuid() == 0 else ("sudo", "-n")
_NEAR, _FAR = "10.203.0.1", "10.203.0.2"


@dataclass(frozen=True)
class Machine:
    """A network namespace. ``near`` is the address at which it reaches this machine, ``far`` its own."""

    name: str
    near: str = _NEAR
    far: str = _FAR

    def command(self, *words: str) -> list[str]:
        """Return ``words`` as a command that runs on that machine."""
        return [*_ROOT, "ip", "netns", "exec", self.name, *words]


@contextmanager
def other_machine() -> Iterator[Machine]:
    """Make a network namespace, and remove it in the end."""
    name = f"tracer-{os.getpid()}"
    near, far = f"tn{os.getpid()}", f"tf{os.getpid()}"
    _ip("netns", "add", name)
    try:
        _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        _ip("addr", "add", f"{_NEAR}/30", "dev", near)
        _ip("link", "set", near, "up")
        _ip("-n", name, "addr", "add", f"{_FAR}/30", "dev", far)
        _ip("-n", name, "link", "set", far, "up")
        _ip("-n", name, "link", "set", "lo", "up")
        yield Machine(name)
    finally:
        _ip("netns", "del", name)


def _ip(*words: str) -> None:
    subprocess.run([*_ROOT, "ip", *words], check=True, capture_output=True, text=True)


@contextmanager
def front(site: Site, folder: Path, *, tls: bool, close: bool) -> Iterator[str]:
    """Put a reverse proxy before a cloud, with a port each for Keystone and Glance. Give the auth URL.

    The cloud behind it is real. With ``tls`` it is an https cloud; with ``close`` each response
    ends its connection, as a DevStack's do.
    """
    cloud = site.environment["OS_AUTH_URL"].removesuffix("/identity")
    scheme = "https" if tls else "http"
    ports = free_ports(2)
    urls = [f"{scheme}://127.0.0.1:{port}" for port in ports]
    options = [f"--mode=reverse:{cloud}@{port}" for port in ports]
    for mount, url in zip(("identity", "image"), urls, strict=True):
        options += ["--modify-body", f"|~s|{re.escape(cloud)}/{mount}|{url}/{mount}"]
        options += ["--modify-headers", f"|~s & ~hs {cloud}/{mount}|Location|{url}/{mount}/v3/"]
    if close:
        options += ["--modify-headers", "|~s|Connection|close"]
    folder.mkdir()
    proxy = Proxy(folder, *options, addon=False)
    try:
        yield f"{urls[0]}/identity"
    finally:
        proxy.stop()


def replayed(flows: Path, folder: Path) -> None:
    """Make recordings of stored flows."""
    from tests.e2e.conftest import ROOT

    ended = subprocess.run(
        [
            *(MITMDUMP, "-nr", str(flows), "-s", str(ROOT / "addons" / "trace.py")),
            *("--set", f"trace_dir={folder}", "--set", "trace_diagram="),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert "Traceback" not in ended.stdout + ended.stderr
