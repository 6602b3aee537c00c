"""The shell blocks of the page on https, run as they stand there, in both languages."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.conftest import MITMDUMP, ROOT, UNBUFFERED, Site
from tests.e2e.tls import front
from tests.patience import PATIENCE
from tracer.recording import load

PAGES = ROOT / "docs" / "how-to"
BLOCK = re.compile(r"<!-- run: (\w+) -->\n```sh\n(.*?)```", re.DOTALL)


def blocks(page: str) -> dict[str, str]:
    """The marked shell blocks of a page, by name."""
    return dict(BLOCK.findall((PAGES / page).read_text()))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("page", ["https", "devstack"])
def test_both_languages_show_the_same_commands(page: str) -> None:
    english, korean = (
        re.findall(r"```sh\n(.*?)```", (PAGES / f"{page}{language}.md").read_text(), re.DOTALL)
        for language in ("", ".ko")
    )
    assert english == korean
    assert english


def test_every_block_of_the_page_on_https_is_marked() -> None:
    assert len(blocks("https.md")) == (PAGES / "https.md").read_text().count("```sh")


@pytest.mark.e2e
def test_the_blocks_work(zed: Site, tmp_path: Path) -> None:
    """A TLS front stands before Keystone. The port is another one, as 8080 may be taken."""
    commands = blocks("https.md")
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "addons").symlink_to(ROOT / "addons")
    with front(zed.environment["OS_AUTH_URL"], tmp_path / "front") as secure:
        path = os.pathsep.join(
            [str(Path(zed.openstack).parent), str(Path(MITMDUMP).parent), os.environ["PATH"]]
        )
        # A home of its own: mitmproxy keeps its CA there. The cache of the clouds stays where it is.
        environment = (
            UNBUFFERED
            | zed.environment
            | {
                "HOME": str(home),
                "PATH": path,
                "OS_CACERT": str(secure.ca),
                "OS_AUTH_URL": f"{secure.url}/identity",
                "no_proxy": "127.0.0.1",
            }
        )

        def run(block: str) -> None:
            ended = subprocess.run(
                ["bash", "-ec", block],
                env=environment,
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
            )
            assert ended.returncode == 0, ended.stderr

        run(commands["record"])
        assert load(tmp_path / "recordings" / "https-record.yaml").verdict == "conforms"
        port = str(free_port())
        log = tmp_path / "log"
        with log.open("wb") as file:
            proxy = subprocess.Popen(
                ["bash", "-c", f"exec {commands['proxy'].strip()} --listen-port {port}"],
                env=environment,
                cwd=tmp_path,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_for(log, "listening")
            run(commands["client"].replace("8080", port))
            _wait_for(log, "token-issue.yaml")
        finally:
            proxy.send_signal(signal.SIGINT)
            proxy.wait(PATIENCE)
    recording = load(tmp_path / "recordings" / "token-issue.yaml")
    assert recording.verdict == "conforms"
    assert recording.exchanges[0].request.url == f"{secure.url}/identity"


def _wait_for(log: Path, text: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while text not in log.read_text(errors="replace"):
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        time.sleep(0.05)
