"""``tracer demo``, as the README's first command runs it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import ROOT, TRACER, Site
from tests.e2e.secrets import leaks
from tests.patience import PATIENCE
from tracer.cloud.release_data import releases
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def demo(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [TRACER, "demo", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_demo_shows_what_happened(site: Site, tmp_path: Path) -> None:
    """Also where the environment names another cloud."""
    ended = demo(tmp_path, "--release", site.release, OS_CLOUD="other", OS_TOKEN="x" * 20, COLUMNS="120")
    assert ended.returncode == 0, ended.stderr
    folder = tmp_path / "tracer-demo" / site.release
    for name, steps in (("image-show", 8), ("image-show-by-name", 10)):
        recording = load(folder / f"{name}.yaml")
        assert recording.verdict == "conforms"
        assert recording.output is not None
        assert recording.output.exit == 0
        assert sum(len(exchange.steps) for exchange in recording.exchanges) == steps
        for path in (f"{name}.yaml", f"{name}.mmd", f"{name}.svg"):
            assert (folder / path).exists()
            assert f"tracer-demo/{site.release}/{path}" in ended.stdout
    assert "GET /image/v2/images/{image_id}" in ended.stdout
    assert ended.stdout.count("conforms to image-show: 8 of 8 steps") == 2
    page = (folder / "view.html").read_text(encoding="utf-8")
    assert all(f"{site.release}/{name}" in page for name in ("image-show", "image-show-by-name"))
    assert f"page       tracer-demo/{site.release}/view.html\n\nNext: open the page" in ended.stdout
    assert ended.stderr == ""
    assert not leaks({site.password}, tmp_path, ended.stdout, ended.stderr)


def test_an_unknown_release_is_one_line(tmp_path: Path) -> None:
    ended = demo(tmp_path, "--release", "austin")
    known = ", ".join(releases())
    assert (ended.returncode, ended.stderr) == (2, f"tracer: unknown release 'austin'; known: {known}\n")


@pytest.mark.parametrize("release", ["zed", "2026.2"])
def test_the_shipped_recordings_are_what_the_program_makes_today(release: str, tmp_path: Path) -> None:
    """But for what is volatile, the shipped recordings are those that a demo writes now."""
    ended = demo(tmp_path, "--release", release)
    assert ended.returncode == 0, ended.stderr
    for name in ("image-show", "image-show-by-name"):
        shipped = load(ROOT / "recordings" / release / f"{name}.yaml")
        made = load(tmp_path / "tracer-demo" / release / f"{name}.yaml")
        assert _shape(shipped) == _shape(made)
        diagrams = [
            folder / release / f"{name}.mmd" for folder in (ROOT / "recordings", tmp_path / "tracer-demo")
        ]
        assert diagrams[0].read_text() == diagrams[1].read_text()


def _shape(recording: object) -> object:
    from tracer.model import Recording

    assert isinstance(recording, Recording)
    return (
        recording.sequence,
        recording.verdict,
        recording.participants,
        recording.redacted,
        [
            (
                exchange.steps,
                exchange.sender,
                exchange.receiver,
                exchange.path,
                exchange.verdict,
                exchange.request.method,
                list(exchange.request.headers),
                exchange.response and exchange.response.status,
                exchange.response and list(exchange.response.headers),
            )
            for exchange in recording.exchanges
        ],
    )
