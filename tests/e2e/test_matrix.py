"""``tracer matrix``: suites recorded for real, on clouds that are up and on one that it starts itself."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.e2e.conftest import TRACER, Site
from tests.e2e.secrets import leaks
from tracer.cloud.cloud import Cloud
from tracer.matrix import Cell, Order, Suite, record_suites, suites
from tracer.matrix.suites import Command, Recorded
from tracer.recording import load

pytestmark = pytest.mark.e2e

VOLATILE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}")


def part(*names: str) -> Suite:
    """The suite `image` with these commands only."""
    whole = suites()["image"]
    return replace(whole, commands=tuple(one for one in whole.commands if one.name in names))


def record(site: Site, suite: Suite, out: Path) -> list[Cell]:
    cells: list[Cell] = []
    record_suites(site.release, [suite], Order(out), cells.append)
    return cells


def test_a_suite_is_recorded_and_leaves_nothing_behind(site: Site, tmp_path: Path) -> None:
    suite = part("image-create", "image-show-by-name")
    first, again = (record(site, suite, tmp_path / folder) for folder in ("first", "again"))
    for kind in ("image", "project"):
        assert not [name for name in _names(site, kind) if name.startswith("tracer-")]
    assert [cell.name for cell in first] == ["image-create", "image-show-by-name"]
    for cell in first:
        assert (cell.verdict, cell.problem) == ("conforms", "")
        assert cell.path == tmp_path / "first" / site.release / f"{cell.name}.yaml"
    for one, other in zip(first, again, strict=True):
        assert one.recording is not None
        assert other.recording is not None
        assert one.path is not None
        assert load(one.path) == one.recording
        assert one.messages == other.messages
        assert VOLATILE.sub("…", one.recording.command or "") == VOLATILE.sub(
            "…", other.recording.command or ""
        )
        assert [x.path for x in one.recording.exchanges] == [x.path for x in other.recording.exchanges]
    assert "--file tracer-demo.qcow2" in (tmp_path / "first" / site.release / "image-create.yaml").read_text()
    assert not leaks({site.password}, tmp_path)


def test_a_command_that_fails_is_one_line_and_the_others_still_run(zed: Site, tmp_path: Path) -> None:
    refused = Recorded(name="refused", run="openstack image show no-such-image", keep={"image_id": "id"})
    unread = Recorded(name="unread", run="openstack token issue --format value", keep={"token": "id"})
    needy = Recorded(name="needy", run="openstack image delete {image_id}")
    unprepared = Recorded(
        name="unprepared",
        run="openstack token issue",
        prepare=(Command(run="openstack image delete no-such"),),
    )
    fine = Recorded(name="fine", run="openstack image list")
    suite = Suite(
        name="mixed",
        commands=(refused, unread, needy, unprepared, fine),
        cleanup=(
            Command(run="openstack image delete {image_id}"),
            Command(run="openstack image delete gone"),
        ),
    )
    cells = record(zed, suite, tmp_path)
    problems = {cell.name: cell.problem for cell in cells}
    assert list(problems) == ["refused", "unread", "needy", "unprepared", "fine", "mixed (clean-up)"]
    assert problems["refused"].startswith("`openstack image show no-such-image` failed: No Image found for")
    assert problems["unread"] == "`openstack token issue --format value` printed no JSON object with id"
    assert problems["needy"] == "not run: the command that gives {image_id} failed"
    assert problems["unprepared"].startswith("`openstack image delete no-such` failed: ")
    assert problems["fine"] == ""
    assert problems["mixed (clean-up)"].startswith("`openstack image delete gone` failed: ")
    assert all("\n" not in problem for problem in problems.values())
    assert [cell.good for cell in cells] == [False, False, False, False, True, False]
    assert {path.name for path in (tmp_path / "zed").iterdir()} == {
        "refused.yaml",
        "unread.yaml",
        "fine.yaml",
    }


def test_the_verb(tmp_path: Path) -> None:
    """As a user runs it, with an environment that names another cloud."""
    was_up = Cloud("zed").status() is not None
    ended = subprocess.run(
        [TRACER, "matrix", "--releases", "zed", "--suite", "identity", "-o", "made", "--diagram", ""],
        cwd=tmp_path,
        env={**os.environ, "OS_CLOUD": "other", "OS_TOKEN": "x" * 20},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    names = [command.name for command in suites()["identity"].commands]
    lines = ended.stdout.splitlines()
    assert lines[0].split() == ["command", "zed"]
    assert [line.split() for line in lines[2:10]] == [
        [name, "conforms", "·", str(messages)]
        for name, messages in zip(names, (4, 4, 6, 6, 8, 8, 6, 6), strict=True)
    ]
    assert lines[-1] == "8 recordings below made"
    assert {path.stem for path in (tmp_path / "made" / "zed").glob("*.yaml")} == set(names)
    assert "zed: project-create (3 of 8)" in ended.stderr
    assert (Cloud("zed").status() is not None) == was_up


def _names(site: Site, kind: str) -> list[str]:
    return site.client(kind, "list", "-f", "value", "-c", "Name").stdout.splitlines()
