"""The pages of docs/ in English and in Korean: each links to the other, and the README to both."""

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


def test_every_page_is_reached_by_links_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        links = re.findall(r"\]\(([\w./-]+\.md)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        pages = {(page.parent / link).resolve() for link in links}
        waiting += [target for target in pages - reached if target.exists()]
        reached |= pages
    assert {*DOCS.rglob("*.md")} - reached == set()


def test_every_link_between_pages_leads_to_a_page_and_a_heading() -> None:
    broken = []
    for page in DOCS.rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        for link, anchor in re.findall(r"\]\((?!https?:)([\w./-]*)(?:#([^)]*))?\)", text):
            target = (page.parent / link).resolve() if link else page
            if not target.exists():
                broken.append(f"{page.name}: {link}")
            elif anchor and target.suffix == ".md" and anchor not in anchors(target.read_text("utf-8")):
                broken.append(f"{page.name}: {link}#{anchor}")
    assert broken == []


def anchors(text: str) -> set[str]:
    """Return the anchors of a page as GitHub makes them, and the explicit ones."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\s-]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)">', text))
