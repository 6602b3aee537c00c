"""``tracer.record``, as a Python program calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import tracer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e


def test_a_command_is_recorded_and_returned(zed: Site, tmp_path: Path) -> None:
    recording = tracer.record([zed.openstack, "image", "list"], tmp_path, environment=zed.environment)
    assert recording.verdict == "conforms"
    assert recording.output is not None
    assert recording.output.exit == 0
    assert tracer.load(tmp_path / "image-list.yaml") == recording
