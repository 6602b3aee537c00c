"""``tracer view`` as it is typed: where the page goes, and what cannot be."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tracer import archives

RECORDINGS = Path(__file__).parents[2] / "recordings"


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    for path in RECORDINGS.glob("*/image-show.yaml"):
        (tmp_path / path.parent.name).mkdir()
        shutil.copy(path, tmp_path / path.parent.name)
    return tmp_path


def test_the_page_of_one_recording_stands_beside_it(recordings: Path) -> None:
    ended = tracer("view", "zed/image-show.yaml", cwd=recordings)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "zed/image-show.html\n", "")
    assert "openstack image show" in (recordings / "zed" / "image-show.html").read_text(encoding="utf-8")


def test_the_page_of_several_stands_beside_them_all(recordings: Path) -> None:
    words = ("view", "zed/image-show.yaml", "2026.2/image-show.yaml", "--lang", "ko")
    ended = tracer(*words, cwd=recordings)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "view.html\n", "")
    page = (recordings / "view.html").read_text(encoding="utf-8")
    assert '"zed/image-show"' in page
    assert '"2026.2/image-show"' in page
    assert '<html lang="ko"' in page


def test_a_page_to_open_stands_in_a_temporary_folder(
    recordings: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    temporary = tmp_path_factory.mktemp("temporary")
    before = sorted(recordings.rglob("*"))
    browser = {"BROWSER": "true", "TMPDIR": str(temporary)}
    for number, words in enumerate((("zed/image-show.yaml",), ("zed", "2026.2")), 1):
        ended = tracer("view", *words, "--open", cwd=recordings, **browser)
        page = Path(ended.stdout.strip())
        assert (ended.returncode, ended.stderr) == (0, "")
        assert page.name == ("image-show.html" if number == 1 else "view.html")
        assert page.parent.parent == temporary
        assert page.parent.stat().st_mode & 0o077 == 0
        assert "openstack image show" in page.read_text(encoding="utf-8")
    assert sorted(recordings.rglob("*")) == before
    named = tracer("view", "zed/image-show.yaml", "--open", "-o", "x/x.html", cwd=recordings, **browser)
    assert named.stdout == "x/x.html\n"


def test_two_of_one_name_can_be_told_apart(recordings: Path) -> None:
    copy = recordings / "other" / "zed"
    copy.mkdir(parents=True)
    (copy / "image-show.yaml").write_bytes((recordings / "zed" / "image-show.yaml").read_bytes())
    words = ("zed/image-show.yaml", "other/zed/image-show.yaml")
    assert tracer("view", *words, "-o", "x.html", cwd=recordings).returncode == 0
    assert '"other/zed/image-show"' in (recordings / "x.html").read_text(encoding="utf-8")


def test_recordings_of_an_archive_are_named_as_those_of_its_folder(recordings: Path) -> None:
    files = {f"{name}.yaml": (recordings / "zed" / "image-show.yaml").read_bytes() for name in "ab"}
    (recordings / "2023.1.zip").write_bytes(archives.pack(files))
    assert tracer("view", "2023.1.zip/a.yaml", cwd=recordings).stdout == "a.html\n"
    assert tracer("view", "2023.1.zip", cwd=recordings).stdout == "view.html\n"
    page = (recordings / "view.html").read_text(encoding="utf-8")
    assert all(name in page for name in ('"2023.1/a"', '"2023.1/b"'))


def test_a_folder_is_all_recordings_below_it(recordings: Path) -> None:
    assert tracer("view", ".", cwd=recordings).stdout == "view.html\n"
    assert '"2026.2/image-show"' in (recordings / "view.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("none.yaml",), "none.yaml: No such file or directory"),
        (
            ("zed/image-show.yaml", "-o", "zed/image-show.yaml"),
            "zed/image-show.yaml: a page's name ends in .html",
        ),
        (("zed/image-show.yaml", "--lang", "xx"), "--lang: unknown language 'xx'; known: en, ko"),
        (("zed/image-show.yaml", "-o", "none.yaml/x.html"), "cannot write none.yaml/x.html: "),
        ((), "the following arguments are required: RECORDING"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(recordings: Path, words: tuple[str, ...], problem: str) -> None:
    before = {path: path.read_bytes() for path in recordings.rglob("*") if path.is_file()}
    if any(word.startswith("none.yaml/") for word in words):
        (recordings / "none.yaml").write_text("a file")
        before[recordings / "none.yaml"] = b"a file"
    ended = tracer("view", *words, cwd=recordings)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert problem in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert {path: path.read_bytes() for path in recordings.rglob("*") if path.is_file()} == before


def test_without_a_browser_the_page_is_there_all_the_same(recordings: Path) -> None:
    # Without a terminal and a display, Python starts no browser that the machine may have.
    none = {"BROWSER": "false", "TERM": "", "DISPLAY": "", "WAYLAND_DISPLAY": ""}
    ended = tracer("view", "zed/image-show.yaml", "--open", "-o", "x.html", cwd=recordings, **none)
    assert (ended.returncode, ended.stdout) == (1, "x.html\n")
    assert ended.stderr == "tracer: no browser could be started; open x.html in one\n"
