"""``tracer docs`` as a user starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tests.rendering.sites import seed_recording, write_recordings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    """A folder with one recording."""
    return write_recordings(tmp_path / "recordings", image_show=seed_recording())


def test_it_says_what_it_did_and_what_to_do_next(recordings: Path, tmp_path: Path) -> None:
    made = tracer("docs", recordings, "-o", "my site", cwd=tmp_path)
    assert made.returncode == 0
    assert made.stderr == ""
    assert made.stdout.splitlines() == [
        "my site: 11 written",
        "next: pip install mkdocs-material 'mkdocs<2'; mkdocs serve -f 'my site/mkdocs.yml'",
    ]
    again = tracer("docs", recordings / "zed/image-show.yaml", "-o", "my site", cwd=tmp_path)
    assert again.stdout.splitlines()[0] == "my site: 11 unchanged"


def test_a_page_changed_by_hand_is_named(recordings: Path, tmp_path: Path) -> None:
    tracer("docs", recordings, "-o", "s", cwd=tmp_path)
    page = tmp_path / "s/docs/zed/image-show.md"
    page.write_text("mine\n", encoding="utf-8")
    made = tracer("docs", recordings, "-o", "s", cwd=tmp_path)
    assert made.returncode == 0
    assert made.stderr.startswith("tracer: s/docs/zed/image-show.md is not as tracer docs left it")
    assert made.stdout.startswith("s: 10 unchanged, 1 kept\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["recordings", "-o", "s", "--lang", "fr"], "--lang: unknown language 'fr'; known: en, ko"),
        (["nothing", "-o", "s"], "nothing: No such file or directory"),
        (["empty", "-o", "s"], "empty: no recording in this folder"),
        (
            ["recordings", "-o", "s", "--release", "2026.2"],
            "no recording of the release 2026.2; there are: zed",
        ),
        (["recordings", "-o", "a-file"], "a-file"),
    ],
)
def test_an_error_is_one_line(recordings: Path, tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").touch()
    made = tracer("docs", *words, cwd=tmp_path)
    assert made.returncode == 2
    assert made.stdout == ""
    assert len(made.stderr.splitlines()) == 1
    assert said in made.stderr
