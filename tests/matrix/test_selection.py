"""Which releases and suites are meant; and the verb's errors, one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.runner import tracer
from tracer.cloud.releases import releases
from tracer.errors import TracerError
from tracer.matrix import select_releases, select_suites


def test_all_of_a_range_in_the_order_of_the_file() -> None:
    known = list(releases())
    assert select_releases(f"{known[0]}..{known[-1]}") == known
    assert select_releases("zed..zed") == ["zed"]


def test_names_each_once_and_oldest_first() -> None:
    assert select_releases("2026.2, zed,zed..2026.2") == select_releases("zed..2026.2")
    assert select_releases("2026.2,zed") == ["zed", "2026.2"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("austin", "unknown release 'austin'; known: zed, "),
        ("zed..austin", "unknown release 'austin'"),
        ("zed..", "unknown release ''"),
        ("2026.2..zed", "--releases: '2026.2..zed' runs backwards; zed comes before 2026.2"),
        ("", "--releases: expected the name of a release"),
        (",", "--releases: expected the name of a release"),
    ],
)
def test_what_is_no_release(text: str, message: str) -> None:
    with pytest.raises(TracerError) as caught:
        select_releases(text)
    assert str(caught.value).startswith(message)


def test_all_suites_where_none_is_named() -> None:
    assert [suite.name for suite in select_suites([])] == ["identity", "image"]
    assert [suite.name for suite in select_suites(["image"])] == ["image"]
    assert [suite.name for suite in select_suites(["image", "identity"])] == ["identity", "image"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--releases", "austin"), "unknown release 'austin'"),
        (("--releases", "zed", "--suite", "nope"), "--suite: unknown suite 'nope'; known: identity, image"),
        (("--releases", "zed", "--diagram", "gif"), "diagram: unknown kind 'gif'"),
        (("--releases", "zed", "-o", "file"), "file: not a folder"),
    ],
)
def test_a_wrong_option_is_one_line_before_anything_starts(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "file").touch()
    ended = tracer("matrix", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert ended.stderr.startswith("tracer: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""
