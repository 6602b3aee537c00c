"""The site of docs/ in a real browser: search, languages, accessibility."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.patience import PATIENCE
from tests.servers import serving_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.browser import Visit, Visitor

ROOT = Path(__file__).parents[2]
PAGES = ("index.html", "tutorial.html", "ko/how-to/https.html")
# The theme's search has no name, which its makers can give it only.
THEME_S = "['.md-search']"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the built site on a server of its own."""
    folder: Path = tmp_path_factory.mktemp("site") / "site"
    subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "--site-dir", folder],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    with serving_folder(folder) as url:
        yield url


@pytest.fixture
def opened(visit: Visitor) -> Iterator[Callable[..., Visit]]:
    """Visit a page. The theme looks for a site map beside the page in the other language, in vain."""
    visits: list[Visit] = []

    def open_page(url: str, **options: str) -> Visit:
        visits.append(visit(url, **options))
        return visits[-1]

    yield open_page
    for visited in visits:
        missing = [error for error in visited.errors if "404" in error]
        assert len(missing) <= sum(url.endswith("/sitemap.xml") for url in visited.requests)
        visited.errors[:] = [error for error in visited.errors if error not in missing]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_and_ask_nobody_else(
    home: str, opened: Callable[..., Visit], scheme: str
) -> None:
    for name in PAGES:
        visited = opened(f"{home}{name}", color_scheme=scheme)
        visited.page.wait_for_load_state("networkidle")
        assert visited.left(home) == []
        assert [fault for fault in visited.faults() if THEME_S not in fault] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_have_the_colours_of_the_page(home: str, opened: Callable[..., Visit], scheme: str) -> None:
    for name in ("tutorial.html", "ko/how-to/look.html", "how-to/compare-clouds.html"):
        page = opened(f"{home}{name}", color_scheme=scheme).page
        pictures = page.locator("article img[src*='pictures/']").all()
        shown = [picture.get_attribute("src") or "" for picture in pictures if picture.is_visible()]
        assert len(shown) == len(pictures) / 2 > 0
        assert {"-dark." in source for source in shown} == {scheme == "dark"}


@pytest.mark.parametrize(
    ("page", "word", "result"),
    [
        ("index.html", "certificate", "how-to/https.html"),
        ("ko/index.html", "인증서", "ko/how-to/https.html"),
    ],
)
def test_the_search_finds_pages_in_both_languages(
    home: str, opened: Callable[..., Visit], page: str, word: str, result: str
) -> None:
    window = opened(f"{home}{page}").page
    window.locator("input[data-md-component=search-query]").click()
    window.keyboard.insert_text(word)
    window.keyboard.press("End")  # without a key, the theme does not search
    window.locator(f".md-search-result__item > a[href^='{home}{result}']").first.wait_for()


def test_the_header_leads_to_the_same_page_in_the_other_language(
    home: str, opened: Callable[..., Visit]
) -> None:
    window = opened(f"{home}how-to/https.html").page
    window.locator(".md-select button").hover()
    window.locator(".md-select a[hreflang=ko]").click()
    window.wait_for_url(f"{home}ko/how-to/https.html")
