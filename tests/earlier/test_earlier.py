"""Files of earlier versions are read by today's readers, with their data."""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tracer.comparison import compare
from tracer.comparison.baseline import load_baseline
from tracer.conformance import check
from tracer.model import FORMAT, RunNote, free_note
from tracer.recording import load
from tracer.recording.journal import read_journal
from tracer.redaction import Redactor, load_policy
from tracer.sequences import find
from tracer.storage import write

EARLIER = Path(__file__).parent
FOLDERS = tomllib.loads((EARLIER / "files.toml").read_text("utf-8"))


def files(name: str) -> list[Path]:
    return sorted(EARLIER.glob(f"*/{name}"))


def named(path: Path) -> str:
    return path.relative_to(EARLIER).as_posix()


def test_each_folder_states_its_commit_and_has_files() -> None:
    folders = {path.name for path in EARLIER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == FOLDERS.keys()
    assert len(files("*.*")) >= 20


@pytest.mark.parametrize("path", files("image-show.yaml"), ids=named)
def test_a_recording_is_loaded_and_checked(path: Path) -> None:
    recording = load(path)
    assert (recording.format, recording.command) == (1, "openstack image show demo-image")
    assert recording.cloud.release == "2026.2"
    assert [exchange.request.method for exchange in recording.exchanges][:2] == ["GET", "POST"]
    token = recording.exchanges[1].response
    assert token is not None
    assert token.headers["X-Subject-Token"] == "<token-1>"
    result = check(recording, path.name)
    assert (result.verdict, result.sequence, result.missing) == ("conforms", "image-show", [])


@pytest.mark.parametrize("path", files("image-show.yaml"), ids=named)
def test_a_recording_is_shown_and_drawn(path: Path) -> None:
    shown = tracer("show", path).stdout
    assert "openstack image show demo-image" in shown
    assert "conforms to image-show" in shown
    assert "sequenceDiagram" in tracer("diagram", path).stdout


@pytest.mark.parametrize("path", files("token.yaml"), ids=named)
def test_a_recording_is_labelled_again(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    shutil.copy(path, copy)
    assert tracer("label", copy).returncode == 0
    labelled = load(copy)
    assert (labelled.format, labelled.notes) == (FORMAT, load(path).notes)
    assert labelled.exchanges[1].operation == "identity.password-authentication-with-scoped-authorization"
    assert (labelled.sequence, labelled.verdict) == ("token-issue", "conforms")
    assert [exchange.steps for exchange in labelled.exchanges] == [[1, 2], [3, 4]]


def test_a_note_of_format_1_is_a_sentence_of_its_own() -> None:
    note = free_note("The policy makes an exception: our test cloud has public project names")
    assert load(EARLIER / "3fc4098" / "token.yaml").notes == [note]
    assert "note: The policy makes an exception" in tracer("show", EARLIER / "3fc4098" / "token.yaml").stdout


@pytest.mark.parametrize("path", files("image-show.yaml"), ids=named)
def test_recordings_of_two_versions_are_compared(path: Path) -> None:
    newest = EARLIER / "bd7963e" / "image-show.yaml"
    comparison = compare(load(path), load(newest))
    # The same command, cloud, and client: only volatile values differ.
    assert comparison.differences == []
    assert bool(comparison.suppressed) == (path != newest)


@pytest.mark.parametrize("path", files("sequence.yaml") + files("learned.yaml"), ids=named)
def test_a_sequence_is_read_and_matched(path: Path) -> None:
    sequence = find(str(path))
    assert sequence.command == "openstack image show"
    assert sequence.title["en"]
    result = check(load(path.with_name("image-show.yaml")), path.name, sequence)
    assert (result.verdict, result.deviations) == ("conforms", [])


ENTRIES = {"ea22c36": 12, "bd7963e": 7}


@pytest.mark.parametrize("path", files("baseline.yaml"), ids=named)
def test_a_baseline_is_accepted(path: Path) -> None:
    before, after = (path.with_name(name) for name in ("image-show.yaml", "image-show-2.yaml"))
    entries = {str(key) for key in load_baseline(path).stale()}
    assert len(entries) == ENTRIES[path.parent.name]
    report = json.loads(tracer("diff", before, after, "--format", "json", "--baseline", path).stdout)
    ((compared,),) = (step["recordings"] for step in report["steps"])
    assert len(compared["accepted"]) >= 6
    # The first baselines come from before the comparison of paths.
    assert compared["differences"] == [] or path.parent.name == "ea22c36"


@pytest.mark.parametrize("path", files("journal.jsonl"), ids=named)
def test_a_journal_of_a_killed_proxy_becomes_a_recording(path: Path, tmp_path: Path) -> None:
    head, exchanges = read_journal(path)
    assert (head.release, len(exchanges)) == ("2026.2", 2)
    (tmp_path / ".journal").mkdir()
    shutil.copy(path, tmp_path / ".journal")
    assert tracer("recover", tmp_path).returncode == 0
    (recovered,) = tmp_path.glob("2026.2/*.yaml")
    recording = load(recovered)
    assert recording.interrupted
    assert [(each.request.method, each.receiver) for each in recording.exchanges] == [
        ("GET", "keystone"),
        ("POST", "keystone"),
    ]


@pytest.mark.parametrize("path", files("policy.toml"), ids=named)
def test_a_policy_adds_its_rules(path: Path) -> None:
    redactor = Redactor(load_policy(path))
    assert redactor.text("see BADGE-123456") == "see <badge-1>"
    assert redactor.command(["x", "--ticket", "seven-77"]) == "x --ticket '<token-1>'"
    assert redactor.notes() == [
        RunNote(code="policy-exception", values={"reason": "our test cloud has public passwords"})
    ]


@pytest.mark.parametrize("path", files("rules"), ids=named)
def test_a_folder_of_rules_and_its_defaults_are_used(path: Path) -> None:
    folder = path.parent
    assert "coffee-show" in tracer("sequences", "list", cwd=folder).stdout
    drawn = tracer("sequences", "show", "coffee-show", "--format", "mermaid", cwd=folder).stdout
    assert "my glance" in drawn
    scanned = tracer("scan", "image-show.yaml", cwd=folder)
    assert (scanned.returncode, "disk_format" in scanned.stdout) == (1, True)


@pytest.mark.parametrize("path", files("rules"), ids=named)
def test_severities_and_volatile_values_of_a_folder_are_used(path: Path, tmp_path: Path) -> None:
    recorded = path.with_name("image-show.yaml").read_text("utf-8")
    before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
    before.write_text(recorded, "utf-8")
    after.write_text(recorded.replace("SUPPORTED", "DEPRECATED"), "utf-8")
    assert before.read_text("utf-8") != after.read_text("utf-8")
    plain, own = (
        json.loads(tracer("diff", before, after, "--format", "json", *options).stdout)["steps"]
        for options in ((), ("--rules", path))
    )
    assert all(step["severities"]["cosmetic"] == 0 for step in plain)
    assert any(step["severities"]["cosmetic"] for step in own)


@pytest.mark.parametrize("path", files("site"), ids=named)
def test_the_edited_page_of_a_site_stays_and_the_other_pages_are_written_again(
    path: Path, tmp_path: Path
) -> None:
    shutil.copytree(path, tmp_path / "site")
    index, page = tmp_path / "site" / "docs" / "index.md", tmp_path / "site" / "docs" / "2026.2" / "token.md"
    edited = index.read_text("utf-8") + "\nA sentence of the author.\n"
    write(index, edited)
    recording = path.with_name("token.yaml")
    for site in ("site", "fresh"):
        assert tracer("docs", recording, "-o", tmp_path / site).returncode == 0
    assert "A sentence of the author." in index.read_text("utf-8")
    assert page.read_text("utf-8") == (tmp_path / "fresh" / "docs" / "2026.2" / "token.md").read_text("utf-8")
