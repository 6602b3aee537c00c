"""The pages of docs/ in English and in Korean: each links to the other."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FIGURES = DOCS / "benchmarks-figures.md"
"""Tables that a program writes. Every other page is in English and in Korean."""

PAGES = sorted(
    path.relative_to(DOCS).with_suffix("").as_posix()
    for path in {*DOCS.rglob("*.md")} - {*DOCS.rglob("*.ko.md"), FIGURES}
)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_a_link_to_the_other_language(page: str) -> None:
    name = Path(page).name
    for file, link in ((f"{page}.md", f"[한국어]({name}.ko.md)"), (f"{page}.ko.md", f"[English]({name}.md)")):
        title, blank, first, *_ = (DOCS / file).read_text(encoding="utf-8").splitlines()
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
