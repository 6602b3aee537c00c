"""The pages of docs/ in English and in Korean: each links to the other, and the README to both."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [
    "explanation/attribution",
    "explanation/redaction",
    "how-to/devstack",
    "how-to/https",
    "reference/python",
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_begins_with_a_link_to_the_other_language(page: str) -> None:
    name = Path(page).name
    for file, link in ((f"{page}.md", f"[한국어]({name}.ko.md)"), (f"{page}.ko.md", f"[English]({name}.md)")):
        title, blank, first, *_ = (DOCS / file).read_text(encoding="utf-8").splitlines()
        assert title.startswith("# ")
        assert (blank, first) == ("", link)


def test_the_readme_names_every_page() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in DOCS.rglob("*.md"):
        assert f"](docs/{page.relative_to(DOCS).as_posix()})" in readme
