"""The demo's two commands on a cloud that listens on an IPv6 address."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import RELEASES, TRACER
from tests.patience import PATIENCE
from tracer.comparison import compare
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

NAMES = ("image-show", "image-show-by-name")


def tracer(cache: Path, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    return subprocess.run(
        [TRACER, *words],
        cwd=folder,
        env=own | {"TRACER_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )


def demonstrated(cache: Path, folder: Path, release: str, host: str) -> dict[str, Recording]:
    """The recordings of a demo on a cloud at ``host``, and one of what its services ask each other."""
    folder.mkdir()
    up = tracer(cache, folder, "cloud", "up", release, "--host", host)
    assert f"http://{f'[{host}]' if ':' in host else host}:" in up.stdout
    tracer(cache, folder, "demo", "--release", release)
    deep = ("--deep", "--release", release, "--out", "tracer-demo", "--name", "deep")
    tracer(cache, folder, "record", *deep, "--", "openstack", "image", "show", "demo-image")
    tracer(cache, folder, "cloud", "down", release)
    return {name: load(folder / "tracer-demo" / release / f"{name}.yaml") for name in (*NAMES, "deep")}


@pytest.mark.parametrize("release", RELEASES)
def test_a_cloud_on_ipv6_is_recorded_as_one_on_ipv4(cache: Path, tmp_path: Path, release: str) -> None:
    plain = demonstrated(cache, tmp_path / "4", release, "127.0.0.1")
    ours = demonstrated(cache, tmp_path / "6", release, "::1")
    for name in NAMES:
        before, after = plain[name], ours[name]
        assert after.cloud.url.startswith("http://[::1]:")
        assert all(one.request.url.startswith("http://[::1]:") for one in after.exchanges)
        assert (
            (after.sequence, after.verdict) == (before.sequence, before.verdict) == ("image-show", "conforms")
        )
        assert after.participants == before.participants
        labels = [(one.steps, one.receiver, one.path, one.verdict) for one in before.exchanges]
        assert [(one.steps, one.receiver, one.path, one.verdict) for one in after.exchanges] == labels
        assert compare(before, after).differences == []
    asked = [one for one in ours["deep"].exchanges if one.sender == "glance"]
    assert {one.receiver for one in asked} == {"keystone"}
    assert ours["deep"].verdict == "conforms"
