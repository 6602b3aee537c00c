"""Real clouds, real clients, real proxies."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.conftest import sharing
from tests.patience import PATIENCE
from tests.shipped import unpack
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.image import qcow2

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

    from tests.e2e.browser import Visit, Visitor
    from tracer.model import Recording

ROOT = Path(__file__).parents[2]
IMAGE = "e2e-image"
RELEASES = ("zed", "2026.2")
MITMDUMP = str(Path(sys.executable).with_name("mitmdump"))
UNBUFFERED = {**os.environ, "PYTHONUNBUFFERED": "1"}
"""For a process whose output is read from a file while it runs."""
TRACER = str(Path(sys.executable).with_name("tracer"))


@dataclass(frozen=True)
class Site:
    """A cloud that is up, with an image in it."""

    release: str
    environment: dict[str, str] = field(repr=False)
    openstack: str
    image: str

    @property
    def password(self) -> str:
        return self.environment["OS_PASSWORD"]

    def client(
        self, *words: str, proxy: str | None = None, check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run the real client; through ``proxy`` where one is given."""
        return subprocess.run(
            [self.openstack, *words],
            env=self.through(proxy),
            capture_output=True,
            text=True,
            check=check,
            timeout=PATIENCE,
        )

    def through(self, proxy: str | None) -> dict[str, str]:
        return self.environment | ({"http_proxy": proxy, "no_proxy": ""} if proxy else {})


@pytest.fixture(scope="session")
def _clouds() -> Iterator[Callable[[str], Site]]:
    sites: dict[str, Site] = {}
    started: list[EmbeddedCloud] = []

    def up(release: str) -> Site:
        cloud = EmbeddedCloud(release)
        if cloud.status() is None:
            started.append(cloud)
            sites.pop(release, None)
        cloud.up()
        if release not in sites:
            sites[release] = furnished(cloud)
        return sites[release]

    yield up
    for cloud in started:
        cloud.down()


def furnished(cloud: EmbeddedCloud) -> Site:
    """A cloud that is up, with an image in it, now if there was none."""
    release = cloud.release.name
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    openstack = str(cloud.client())
    site = Site(release, clean | cloud.environment(), openstack, "")
    found = site.client("image", "list", "--name", IMAGE, "-f", "value", "-c", "ID").stdout.split()
    if not found:
        path = cloud_file(qcow2())
        create = (
            "image",
            "create",
            "--disk-format",
            "qcow2",
            "--container-format",
            "bare",
            "--file",
            str(path),
        )
        found = site.client(*create, "-f", "value", "-c", "id", IMAGE).stdout.split()
        shutil.rmtree(path.parent)
    return Site(release, site.environment, openstack, found[0])


def cloud_file(content: bytes) -> Path:
    import tempfile

    path = Path(tempfile.mkdtemp()) / "image"
    path.write_bytes(content)
    return path


@pytest.fixture(params=RELEASES)
def site(request: pytest.FixtureRequest, _clouds: Callable[[str], Site]) -> Site:
    return _clouds(request.param)


@pytest.fixture
def zed(_clouds: Callable[[str], Site]) -> Site:
    return _clouds("zed")


class Proxy:
    """A mitmdump of one's own, as a user starts it; everything it prints is kept."""

    def __init__(self, folder: Path, *options: str, addon: bool = True, host: str = "127.0.0.1") -> None:
        self.log = folder / "mitmdump.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [
                    MITMDUMP,
                    *(("-s", str(ROOT / "addons" / "trace.py")) if addon else ()),
                    *("--set", f"confdir={folder / 'conf'}"),
                    *("--set", f"listen_host={host}", "--set", "listen_port=0"),
                    *options,
                ],
                cwd=folder,
                env=UNBUFFERED,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self.url = f"http://{host}:{self._port()}"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def _port(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"listening at \S*?:(\d+)", self.printed)
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError(self.printed)

    @property
    def printed(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_for(self, pattern: str, count: int = 1) -> None:
        deadline = time.monotonic() + PATIENCE
        while len(re.findall(pattern, self.printed)) < count:
            assert time.monotonic() < deadline, self.printed
            time.sleep(0.05)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)


@pytest.fixture
def mitmdump(tmp_path: Path) -> Iterator[Callable[..., Proxy]]:
    proxies: list[Proxy] = []

    def start(*options: str, host: str = "127.0.0.1") -> Proxy:
        folder = tmp_path / f"proxy-{len(proxies)}"
        folder.mkdir()
        proxies.append(Proxy(folder, *options, host=host))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from tests.e2e.browser import launched

    with launched() as started:
        yield started


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visitor]:
    """Visit a URL; at the end no page may have complained of anything."""
    from tests.e2e.browser import visitor

    with visitor(browser) as made:
        yield made


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Return a function for the URL of a view in a language: one command on two releases."""
    from tests.e2e.pages import SHIPPED, view_pages

    return view_pages(tmp_path_factory.mktemp("shipped"), SHIPPED)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """Return a function for the URL of a view in a language: the recordings of two releases."""
    from tests.e2e.pages import view_pages

    recordings = unpack(tmp_path_factory.mktemp("recordings"), "identity", "image")
    releases = [recordings / release for release in ("zed", "2023.1")]
    return view_pages(tmp_path_factory.mktemp("folder"), releases)


@pytest.fixture
def opened(visit: Visitor, tmp_path: Path) -> Callable[..., Visit]:
    """Visit the page of a recording."""
    from tracer.rendering.view import view
    from tracer.storage import write

    def open_page(recording: Recording, **options: object) -> Visit:
        page = tmp_path / f"{len(list(tmp_path.iterdir()))}.html"
        write(page, view({"made": recording}))
        return visit(page.as_uri(), **options)

    return open_page


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Path]:
    """A cache folder with clouds of its own, and everything that takes long shared."""
    own = sharing(tmp_path / "cache")
    yield own
    for path in (own / "clouds").glob("*"):
        if path.name != "locks":
            EmbeddedCloud(path.name, own).down()
    assert processes_of(own) == []


def read_until(process: subprocess.Popen[str], text: str) -> None:
    """Read what a process says to stderr, up to a line with ``text``."""
    assert process.stderr is not None
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"{text!r} was never said")


def processes_of(path: Path) -> list[str]:
    """The command lines, and working folders, of processes that have to do with a folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "cwd"]):
        line = " ".join([*(process.info["cmdline"] or []), process.info["cwd"] or ""])
        if str(path) in line and process.pid != os.getpid():
            found.append(line)
    return found
