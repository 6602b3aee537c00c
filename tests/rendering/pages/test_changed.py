"""The pages of what changed from release to release: what they say, and when they are made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering.changes.runs import HOSTILE, answering, hostile, run
from tests.rendering.sites import rendered, site, write_recordings
from tracer.model import Cloud, Recording
from tracer.recording import save
from tracer.rendering.pages import publishing

if TYPE_CHECKING:
    from pathlib import Path

    from syrupy.assertion import SnapshotAssertion

PAGE = "docs/2026.2/changes.md"


def _run(release: str, body: str, *, extra: bool = False) -> Recording:
    exchanges = [answering("/a", 0, body=body), *([answering("/b", 1)] if extra else [])]
    return run(*exchanges, release=release)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two commands on three releases; something is new on the last one."""
    for release in ("zed", "2023.1", "2026.2"):
        new = release == "2026.2"
        one = _run(release, '{"x": 1, "y": 2}' if new else '{"x": 1}', extra=new)
        write_recordings(tmp_path / "r", show=one, list=_run(release, '{"x": 1}'))
    return tmp_path / "r"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_release_tells_what_changed_since_the_one_before(
    language: str, recordings: Path, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    site(recordings, tmp_path / "s", language)
    docs = tmp_path / "s/docs"
    assert not (docs / "zed/changes.md").exists()
    assert (docs / "2023.1/changes.md").read_text() == snapshot
    assert (tmp_path / "s" / PAGE).read_text() == snapshot
    page = rendered((tmp_path / "s" / PAGE).read_text())
    assert [
        link.attributes["href"] for link in page.all("a") if "headerlink" not in str(link.attributes)
    ] == ["show.md"] * 2


def test_it_is_linked_from_the_index_the_navigation_and_the_pages(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s", "ko")
    index = (tmp_path / "s/docs/index.md").read_text()
    assert "[2023.1 이후 바뀐 점](2026.2/changes.md)" in index
    assert "2026.2/changes.md" in (tmp_path / "s/mkdocs.base.yml").read_text()
    assert "(changes.md)" in (tmp_path / "s/docs/2026.2/show.md").read_text()
    assert "changes.md" not in (tmp_path / "s/docs/zed/show.md").read_text()


def test_it_is_written_again_only_if_a_recording_has_changed(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    save(_run("2026.2", '{"x": 3}'), recordings / "2026.2" / "list.yaml")
    assert {PAGE, "docs/2026.2/list.md"} == set(site(recordings, tmp_path / "s").written)
    # A second recording shows that the release has either value. It has no page of its own.
    save(_run("2026.2", '{"x": 1}'), recordings / "2026.2" / "again" / "list.yaml")
    paths = sorted(path for path in recordings.rglob("*.yaml") if path.parent.name != "again")
    assert publishing.publish(paths, tmp_path / "s", ["en"]).written == [PAGE]
    assert "body.x" not in (tmp_path / "s" / PAGE).read_text()
    assert publishing.publish(paths, tmp_path / "s", ["en"]).written == []


def test_runs_of_another_client_have_pages_and_partners_of_their_own(
    recordings: Path, tmp_path: Path
) -> None:
    for release, body in (("2023.1", '{"x": 1}'), ("2026.2", '{"x": "1"}')):
        save(_run(release, body), recordings / release / "client-zed" / "show.yaml")
    site(recordings, tmp_path / "s")
    assert (tmp_path / "s/docs/2026.2/show-client-zed.md").exists()
    assert "show-client-zed.md" in (tmp_path / "s" / PAGE).read_text()
    assert "other type" in (tmp_path / "s" / PAGE).read_text()


def test_pictures_instead_of_mermaid_leave_its_diagrams_out(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s", diagrams="svg")
    text = (tmp_path / "s" / PAGE).read_text()
    assert "``` mermaid" not in text
    assert "GET /b" in text


def test_a_recording_called_changes_has_a_page_beside(recordings: Path, tmp_path: Path) -> None:
    save(_run("2026.2", '{"x": 3}'), recordings / "2026.2" / "changes.yaml")
    site(recordings, tmp_path / "s")
    assert (tmp_path / "s/docs/2026.2/changes-2.md").exists()


def test_hostile_recordings_stay_text(tmp_path: Path) -> None:
    for release, one in zip(("zed", "2026.2"), hostile(), strict=True):
        made = msgspec.structs.replace(one, cloud=Cloud(release=release))
        write_recordings(tmp_path / "r", show=made)
    site(tmp_path / "r", tmp_path / "s")
    page = rendered((tmp_path / "s" / PAGE).read_text())
    assert [one for tag in ("script", "img", "table", "hr", "em") for one in page.all(tag)] == []
    assert HOSTILE[:40] in page.text
    assert "\x1b" not in page.text
    assert "\u202e" not in page.text
