"""A site that is there already: what is made again, kept and removed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec
import pytest

from tests.rendering.sites import seed_recording, site, write_recordings
from tracer.errors import InputError
from tracer.model import Cloud, Recording
from tracer.rendering.pages import publishing
from tracer.rendering.pages.press import Published

PAGE = "docs/zed/image-show.md"


def _recording(release: str = "zed", **changes: object) -> Recording:
    return msgspec.structs.replace(seed_recording(), cloud=Cloud(release=release), **changes)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two recordings, of two releases."""
    write_recordings(tmp_path / "r", image_show=_recording())
    return write_recordings(tmp_path / "r", image_show=_recording("2026.2"))


def _refuse(*_: object) -> None:
    raise AssertionError("it is neither read nor made again")


def test_an_unchanged_recording_is_neither_read_nor_rendered_again(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = site(recordings, tmp_path / "s")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    for name in ("loads", "command_page", "prologue_page", "render"):
        monkeypatch.setattr(publishing, name, _refuse)
    again = site(recordings, tmp_path / "s")
    assert again == Published([], [*first.written], [], [])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")} == times


def test_only_the_page_of_a_changed_recording_is_made_again(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    write_recordings(recordings, image_show=_recording(client="another"))
    published = site(recordings, tmp_path / "s")
    # The page on what changed names the clients.
    assert published.written == [PAGE, "docs/2026.2/changes.md"]


def test_another_language_or_another_program_makes_them_anew(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site(recordings, tmp_path / "s")
    assert PAGE in site(recordings, tmp_path / "s", "ko").written
    monkeypatch.setattr(publishing, "_maker", lambda: "another")
    rendered: list[str] = []

    def command_page(*_: object) -> str:
        rendered.append("x")
        return "# new\n"

    monkeypatch.setattr(publishing, "command_page", command_page)
    assert PAGE in site(recordings, tmp_path / "s", "ko").written
    assert len(rendered) == 2


def test_a_page_changed_by_hand_is_kept_and_said(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    page = tmp_path / "s" / PAGE
    page.write_text("mine\n", encoding="utf-8")
    assert site(recordings, tmp_path / "s").kept == [PAGE]
    assert site(recordings, tmp_path / "s", "ko").kept == [PAGE]
    assert page.read_text(encoding="utf-8") == "mine\n"
    page.unlink()
    assert site(recordings, tmp_path / "s", "ko").written == [PAGE]


def test_a_file_that_was_there_before_is_kept(recordings: Path, tmp_path: Path) -> None:
    page = tmp_path / "s" / PAGE
    page.parent.mkdir(parents=True)
    page.write_text("mine\n", encoding="utf-8")
    assert site(recordings, tmp_path / "s").kept == [PAGE]
    assert page.read_text(encoding="utf-8") == "mine\n"


def test_settings_changed_by_hand_stay_and_the_navigation_follows(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    config = tmp_path / "s/mkdocs.yml"
    config.write_text(config.read_text() + "copyright: us\n", encoding="utf-8")
    write_recordings(recordings, another=_recording())
    published = site(recordings, tmp_path / "s")
    assert published.kept == ["mkdocs.yml"]
    assert "mkdocs.base.yml" in published.written
    assert "zed/another.md" in (tmp_path / "s/mkdocs.base.yml").read_text()


def test_pages_of_removed_recordings_go_if_they_are_ours(recordings: Path, tmp_path: Path) -> None:
    write_recordings(recordings, another=_recording())
    site(recordings, tmp_path / "s")
    (recordings / "zed/another.yaml").unlink()
    (recordings / "zed/image-show.yaml").unlink()
    (tmp_path / "s" / PAGE).write_text("mine\n", encoding="utf-8")
    foreign = tmp_path / "s/docs/zed/foreign.md"
    foreign.write_text("theirs\n", encoding="utf-8")
    published = site(recordings, tmp_path / "s")
    changes = "docs/2026.2/changes.md"
    assert published.removed == [changes, "docs/zed/another.md", "docs/zed/prologue.md"]
    assert published.kept == [PAGE]
    assert foreign.exists()
    assert site(recordings, tmp_path / "s").kept == []


def test_pictures_are_drawn_once(recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    published = site(recordings, tmp_path / "s", diagrams="svg", progress=said.append)
    pictures = [f"docs/zed/image-show-diagram-{theme}.svg" for theme in ("light", "dark")]
    page = (tmp_path / "s" / PAGE).read_text(encoding="utf-8")
    assert set(pictures) <= set(published.written)
    for picture in pictures:
        assert (tmp_path / "s" / picture).read_text(encoding="utf-8").startswith("<svg")
        assert f"]({Path(picture).name}#only-" in page
    assert "``` mermaid" not in page
    assert any("page 1 of 2" in line for line in said)
    monkeypatch.setattr(publishing, "render", _refuse)
    write_recordings(recordings, another=_recording("2025.1"))
    with pytest.raises(AssertionError):  # that of the new page is to be drawn, and no other
        site(recordings, tmp_path / "s", diagrams="svg")
    (recordings / "2025.1/another.yaml").unlink()
    assert set(pictures) <= set(site(recordings, tmp_path / "s", diagrams="svg").unchanged)
    assert set(pictures) <= set(site(recordings, tmp_path / "s").removed)


def test_what_was_written_before_an_interruption_is_known_the_next_time(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "prologue_page", interrupt)
        with pytest.raises(KeyboardInterrupt):
            site(recordings, tmp_path / "s")
    write_recordings(recordings, image_show=_recording(client="another"))
    published = site(recordings, tmp_path / "s")
    assert published.kept == []
    assert PAGE in published.written


def test_a_broken_recording_stops_with_its_place(recordings: Path, tmp_path: Path) -> None:
    broken = recordings / "zed/broken.yaml"
    broken.write_text("format: 1\nexchanges: 7\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.yaml"):
        site(recordings, tmp_path / "s")


@pytest.mark.parametrize("text", ["{", "[]", '{"format": 2}', "\xff"])
def test_a_manifest_that_is_not_ours_is_refused(recordings: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "s/.tracer-docs.json").write_text(text, encoding="latin-1")
    with pytest.raises(InputError, match="not what tracer docs wrote"):
        site(recordings, tmp_path / "s")


def test_a_manifest_cannot_make_us_touch_files_elsewhere(recordings: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("x", encoding="utf-8")
    digest = hashlib.sha256(b"x").hexdigest()
    (tmp_path / "s").mkdir()
    (tmp_path / "s/.tracer-docs.json").write_text(
        json.dumps({"files": {"../outside.txt": {"made_from": "", "written": digest}}}), encoding="utf-8"
    )
    with pytest.raises(InputError, match="not what tracer docs wrote"):
        site(recordings, tmp_path / "s")
    assert outside.exists()
    assert [path.name for path in (tmp_path / "s").iterdir()] == [".tracer-docs.json"]
