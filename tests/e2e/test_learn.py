"""From real commands to a sequence of one's own, and back: record, learn, check."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tests.e2e.conftest import IMAGE, Site
from tests.e2e.test_record import record
from tracer.sequences import load

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_what_was_learned_from_some_runs_holds_for_others_of_the_command_only(
    site: Site, tmp_path: Path
) -> None:
    def recorded(folder: str, name: str, *words: str) -> Path:
        out = tmp_path / folder
        record(site, out, "--quiet", "--name", name, "--release", site.release, "--", site.openstack, *words)
        return out / site.release / f"{name}.yaml"

    recorded("some", "id", "image", "show", site.image)
    recorded("some", "name", "image", "show", IMAGE)
    recorded("some", "nothing", "image", "show", "nothing-of-that-name")
    recorded("others", "name", "image", "show", "-f", "json", IMAGE)
    recorded("others", "nothing", "image", "show", "-f", "json", "neither-this")
    other = recorded("other-command", "list", "image", "list")
    learned = tmp_path / "image-show.yaml"
    ended = tracer("learn", tmp_path / "some", "-o", learned)
    assert ended.returncode == 0, ended.stderr
    assert "nothing.yaml is left out: the command failed with exit code 1" in ended.stderr
    assert [entry.path for entry in load(learned).entries][-1] == "/v2/images/{image_id}"
    checked = tracer("check", "--sequence", learned, tmp_path / "some", tmp_path / "others")
    assert checked.returncode == 1
    assert "5 recordings: 3 conform, 2 deviate, 2 commands failed\n" in checked.stdout
    assert tracer("check", "--sequence", learned, other).returncode == 1
