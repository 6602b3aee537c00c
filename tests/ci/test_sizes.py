"""The limits for a clone and for each tracked file."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.ci import sizes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one commit of two files, of 1,000 and of 5,000 random bytes."""
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "small").write_bytes(os.urandom(1_000))
    (folder / "large").write_bytes(os.urandom(5_000))
    (folder / "untracked").write_bytes(os.urandom(9_000))
    for words in (
        ["init", "--quiet"],
        ["add", "small", "large"],
        ["-c", "user.name=x", "-c", "user.email=x@x.test", "commit", "--quiet", "--message", "x"],
    ):
        subprocess.run(["git", *words], cwd=folder, check=True)
    return folder


def test_history_counts_as_part_of_a_clone(repository: Path) -> None:
    before = sizes.clone_size(repository)
    # Each tracked byte is there twice: in the work tree and in the history.
    assert before > 2 * 6_000
    (repository / "large").unlink()
    message = [
        "-c",
        "user.name=x",
        "-c",
        "user.email=x@x.test",
        "commit",
        "--quiet",
        "--all",
        "--message",
        "y",
    ]
    subprocess.run(["git", *message], cwd=repository, check=True)
    assert before - 6_000 < sizes.clone_size(repository) < before


def test_only_tracked_files_above_the_limit_are_large(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sizes.large_files(repository) == {}
    monkeypatch.setattr(sizes, "FILE_LIMIT", 4_999)
    assert sizes.large_files(repository) == {"large": 5_000}


def test_each_violated_limit_is_a_sentence() -> None:
    assert sizes.check(sizes.CLONE_LIMIT, {}) == []
    assert sizes.check(40_100_000, {"a.zip": 3_200_000}) == [
        "a.zip has 3.2 MB, more than 3 MB",
        "a clone has 40.1 MB, more than 40 MB",
    ]
