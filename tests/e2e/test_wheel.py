"""The built wheel in clean environments, as a user installs it."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from uv import find_uv_bin

from tests.ci.package import build
from tests.e2e.conftest import IMAGE, ROOT
from tests.patience import PATIENCE
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e

PYTHONS = ("3.11", "3.12", "3.13")
RECORDING = str(ROOT / "recordings" / "zed" / "image-show.yaml")

VERBS = (
    (0, "check", RECORDING),
    (0, "show", RECORDING),
    (0, "scan", RECORDING),
    (0, "diagram", RECORDING, "-o", "x.svg"),
    (0, "diagram", RECORDING, "-o", "x.png"),
    (0, "view", RECORDING, "-o", "x.html"),
    (0, "docs", RECORDING, "-o", "site", "--lang", "ko"),
    (1, "diff", RECORDING, RECORDING.replace("zed", "2026.2"), "-o", "x.md"),
    (0, "learn", RECORDING, "-o", "x.yaml"),
    (0, "sequences", "list"),
    (0, "sequences", "schema"),
    (0, "cloud", "list"),
    (0, "completion", "bash"),
)
"""Verbs that need the data files of the package, with their exit codes."""


class Installed:
    """An environment of its own with the wheel, and an empty home."""

    def __init__(self, folder: Path, version: str, *packages: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        environment = {**os.environ, "PATH": _path_with_pythons()}
        for words in (
            ("venv", "--quiet", "--python", version, str(folder / "venv")),
            (
                *("pip", "install", "--quiet", "--python", str(self.bin / "python")),
                *("--constraint", str(ROOT / "requirements.lock"), *packages),
            ),
        ):
            subprocess.run([find_uv_bin(), *words], env=environment, cwd=folder, check=True, timeout=PATIENCE)

    @property
    def bin(self) -> Path:
        return self.folder / "venv" / "bin"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a user without a clone: nothing of it is on the path."""
        return {"HOME": str(self.home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / words[0], *words[1:]],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @contextlib.contextmanager
    def proxy(self, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
        """Start ``tracer proxy``. Yield the process and its URL."""
        log = self.home / "proxy.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.bin / "tracer", "proxy", "--port", "0", *options],
                env=self.environment,
                cwd=self.home,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        try:
            yield process, _wait_for(log, r"export http_proxy=(\S+) ", process)[1]
        finally:
            process.kill()
            process.wait()


def _path_with_pythons() -> str:
    """Return the search path with the versions of pyenv, whose shims start only the active versions."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    return os.pathsep.join([*map(str, sorted(pyenv.glob("versions/3.*/bin"))), os.environ["PATH"]])


def _wait_for(log: Path, pattern: str, process: subprocess.Popen[str]) -> re.Match[str]:
    deadline = time.monotonic() + PATIENCE
    while not (match := re.search(pattern, log.read_text(errors="replace"))):
        assert time.monotonic() < deadline, log.read_text(errors="replace")
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.05)
    return match


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(build(tmp_path_factory.mktemp("dist")).wheel)


@pytest.fixture(scope="module")
def installed(wheel: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Installed]:
    environments: dict[str, Installed] = {}

    def install(version: str) -> Installed:
        if version not in environments:
            environments[version] = Installed(tmp_path_factory.mktemp(f"python{version}-"), version, wheel)
        return environments[version]

    return install


@pytest.mark.parametrize("version", PYTHONS)
def test_the_wheel_records_a_command_through_its_proxy(
    version: str, zed: Site, installed: Callable[[str], Installed]
) -> None:
    user = installed(version)
    with user.proxy("--release", "zed", "--diagram", "mmd,svg") as (process, url):
        zed.client("image", "show", IMAGE, "-f", "json", proxy=url)
        _wait_for(user.home / "proxy.log", r"image-show\.yaml \(\d exchanges, conforms\)", process)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
    folder = user.home / "recordings" / "zed"
    assert load(folder / "image-show.yaml").verdict == "conforms"
    assert sorted(path.suffix for path in folder.iterdir()) == [".mmd", ".svg", ".yaml"]
    assert zed.password not in (user.home / "proxy.log").read_text()


def test_the_verbs_have_their_data_files(installed: Callable[[str], Installed]) -> None:
    """An exit code below 0 is a crash while Python ends."""
    user = installed(PYTHONS[-1])
    for code, *words in VERBS:
        ended = user.run("tracer", *map(str, words))
        assert ended.returncode == code, (words, ended.stderr)
        assert "Traceback" not in ended.stderr


def test_mitmdump_of_the_environment_loads_the_addon(installed: Callable[[str], Installed]) -> None:
    user = installed(PYTHONS[0])
    script = user.run("tracer", "addon").stdout.strip()
    assert script.startswith(str(user.folder))
    ended = user.run("mitmdump", "-s", script, "--set", "trace_limit=x")
    assert (ended.returncode, ended.stderr) == (
        1,
        "tracer: wrong option: trace_limit: expected a size such as 65536 or 1MiB, got 'x'\n",
    )


def test_another_package_named_tracer_replaces_files(wheel: str, tmp_path: Path) -> None:
    """PyPI has an unrelated package ``tracer``. Both have ``tracer/__init__.py``."""
    user = Installed(tmp_path, PYTHONS[0], wheel)
    argv = [find_uv_bin(), "pip", "install", "--quiet", "--python", str(user.bin / "python"), "tracer==2.0.0"]
    subprocess.run(argv, check=True, timeout=PATIENCE)
    ended = user.run("python", "-c", "import tracer; tracer.load")
    assert "AttributeError: module 'tracer' has no attribute 'load'" in ended.stderr
    ended = user.run("tracer", "check", RECORDING)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("tracer: another package named tracer has replaced files")
    argv[2:4] = ["uninstall", "--quiet"]
    subprocess.run([*argv[:-1], "tracer"], check=True, timeout=PATIENCE)
    assert user.run("tracer", "check", RECORDING).stderr.startswith("tracer: another package named tracer")
