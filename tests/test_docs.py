"""The pages of docs/ in English and in Korean: each links to the other."""

import re
from pathlib import Path

import pytest

from tests.shell_blocks import OTHER_SHELLS, Block, blocks, english_pages, matches, steps, without_comments

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FIGURES = DOCS / "benchmarks-figures.md"
"""Tables that a program writes. Every other page is in English and in Korean."""

PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in {*DOCS.rglob("*.md")} - {*DOCS.rglob("*.ko.md"), FIGURES}
)


@pytest.mark.parametrize("page", ["README", *(f"docs/{page}" for page in PAGES)])
def test_a_page_begins_with_a_link_to_the_other_language(page: str) -> None:
    name = Path(page).name
    for file, link in ((f"{page}.md", f"[한국어]({name}.ko.md)"), (f"{page}.ko.md", f"[English]({name}.md)")):
        title, blank, first, *_ = (ROOT / file).read_text(encoding="utf-8").splitlines()
        assert title.startswith("# ")
        assert (blank, first) == ("", link)


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "SECURITY.md"])
def test_every_file_that_a_page_for_maintainers_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    names = {
        *re.findall(r"`((?:tracer|tests|docs|\.ci)/[\w./-]+)`", text),
        *re.findall(r"\]\(([\w./-]+)\)", text),
    }
    assert names
    assert [name for name in sorted(names) if not (ROOT / name).exists()] == []


def test_the_readme_is_short() -> None:
    """At most 130 lines and 1,300 words, and no prose line over 160 characters."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= 130
    assert len(text.split()) <= 1300
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()
    assert [line for line in prose if len(line) > 160] == []


def test_the_readme_has_the_same_parts_in_korean() -> None:
    """The same levels of headings, pictures, and number of list items and links, in the same order."""
    parts = re.compile(r'^(?:#+|!|- |\d\. )|\]\([^)]*\)|\bsrc(?:set)?="[^"]*"', re.MULTILINE)
    english, korean = (
        [part.replace(".ko.md", ".md") for part in parts.findall((ROOT / page).read_text(encoding="utf-8"))]
        for page in ("README.md", "README.ko.md")
    )
    assert english == korean


@pytest.mark.parametrize("mark", ["demo-command", "test-command"])
def test_the_readme_marks_the_commands_of_the_checks(mark: str) -> None:
    block = next(block for block in _blocks(ROOT / "README.md") if mark in block.marks)
    assert len(block.code.splitlines()) == 1
    assert block.code.startswith("python3 -m venv .venv && ")


@pytest.mark.parametrize("page", ["README", *(f"docs/{page}" for page in PAGES)])
def test_both_languages_have_the_same_shell_blocks(page: str) -> None:
    english, korean = (
        [
            (block.language, without_comments(block.code), block.marks.keys() - {"not run"})
            for block in _blocks(ROOT / f"{page}{suffix}")
            if block.is_shell
        ]
        for suffix in (".md", ".ko.md")
    )
    assert english == korean
    english_outputs, korean_outputs = (
        [step.output for step in steps(_blocks(ROOT / f"{page}{suffix}"))] for suffix in (".md", ".ko.md")
    )
    assert english_outputs == korean_outputs


def test_few_shell_blocks_are_marked_as_not_run() -> None:
    marks = [mark for page in english_pages(ROOT) for mark in _marks(page)]
    assert all(reason.strip() for reason in marks)
    assert len(marks) <= 10


def _marks(page: Path) -> list[str]:
    """Return the reasons for blocks that do not run. A reason for a whole page counts once."""
    return re.findall(r"^ *<!-- (?:not run|no block runs): (.*) -->$", page.read_text("utf-8"), re.MULTILINE)


def test_every_other_shell_block_is_in_the_language_of_the_tests() -> None:
    for page in english_pages(ROOT):
        for block in _blocks(page):
            assert not block.runs or block.language not in OTHER_SHELLS, f"{page}:{block.line}"


def test_an_ellipsis_stands_for_text_and_for_lines() -> None:
    assert matches("a 12 b\nc\n", "a … b\nc")
    assert matches("| 12345 | b |", "| …     | b |")
    assert matches("x\ny\nz\n", "…\nz")
    assert matches("x\n", "…\nx\n…")
    assert not matches("a 12 b\nc\n", "a … b")
    assert not matches("x\ny\n", "x")


def _blocks(page: Path) -> list[Block]:
    return blocks(page.read_text(encoding="utf-8"))
