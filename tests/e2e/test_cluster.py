"""``tracer matrix --cluster``: a real Dask scheduler and two workers, of which one is killed at work."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.conftest import sharing
from tests.e2e.conftest import TRACER, processes_of, read_until
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.recording import load

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.e2e

SUITE = """\
name: short
commands:
- {name: token-issue, run: openstack token issue}
- {name: project-list, run: openstack project list}
"""
DASK = str(Path(sys.executable).with_name("dask"))


class Dask:
    """A scheduler and two workers, each with a disk, a cache and a log of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self._address()
        self.workers = [self._worker(name) for name in ("one", "two")]

    def _start(self, name: str, *words: str, **environment: str) -> subprocess.Popen[bytes]:
        place = self.folder / (words[-1] if name == "worker" else name)
        place.mkdir()
        with (place / "log").open("wb") as log:
            return subprocess.Popen(
                [DASK, name, *words],
                cwd=place,
                env={**os.environ, **environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _worker(self, name: str) -> subprocess.Popen[bytes]:
        cache = sharing(self.folder / f"cache-{name}")
        return self._start(
            "worker",
            *(self.address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--name", name),
            TRACER_CACHE=str(cache),
        )

    def _address(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            found = re.search(r"tcp://127\.0\.0\.1:\d+", (self.folder / "scheduler" / "log").read_text())
            if found:
                return found[0]
            time.sleep(0.1)
        raise AssertionError((self.folder / "scheduler" / "log").read_text())

    def caches(self) -> list[Path]:
        return [self.folder / f"cache-{name}" for name in ("one", "two")]

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            # A worker says good-bye to its scheduler, and waits long for one that is gone.
            process.terminate()
            process.wait(PATIENCE)


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Dask]:
    made = Dask(tmp_path)
    yield made
    made.stop()
    for cache in made.caches():
        for path in (cache / "matrix").glob("*/zed"):
            EmbeddedCloud("zed", apart=path.parent).down()


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    (folder / "short.yaml").write_text(SUITE)
    return subprocess.Popen(
        [TRACER, "matrix", "--suite", "short.yaml", "-o", "made", *words],
        cwd=folder,
        env={**os.environ, "TRACER_CACHE": str(folder / "none")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def gone(paths: list[Path]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if not any(
            "launcher.py" in line or "openstack" in line for path in paths for line in processes_of(path)
        ):
            return True
        time.sleep(0.2)
    return False


def test_a_worker_that_dies_costs_its_unit_another_try(dask: Dask, tmp_path: Path) -> None:
    process = start(tmp_path, "--releases", "zed,2026.2", "--cluster", dask.address)
    read_until(process, "zed: ")
    read_until(process, "token-issue")
    victim = next(worker for worker in dask.workers if psutil.Process(worker.pid).children())
    victim.kill()
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, stderr
    assert stdout.splitlines()[0].split() == ["command", "zed", "2026.2"]
    assert stdout.splitlines()[-1] == "8 recordings below made, 4 of them to compare with (again)"
    for line in stderr.splitlines():
        assert re.match(r"\d of 8 · ", line), line  # not a word of Dask's
    for release in ("zed", "2026.2"):
        for folder in (release, f"{release}/again"):
            assert load(tmp_path / "made" / folder / "token-issue.yaml").cloud.release == release
    # The recordings came over the wire; and what the killed worker had started is no more.
    assert not (tmp_path / "none" / "clouds").exists()
    assert gone(dask.caches())


def test_an_interrupted_matrix_ends_what_the_workers_do(dask: Dask, tmp_path: Path) -> None:
    process = start(tmp_path, "--releases", "zed", "--cluster", dask.address)
    read_until(process, "token-issue")
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr.splitlines()[-1] == "tracer: stopped with 0 recorded; the same command goes on from there"
    assert "Traceback" not in stderr
    assert gone(dask.caches())


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("tcp://127.0.0.1:1", "no Dask scheduler answers there; start one with: dask scheduler"),
        ("nonsense://x", "nonsense"),
    ],
)
def test_a_cluster_that_does_not_answer_is_one_line_within_seconds(
    tmp_path: Path, address: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long Dask itself would try."""
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", f"{10 * PATIENCE}s")
    process = start(tmp_path, "--releases", "zed", "--cluster", address)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert stdout == ""
    assert stderr.startswith(f"tracer: --cluster: {address}: ")
    assert said in stderr
    assert stderr.count("\n") == 1


def test_without_dask_one_line_says_how_to_get_it(tmp_path: Path) -> None:
    """As in an environment without the extra: there, the package is not found."""
    (tmp_path / "distributed.py").write_text("raise ImportError('not here')\n")
    (tmp_path / "short.yaml").write_text(SUITE)
    ended = subprocess.run(
        [TRACER, "matrix", "--suite", "short.yaml", "--releases", "zed", "--cluster", "tcp://127.0.0.1:1"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        "tracer: --cluster: needs Dask, which is not installed: pip install 'openstack-tracer[cluster]'\n"
    )
