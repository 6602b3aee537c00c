"""``tracer api disagreements``: the page, its links, and recordings that cannot be compared."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.cli.runner import tracer
from tracer.model import Cloud
from tracer.recording import load, save

ZED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"


def test_a_page_in_a_file_leads_to_its_recordings(tmp_path: Path) -> None:
    recordings = tmp_path / "recordings"
    save(load(ZED), recordings / "a.yaml")
    page = tmp_path / "pages/disagreements.md"
    page.parent.mkdir()
    ended = tracer("api", "disagreements", recordings, "--no-schemas", "-o", page)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"wrote {page}\n"
    text = page.read_text("utf-8")
    assert text.startswith("# Where OpenStack's documentation and its services disagree\n")
    assert "](../recordings/a.yaml), exchange 1;" in text


def test_without_a_file_the_page_is_printed_without_links_to_recordings() -> None:
    shown = tracer("api", "disagreements", ZED, "--no-schemas", "--lang", "ko")
    assert shown.returncode == 0
    assert shown.stdout.startswith("# OpenStack의 문서와 서비스가 서로 다른 점\n")
    assert "image-show.yaml)" not in shown.stdout


def test_a_recording_that_cannot_be_compared_is_a_line_and_the_exit_code(tmp_path: Path) -> None:
    unknown = tmp_path / "a.yaml"
    save(msgspec.structs.replace(load(ZED), cloud=Cloud()), unknown)
    ended = tracer("api", "disagreements", unknown, ZED, "--no-schemas")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"tracer: {unknown}: the recording names no release of its cloud: name it with --release\n"
    )
    assert "## keystone" in ended.stdout
    named = tracer("api", "disagreements", unknown, "--no-schemas", "--release", "zed")
    assert (named.returncode, named.stderr) == (0, "")


def test_the_page_never_replaces_a_recording(tmp_path: Path) -> None:
    recording = tmp_path / "a.yaml"
    save(load(ZED), recording)
    before = recording.read_bytes()
    ended = tracer("api", "disagreements", recording, "-o", recording)
    assert ended.returncode == 2
    assert recording.read_bytes() == before
