"""The printed texts of all verbs, in English and Korean, as snapshots.

``pytest tests/cli/test_texts.py --snapshot-update`` writes them again; see CONTRIBUTING.md.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tracer.cli.app import _VERBS
from tracer.sequences import catalog

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

ROOT = Path(__file__).parents[2]
GROUPS = {
    "cloud": ("up", "down", "status", "list", "env"),
    "sequences": ("list", "show", "schema"),
    "api": ("list", "show", "coverage", "disagreements"),
}


def printed(*words: object, **environment: str) -> str:
    """Return the exit code and both outputs of a verb that runs in the root of the repository."""
    ended = tracer(*words, cwd=ROOT, **{"COLUMNS": "100", **environment})
    parts = [f"exit code {ended.returncode}\n", ended.stdout, ended.stderr and f"stderr:\n{ended.stderr}"]
    return "".join(parts)


def help_of(*words: str) -> str:
    """Return the help of a verb without its layout, which depends on the version of Python."""
    text = tracer(*words, "--help", COLUMNS="2000").stdout
    # Python 3.13 writes the metavariable of an option only once, and so has a narrower column.
    text = re.sub(r"(-\w) (\S+), (--[\w-]+) \2", r"\1, \3 \2", text)
    return re.sub(r"(?<=\S)(?:\n {8,}| {2,})", "  ", text)


@pytest.mark.parametrize("verb", ["", *_VERBS])
def test_help(verb: str, snapshot: SnapshotAssertion) -> None:
    assert help_of(*verb.split()) == snapshot


@pytest.mark.parametrize(
    "words", [(group, verb) for group, verbs in GROUPS.items() for verb in verbs], ids=" ".join
)
def test_help_of_a_group(words: tuple[str, str], snapshot: SnapshotAssertion) -> None:
    assert help_of(*words) == snapshot


@pytest.mark.parametrize(
    "words",
    [
        ("show", "recordings/zed/image-show-by-name.yaml"),
        ("show", "--table", "recordings/zed/image-show-by-name.yaml"),
        ("show", "--fold", "recordings/zed/image-show-by-name.yaml"),
        ("show", "--step", "7", "recordings/zed/image-show-by-name.yaml"),
        ("check", "recordings/zed/image-show.yaml", "recordings/zed/token-issue.yaml"),
        ("check", "--sequence", "image-list", "recordings/zed/image-show.yaml"),
        ("diff", "recordings/zed/image-show.yaml", "recordings/2026.2/image-show.yaml"),
        ("sequences", "show", "image-show"),
        ("api", "coverage", "recordings/zed", "recordings/2026.2"),
        ("api", "coverage", "recordings/zed/image-show.yaml", "--service", "image", "--unseen"),
        ("api", "coverage", "recordings/zed", "recordings/2026.2", "--format", "md"),
        ("api", "coverage", "recordings/zed", "--format", "md", "--lang", "ko", "--unseen"),
    ],
    ids=" ".join,
)
def test_output(words: tuple[str, ...], snapshot: SnapshotAssertion) -> None:
    assert printed(*words) == snapshot


def test_the_list_of_sequences_has_a_row_for_each() -> None:
    header, line, *rows = tracer("sequences", "list", COLUMNS="200").stdout.splitlines()
    assert header.split() == ["sequence", "command", "steps", "title"]
    assert set(line.strip()) == {"─"}
    assert [re.split(r" {2,}", row.strip()) for row in rows] == [
        [each.name, each.command, str(len(each.steps)), each.title["en"]] for each in catalog().values()
    ]


@pytest.mark.parametrize(
    "words",
    [
        ("diff", "--format", "md", "recordings/zed/image-show.yaml", "recordings/2026.2/image-show.yaml"),
        ("diagram", "--fold", "recordings/zed/image-show-by-name.yaml"),
        ("sequences", "show", "--format", "mermaid", "token-issue"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_output_in_a_language(words: tuple[str, ...], language: str, snapshot: SnapshotAssertion) -> None:
    assert printed(*words, "--lang", language) == snapshot


@pytest.mark.parametrize("language", ["en", "ko"])
def test_page_of_a_shipped_recording(language: str, tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    ended = tracer("docs", ROOT / "recordings/zed/token-issue.yaml", "-o", tmp_path, "--lang", language)
    assert ended.returncode == 0
    page = (tmp_path / "docs/zed/token-issue.md").read_text(encoding="utf-8")
    assert page == snapshot
