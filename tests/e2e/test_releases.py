"""Every release for real: its cloud, uploads to it, recordings with the client of its time and another.

Three releases always; the other six by ``pytest -m all_releases``.
"""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import TRACER
from tests.e2e.test_cloud import RAW, ask, service, token
from tests.patience import PATIENCE
from tracer.cloud.embedded_cloud import EmbeddedCloud
from tracer.cloud.image import qcow2
from tracer.cloud.release_data import releases
from tracer.recording import load
from tracer.releases import order

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

pytestmark = pytest.mark.e2e

ALWAYS = ("zed", "2024.2", "2026.2")
EVERY = [
    pytest.param(name, name, marks=() if name in ALWAYS else pytest.mark.all_releases, id=name)
    for name in releases()
]
CROSSED = [pytest.param("2026.2", "zed"), pytest.param("zed", "2026.2")]
"""The release of the cloud, and that of the client."""

LOOKS_INTO_UPLOADS = "2025.1"
"""The first Glance that does: ``require_image_format_match`` in its config.py."""


def recorded(cloud: EmbeddedCloud, cache: Path, client: str, *words: str) -> tuple[Recording, str]:
    """What the client of the release ``client`` says to the cloud, recorded as a user does; its output."""
    out = cache / "out"
    own = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    options = ["--release", cloud.release.name, "--client", client, "--out", str(out), "--name", words[1]]
    ended = subprocess.run(
        [TRACER, "record", *options, "--", "openstack", *words],
        env={**own, "TRACER_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    return load(out / cloud.release.name / f"{words[1]}.yaml"), ended.stdout


@pytest.mark.parametrize(("release", "client"), [*EVERY, *CROSSED])
def test_an_image_is_created_listed_and_shown(cache: Path, tmp_path: Path, release: str, client: str) -> None:
    (tmp_path / "image").write_bytes(qcow2())
    cloud = EmbeddedCloud(release, cache)
    running = cloud.up()
    assert [ask(one.url)[0].status for one in running.services] == [300, 300]
    upload = ("--disk-format", "qcow2", "--container-format", "bare", "--file", str(tmp_path / "image"))
    created, _ = recorded(cloud, cache, client, "image", "create", *upload, "tiny")
    listed, names = recorded(cloud, cache, client, "image", "list", "-f", "value", "-c", "Name")
    shown, fields = recorded(cloud, cache, client, "image", "show", "-f", "json", "tiny")
    assert names.split() == ["tiny"]
    image = json.loads(fields)
    assert (image["status"], image["size"]) == ("active", len(qcow2()))
    versions = releases()[client].client.packages
    agent = f"openstacksdk/{versions['openstacksdk']} keystoneauth1/{versions['keystoneauth1']} "
    # What is documented is what a client of that release says, whatever the cloud.
    assert {one.verdict for one in (created, listed, shown)} == {"conforms"}
    for recording in (created, listed, shown):
        assert recording.cloud.release == release
        assert recording.client is not None
        assert recording.client.startswith(agent)


@pytest.mark.parametrize(("release", "client"), EVERY)
def test_an_upload_that_is_not_what_it_says(cache: Path, release: str, client: str) -> None:
    cloud = EmbeddedCloud(release, cache)
    running = cloud.up()
    own, glance = token(cloud), service(running, "glance")
    statuses = []
    for content in (qcow2(), RAW):
        fields = {"name": "odd", "disk_format": "qcow2", "container_format": "bare"}
        _, made = ask(f"{glance}/v2/images", json.dumps(fields).encode(), own, "POST")
        place = f"{glance}/v2/images/{json.loads(made)['id']}/file"
        statuses.append(ask(place, content, own, "PUT", "application/octet-stream")[0].status)
    looks = order(release) >= order(LOOKS_INTO_UPLOADS)
    assert statuses == [204, 415 if looks else 204]
