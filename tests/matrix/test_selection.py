"""Which releases and suites are meant; and the verb's errors, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tracer.cloud.release_data import releases
from tracer.errors import TracerError
from tracer.matrix import select_clients, select_releases, select_suites, suites

if TYPE_CHECKING:
    from pathlib import Path


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


def test_each_client_on_each_cloud() -> None:
    assert select_clients("2026.2,zed", ["zed", "2024.1"]) == {
        "zed": ["zed", "2026.2"],
        "2024.1": ["zed", "2026.2"],
    }


def test_the_neighbours_of_each_cloud() -> None:
    assert select_clients("neighbours", ["zed", "2024.1", "2026.2"]) == {
        "zed": ["zed", "2023.1"],
        "2024.1": ["2023.2", "2024.1", "2024.2"],
        "2026.2": ["2026.1", "2026.2"],
    }


def test_all_suites_where_none_is_named() -> None:
    assert [suite.name for suite in select_suites([])] == [*suites()]
    assert [suite.name for suite in select_suites(["all", "image"])] == [*suites()]
    assert [suite.name for suite in select_suites(["image"])] == ["image"]
    assert [suite.name for suite in select_suites(["image", "identity", "image"])] == ["image", "identity"]


def test_a_suite_of_ones_own_is_a_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\ncommands:\n- {name: images, run: openstack image list}\n")
    assert [suite.name for suite in select_suites([str(path), "image"])] == ["mine", "image"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "name: mine\ncommands:\n- {name: image-list, run: openstack image list}\n",
            "--suite: image and mine both have a command 'image-list'",
        ),
        (
            "name: image\ncommands:\n- {name: images, run: openstack image list}\n",
            "--suite: two suites are called 'image'",
        ),
    ],
)
def test_suites_that_would_write_the_same_recordings(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(TracerError) as caught:
        select_suites(["image", str(path)])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--releases", "austin"), "unknown release 'austin'"),
        (("--releases", "zed", "--suite", "nope"), "--suite: unknown suite 'nope'; known: compute, errors,"),
        (("--releases", "zed", "--suite", "no/such.yaml"), "no/such.yaml: No such file"),
        (
            ("--releases", "zed", "--suite", "wrong.yaml"),
            "wrong.yaml: commands[0].run: expected str matching",
        ),
        (("--releases", "zed", "--clients", "2026.2..zed"), "--clients: '2026.2..zed' runs backwards"),
        (("--releases", "zed", "--clients", ""), "--clients: expected the name of a release"),
        (("--releases", "zed", "--jobs", "0"), "--jobs: expected a number from 1 to 64, got '0'"),
        (("--releases", "zed", "--jobs", "2", "--cluster", "tcp://127.0.0.1:1"), "--jobs: says nothing of"),
        (("--releases", "zed", "--diagram", "gif"), "--diagram: unknown kind 'gif'"),
        (("--releases", "zed", "-o", "file"), "file: not a folder"),
    ],
)
def test_a_wrong_option_is_one_line_before_anything_starts(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "wrong.yaml").write_text("name: a\ncommands:\n- {name: b, run: rm -rf /}\n")
    ended = tracer("matrix", *words, cwd=tmp_path)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert ended.stderr.startswith("tracer")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""
