"""``tracer label``, as its users start it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest

from tests.cli.runner import tracer
from tracer.recording import load

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "recordings" / "zed" / "image-show.yaml"
NOTHING = "nothing to change"


@pytest.fixture
def stale(tmp_path: Path) -> Path:
    """Return the path of a recording with outdated labels and a comment."""
    path = tmp_path / "stale.yaml"
    text = SHIPPED.read_text().replace("verdict: conforms\n", "verdict: deviates # in May\nmissing: [3]\n")
    path.write_text(text.replace("- steps: [5, 6]\n  from: client", "- from: client"))
    return path


def test_labels_become_those_of_today_and_nothing_else_changes(stale: Path) -> None:
    ended = tracer("label", stale)
    assert (ended.returncode, ended.stderr) == (0, "1 of 1 recording changed\n")
    assert ended.stdout == (
        f"{stale}: verdict deviates → conforms, missing [3] → none, 1 exchange labelled anew\n"
        "  exchange 3: steps none → [5, 6]\n"
    )
    assert stale.read_text() == SHIPPED.read_text().replace("conforms\n", "conforms # in May\n", 1)


def test_a_second_call_writes_nothing(stale: Path) -> None:
    tracer("label", stale)
    os.utime(stale, (1, 1))
    ended = tracer("label", stale.parent)
    assert (ended.returncode, ended.stdout) == (0, f"{stale}: {NOTHING}\n")
    assert stale.stat().st_mtime == 1


def test_a_file_that_is_no_recording_is_refused_and_the_rest_is_labelled(stale: Path) -> None:
    other = stale.with_name("notes.yaml")
    other.write_text("just: text\n")
    stale.with_name("none").symlink_to("nothing")
    ended = tracer("label", other, stale.with_name("none"), stale)
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"tracer: {other}: not a recording: it has no 'format' key",
        f"tracer: {stale.with_name('none')}: No such file or directory",
        "1 of 3 recordings changed",
    ]
    assert other.read_text() == "just: text\n"


def test_a_sequence_that_is_not_known_keeps_the_labels(stale: Path) -> None:
    before = stale.read_text().replace("sequence: image-show", "sequence: mine")
    stale.write_text(before)
    ended = tracer("label", stale)
    assert ended.returncode == 2
    assert f"{stale}: its sequence 'mine' is not known here: --add-sequence FILE gives it" in ended.stderr
    assert stale.read_text() == before
    assert "sequence mine → image-show" in tracer("label", stale, "--sequence", "image-show").stdout


def test_a_sequence_of_ones_own_is_added_to_the_catalogue(stale: Path) -> None:
    own = stale.with_name("mine.yaml")
    text = (ROOT / "tracer/sequences/catalog/image-show.yaml").read_text(encoding="utf-8")
    own.write_text(text.replace("name: image-show", "name: mine", 1))
    stale.write_text(stale.read_text().replace("sequence: image-show", "sequence: mine"))
    ended = tracer("label", stale, "--add-sequence", own)
    assert (ended.returncode, ended.stderr) == (0, "1 of 1 recording changed\n")


def test_an_unknown_sequence_of_the_option_is_one_line(stale: Path) -> None:
    ended = tracer("label", stale, "--sequence", "nope")
    assert ended.returncode == 2
    assert ended.stderr.startswith("tracer: --sequence: unknown sequence 'nope'; known: ")
    assert ended.stderr.count("\n") == 1


def test_a_recording_that_cannot_be_replaced_is_one_line(stale: Path) -> None:
    text = SHIPPED.read_text().replace("output:", "output: &here", 1)
    stale.write_text(
        text + "  stderr: 'X-Auth-Token: gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhi'\n"
    )
    assert tracer("label", stale).stdout == f"{stale}: {NOTHING}\n"
    stale.write_text(stale.read_text().replace("conforms", "deviates", 1))
    ended = tracer("label", stale)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert f"tracer: not written, {stale} would hold a secret: " in ended.stderr
    assert "verdict: deviates" in stale.read_text()


def test_a_link_stays_a_link_and_a_private_file_private(stale: Path) -> None:
    stale.chmod(0o600)
    link = stale.with_name("link.yaml")
    link.symlink_to(stale.name)
    ended = tracer("label", link)
    assert ended.returncode == 0
    assert link.is_symlink()
    assert "verdict: conforms" in stale.read_text()
    assert stale.stat().st_mode & 0o777 == 0o600


def test_a_recording_of_json_stays_json(stale: Path) -> None:
    """Its counts of secrets, such as ``"X-Subject-Token": 1``, are no secrets."""
    stale.write_bytes(msgspec.json.format(msgspec.json.encode(load(stale)), indent=1))
    ended = tracer("label", stale)
    assert (ended.returncode, ended.stderr) == (0, "1 of 1 recording changed\n")
    assert json.loads(stale.read_text())["verdict"] == "conforms"
