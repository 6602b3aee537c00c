"""A site that is there already: what is made again, kept and removed."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from tests.rendering.sites import seed_recording, site, write_recordings
from tracer.errors import InputError
from tracer.model import Cloud, Recording
from tracer.recording import save
from tracer.rendering.pages import page, public_host, publish, publishing
from tracer.rendering.pages.site_writer import Published
from tracer.sequences import find, label

PAGE = "docs/zed/image-show.md"


def _recording(release: str = "zed", **changes: object) -> Recording:
    return msgspec.structs.replace(seed_recording(), cloud=Cloud(release=release), **changes)


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """Two recordings, of two releases."""
    write_recordings(tmp_path / "r", image_show=_recording())
    return write_recordings(tmp_path / "r", image_show=_recording("2026.2"))


def test_an_unchanged_site_is_made_again_and_not_written_again(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = site(recordings, tmp_path / "s")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    pages: list[str] = []

    def command_page(*arguments: Any) -> str:
        pages.append(arguments[1].name)
        return page.command_page(*arguments)

    monkeypatch.setattr(publishing, "command_page", command_page)
    assert site(recordings, tmp_path / "s") == Published([], [*first.written], [], [], [], {}, {})
    assert pages == ["image-show"] * 2
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")} == times


def test_only_the_page_of_a_changed_recording_is_written_again(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    write_recordings(recordings, image_show=_recording(client="another"))
    published = site(recordings, tmp_path / "s")
    # The page on what changed names the clients.
    assert published.written == [PAGE, "docs/2026.2/changes.md"]


def test_another_language_or_another_program_writes_them_again(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site(recordings, tmp_path / "s")
    assert PAGE in site(recordings, tmp_path / "s", "ko").written
    monkeypatch.setattr(publishing, "command_page", lambda *_: "# new\n")
    published = site(recordings, tmp_path / "s", "ko")
    assert published.written == ["docs/2026.2/image-show.md", PAGE]
    assert published.protected == []
    assert (tmp_path / "s" / PAGE).read_text(encoding="utf-8") == "# new\n"


def test_a_page_changed_by_hand_is_kept_and_said(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    page = tmp_path / "s" / PAGE
    page.write_text("mine\n", encoding="utf-8")
    assert site(recordings, tmp_path / "s").protected == [PAGE]
    assert site(recordings, tmp_path / "s", "ko").protected == [PAGE]
    assert page.read_text(encoding="utf-8") == "mine\n"
    page.unlink()
    assert site(recordings, tmp_path / "s", "ko").written == [PAGE]


def test_a_file_that_was_there_before_is_kept(recordings: Path, tmp_path: Path) -> None:
    page = tmp_path / "s" / PAGE
    page.parent.mkdir(parents=True)
    page.write_text("mine\n", encoding="utf-8")
    assert site(recordings, tmp_path / "s").protected == [PAGE]
    assert page.read_text(encoding="utf-8") == "mine\n"


def test_settings_changed_by_hand_stay_and_the_navigation_follows(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    config = tmp_path / "s/mkdocs.yml"
    config.write_text(config.read_text() + "copyright: us\n", encoding="utf-8")
    write_recordings(recordings, another=_recording())
    published = site(recordings, tmp_path / "s")
    assert published.protected == ["mkdocs.yml"]
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
    assert published.orphaned == [PAGE]
    assert foreign.exists()
    assert site(recordings, tmp_path / "s").orphaned == [PAGE]
    (tmp_path / "s" / PAGE).unlink()
    assert site(recordings, tmp_path / "s").orphaned == []


def test_pictures_are_written_once(recordings: Path, tmp_path: Path) -> None:
    texts: list[str] = []
    published = site(recordings, tmp_path / "s", diagrams="svg", progress=texts.append)
    pictures = [f"docs/zed/image-show-diagram-{theme}.svg" for theme in ("light", "dark")]
    page = (tmp_path / "s" / PAGE).read_text(encoding="utf-8")
    assert set(pictures) <= set(published.written)
    for picture in pictures:
        assert (tmp_path / "s" / picture).read_text(encoding="utf-8").startswith("<svg")
        assert f"]({Path(picture).name}#only-" in page
    assert "``` mermaid" not in page
    assert any("page 1 of 2" in line for line in texts)
    assert set(pictures) <= set(site(recordings, tmp_path / "s", diagrams="svg").unchanged)
    (tmp_path / "s" / pictures[0]).write_text("<svg>mine</svg>", encoding="utf-8")
    published = site(recordings, tmp_path / "s")
    assert pictures[1] in published.removed
    assert published.orphaned == [pictures[0]]


def test_equal_diagrams_are_drawn_once(
    recordings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(text: str) -> dict[str, str]:
        drawn.append(text)
        return {"light": "<svg>light</svg>", "dark": "<svg>dark</svg>"}

    monkeypatch.setattr(publishing, "render_themes", draw)
    published = site(recordings, tmp_path / "s", "", diagrams="svg")
    pictures = [path for path in published.written if path.endswith(".svg")]
    assert len(pictures) == 8  # of two releases, in two languages, in two themes
    assert ["응답" in text for text in drawn] == [False, True]


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
    assert published.protected == []
    assert PAGE in published.written


def test_a_broken_recording_stops_with_its_place(recordings: Path, tmp_path: Path) -> None:
    broken = recordings / "zed/broken.yaml"
    broken.write_text("format: 1\nexchanges: 7\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"broken\.yaml"):
        site(recordings, tmp_path / "s")


def test_the_list_of_written_files_has_their_checksums_alone(recordings: Path, tmp_path: Path) -> None:
    published = site(recordings, tmp_path / "s")
    content = json.loads((tmp_path / "s/.tracer-docs.json").read_text(encoding="utf-8"))
    assert content["format"] == 1
    assert content["language"] == "en"
    assert {path: file["written"] for path, file in content["files"].items()} == {
        path: hashlib.sha256((tmp_path / "s" / path).read_bytes()).hexdigest() for path in published.written
    }
    sections = {path: file["sections"] for path, file in content["files"].items() if "sections" in file}
    assert {*sections} == {path for path in published.written if path.endswith(".md")}
    assert [*sections[PAGE]] == ["", "top", "command", "diagram", "messages", "m7", "m8", "output"]
    assert all(re.fullmatch("([0-9a-f]{12} ?)*", blocks) for blocks in sections[PAGE].values())


def test_a_site_of_an_earlier_version_is_brought_up_to_date(recordings: Path, tmp_path: Path) -> None:
    """Its list also tells from what each file was made, and has a summary of each recording."""
    obsolete = "docs/zed/obsolete.md"
    edited = "docs/zed/edited.md"
    published = site(recordings, tmp_path / "s")
    for path in (PAGE, obsolete, edited, "docs/index.md"):
        (tmp_path / "s" / path).write_text("made by the earlier version\n", encoding="utf-8")
    earlier = {
        path: {
            "made_from": "0" * 64,
            "written": hashlib.sha256((tmp_path / "s" / path).read_bytes()).hexdigest(),
        }
        for path in [*published.written, obsolete, edited]
    }
    manifest = tmp_path / "s/.tracer-docs.json"
    summary = {"digest": "0" * 64, "release": "zed", "contents": ["0" * 16], "prologue": [0]}
    manifest.write_text(
        json.dumps({"format": 1, "maker": "0" * 64, "recordings": {"r": summary}, "files": earlier}),
        encoding="utf-8",
    )
    for path in (edited, "docs/index.md"):
        (tmp_path / "s" / path).write_text("mine\n", encoding="utf-8")
    again = site(recordings, tmp_path / "s")
    assert again.written == [PAGE]
    assert again.protected == ["docs/index.md"]
    assert again.orphaned == [edited]
    assert again.removed == [obsolete]
    assert {path for path in published.written if path not in (PAGE, "docs/index.md")} == {*again.unchanged}
    for path in (edited, "docs/index.md"):
        assert (tmp_path / "s" / path).read_text(encoding="utf-8") == "mine\n"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    assert set(content) == {"format", "language", "files"}
    assert {*content["files"]} == {*published.written, edited}
    assert all(set(file) <= {"written", "sections"} for file in content["files"].values())


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


@pytest.mark.parametrize("name", ["", ".", "docs/a\0b.md", "/etc/passwd", "a/../../b", "x" * 5000])
def test_a_manifest_names_files_of_the_site(recordings: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "s").mkdir()
    text = json.dumps({"files": {name: {"written": ""}}})
    (tmp_path / "s/.tracer-docs.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="not what tracer docs wrote"):
        site(recordings, tmp_path / "s")


def test_a_listed_file_that_is_gone_needs_no_checksum(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    text = json.dumps({"files": {"docs/gone.md": {"written": ""}}})
    (tmp_path / "s/.tracer-docs.json").write_text(text, encoding="utf-8")
    assert site(recordings, tmp_path / "s").removed == []


def test_a_manifest_is_a_file(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    os.mkfifo(tmp_path / "s/.tracer-docs.json")
    with pytest.raises(InputError, match="not what tracer docs wrote"):
        site(recordings, tmp_path / "s")


def test_nothing_is_written_through_a_link_out_of_the_site(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "s").mkdir()
    (tmp_path / "outside").mkdir()
    (tmp_path / "s/docs").symlink_to(tmp_path / "outside")
    with pytest.raises(InputError, match=r"s/docs.*: a link leads out of the folder of the site"):
        site(recordings, tmp_path / "s")
    assert [*(tmp_path / "outside").iterdir()] == []


def test_nothing_is_deleted_through_a_link_out_of_the_site(recordings: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/v.md").write_text("x", encoding="utf-8")
    (tmp_path / "s").mkdir()
    (tmp_path / "s/link").symlink_to(tmp_path / "outside")
    text = json.dumps({"files": {"link/v.md": {"written": hashlib.sha256(b"x").hexdigest()}}})
    (tmp_path / "s/.tracer-docs.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="a link leads out of the folder of the site"):
        site(recordings, tmp_path / "s")
    assert (tmp_path / "outside/v.md").exists()


def test_a_recording_may_come_through_a_pipe(recordings: Path, tmp_path: Path) -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, (recordings / "zed/image-show.yaml").read_bytes())
    os.close(write_end)
    published = publishing.publish([Path(f"/dev/fd/{read_end}")], tmp_path / "s", ["en"])
    os.close(read_end)
    assert f"docs/zed/{read_end}.md" in published.written


def test_edits_of_a_page_survive_and_the_rest_follows_the_recording(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    page = tmp_path / "s" / PAGE
    text = page.read_text(encoding="utf-8")
    mine = "Prints what Glance knows of an image. This is *my* sentence."
    page.write_text(re.sub("Prints the details.*", mine, text), encoding="utf-8")
    assert site(recordings, tmp_path / "s").unchanged.count(PAGE) == 1
    write_recordings(recordings, image_show=_recording(client="another client"))
    published = site(recordings, tmp_path / "s")
    assert PAGE in published.written
    assert published.protected == []
    assert published.edited == {PAGE: ["openstack image show"]}
    merged = page.read_text(encoding="utf-8")
    assert mine in merged
    assert "**Client** another client" in merged
    assert merged.replace(mine, "").replace("another client", "") == re.sub(
        r"Prints the details.*|(?<=\*\*Client\*\* ).*", "", text
    )
    # The page with edits is not deleted with its recording, and edits that are undone are no edits.
    assert site(recordings, tmp_path / "s").edited == {PAGE: ["openstack image show"]}
    page.write_text(merged.replace(mine, re.search("Prints the details.*", text)[0]), encoding="utf-8")  # type: ignore[index]
    assert site(recordings, tmp_path / "s").edited == {}


def test_an_edited_page_of_a_removed_recording_stays(recordings: Path, tmp_path: Path) -> None:
    write_recordings(recordings, another=_recording())
    site(recordings, tmp_path / "s")
    page = tmp_path / "s/docs/zed/another.md"
    page.write_text(page.read_text(encoding="utf-8") + "\nMy last words.\n", encoding="utf-8")
    site(recordings, tmp_path / "s")
    (recordings / "zed/another.yaml").unlink()
    assert site(recordings, tmp_path / "s").orphaned == ["docs/zed/another.md"]
    assert page.read_text(encoding="utf-8").endswith("My last words.\n")
    # The edits are merged again as soon as the recording is part of the site again.
    write_recordings(recordings, another=_recording(client="another client"))
    published = site(recordings, tmp_path / "s")
    assert "docs/zed/another.md" in published.written
    assert [*published.edited] == ["docs/zed/another.md"]
    assert "another client" in page.read_text(encoding="utf-8")
    assert page.read_text(encoding="utf-8").endswith("My last words.\n")


@pytest.mark.parametrize(
    "sections", [{}, {"top": "?"}, {"": "x y", "m7": "", "output": " "}, {"a b { #m7 }": "0" * 12}]
)
def test_digests_that_do_not_fit_lose_no_edit(
    recordings: Path, tmp_path: Path, sections: dict[str, str]
) -> None:
    site(recordings, tmp_path / "s")
    page = tmp_path / "s" / PAGE
    page.write_text(page.read_text(encoding="utf-8") + "\nMy last words.\n", encoding="utf-8")
    manifest = tmp_path / "s/.tracer-docs.json"
    content = json.loads(manifest.read_text(encoding="utf-8"))
    content["files"][PAGE]["sections"] = sections
    manifest.write_text(json.dumps(content), encoding="utf-8")
    site(recordings, tmp_path / "s")
    assert "My last words.\n" in page.read_text(encoding="utf-8")


def test_a_page_that_is_no_text_stays(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s")
    (tmp_path / "s" / PAGE).write_bytes(b"\xff\xfe")
    assert site(recordings, tmp_path / "s").protected == [PAGE]


def test_a_page_with_the_newlines_and_the_mark_of_windows_is_not_edited(
    recordings: Path, tmp_path: Path
) -> None:
    site(recordings, tmp_path / "s")
    page = tmp_path / "s" / PAGE
    text = page.read_text(encoding="utf-8")
    page.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    published = site(recordings, tmp_path / "s")
    assert (published.edited, published.protected) == ({}, [])


def test_a_site_has_all_languages(recordings: Path, tmp_path: Path) -> None:
    published = site(recordings, tmp_path / "s", "")
    docs = tmp_path / "s/docs"
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")}
    assert {path.removesuffix(".ko.md") + ".md" for path in pages if path.endswith(".ko.md")} == {
        path for path in pages if not path.endswith(".ko.md")
    }
    assert "하는 일" in (docs / "index.ko.md").read_text(encoding="utf-8")
    assert "What it does" in (docs / "index.md").read_text(encoding="utf-8")
    assert "mkdocs.base.yml" in published.written
    configuration = yaml.safe_load(
        (tmp_path / "s/mkdocs.base.yml").read_text(encoding="utf-8").replace("!!python/name:", "")
    )
    english, korean = configuration["plugins"]["i18n"]["languages"]
    assert (english["locale"], english["default"], korean["locale"]) == ("en", True, "ko")
    assert korean["nav_translations"]["All commands"] == "모든 명령어"
    assert korean["theme"]["palette"][0]["toggle"]["name"] == "어두운 화면으로 전환"
    one = site(recordings, tmp_path / "s", "ko")
    assert set(one.removed) == {f"docs/{path}" for path in pages if path.endswith(".ko.md")}
    assert "하는 일" in (docs / "index.md").read_text(encoding="utf-8")


def test_the_first_language_of_a_site_stays_first(recordings: Path, tmp_path: Path) -> None:
    site(recordings, tmp_path / "s", "ko")
    page = tmp_path / "s" / PAGE
    edited = page.read_text(encoding="utf-8").replace("ID나 이름으로", "이름으로")
    page.write_text(edited, encoding="utf-8")
    manifest = tmp_path / "s/.tracer-docs.json"
    for earlier in (False, True):
        if earlier:
            # Earlier versions did not list the language, nor the blocks of a page.
            content = json.loads(manifest.read_text(encoding="utf-8"))
            content.pop("language")
            for file in content["files"].values():
                file.pop("sections", None)
            manifest.write_text(json.dumps(content), encoding="utf-8")
        published = site(recordings, tmp_path / "s", "")
        assert page.read_text(encoding="utf-8") == edited
        assert (published.protected == [PAGE]) == earlier
        assert "Prints the details" in page.with_suffix(".en.md").read_text(encoding="utf-8")


def test_pages_have_the_host_of_the_author(recordings: Path, tmp_path: Path) -> None:
    local = seed_recording()
    text = msgspec.json.encode(local).replace(b"182.161.114.101", b"127.0.0.1:36167")
    save(msgspec.json.decode(text, type=Recording), recordings / "zed/local.yaml")
    before = (recordings / "zed/local.yaml").read_bytes()
    site(recordings, tmp_path / "s", "", host=public_host("http://controller"), diagrams="svg")
    for path in (tmp_path / "s").rglob("*.*"):
        if path.suffix in (".md", ".svg", ".yml"):
            assert "127.0.0.1" not in path.read_text(encoding="utf-8"), path
    page = (tmp_path / "s/docs/zed/local.md").read_text(encoding="utf-8")
    assert '"OS_AUTH_URL": "http://controller/identity"' in page
    assert 'title="GET http://controller/image/v2/images/' in page
    assert (recordings / "zed/local.yaml").read_bytes() == before


def test_recordings_are_matched_with_a_given_sequence_again(tmp_path: Path) -> None:
    """Also on the page of changes: the run of the older release has the labels of another sequence."""
    shown = label(_recording(), find("image-show"))
    exchanges = [
        msgspec.structs.replace(one, path=f"/other/{number}") for number, one in enumerate(shown.exchanges)
    ]
    stale = msgspec.structs.replace(shown, sequence="older", exchanges=exchanges)
    recordings = write_recordings(tmp_path / "r", image_show=stale)
    write_recordings(tmp_path / "r", image_show=msgspec.structs.replace(shown, cloud=Cloud(release="2026.2")))
    paths = sorted(recordings.rglob("*.yaml"))
    assert publish(paths, tmp_path / "s", ["en"]).unknown_sequences == {str(paths[1]): "older"}
    changes = tmp_path / "s" / "docs/2026.2/changes.md"
    assert "/other/" in changes.read_text()
    assert publish(paths, tmp_path / "s", ["en"], sequence=find("image-show")).unknown_sequences == {}
    assert "/other/" not in changes.read_text()
    assert "/other/" not in (tmp_path / "s" / PAGE).read_text()
