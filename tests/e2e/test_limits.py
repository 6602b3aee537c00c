"""Quotas in Keystone (unified limits): a real Glance asks for them while it creates an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import cloud_file
from tests.e2e.test_deep import tracer
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.image import qcow2
from tracer.errors import CloudError
from tracer.recording import load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e

LIMITS = ["limits/model", "endpoints/{endpoint_id}", "limits", "registered_limits"]


@pytest.mark.parametrize("release", ["zed", "2026.2"])
def test_an_image_is_created_with_limits(
    release: str, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRACER_CACHE", str(cache))
    cloud = EmbeddedCloud(release, cache)
    tracer("cloud", "up", release, "--limits")
    image = cloud_file(qcow2())
    words = ["--deep", "--out", str(tmp_path), "--name", "create", "--release", release]
    command = ["openstack", "image", "create", "--disk-format", "qcow2", "--container-format", "bare"]
    tracer("record", *words, "--", *command, "--file", str(image), "limited")
    recording = load(tmp_path / release / "create.yaml")
    assert (recording.sequence, recording.verdict) == ("image-create", "conforms")
    asked = [exchange for exchange in recording.exchanges if exchange.sender == "glance"]
    assert {exchange.verdict for exchange in asked} == {"optional"}
    paths = [exchange.path.removeprefix("/identity/v3/") for exchange in asked]
    of_limits = [path for path in paths if path in LIMITS]
    # One resource at the create, two at the upload.
    assert of_limits == LIMITS * 3
    running = cloud.status()
    assert running is not None
    assert running.limits


def test_a_cloud_without_limits_does_not_get_them_later(cache: Path) -> None:
    cloud = EmbeddedCloud("zed", cache)
    cloud.up()
    with pytest.raises(CloudError, match=r"already up without limits; end it with: tracer cloud down zed"):
        cloud.up(limits=True)
