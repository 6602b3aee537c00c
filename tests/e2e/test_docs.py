"""The site of the shipped recordings, made and built as a user does, and looked at in a real browser."""

from __future__ import annotations

import functools
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.cli.runner import tracer
from tests.patience import PATIENCE
from tests.servers import serving_folder
from tests.shipped import unpack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.e2e.browser import Visit, Visitor

ROOT = Path(__file__).parents[2]
MKDOCS = str(Path(sys.executable).with_name("mkdocs"))
PAGES = (
    "index",
    "zed/image-show",
    "zed/image-show-by-name",
    "2026.2/prologue",
    "2026.2/changes",
    "operations/index",
    "operations/image/show-image",
)
MESSAGES = {"zed/image-show": 8, "zed/image-show-by-name": 10, "2026.2/image-show": 8}
TABS = {"": ["Header", "Body"], "ko/": ["헤더", "본문"]}
RESPONSES = {"": "Response", "ko/": "응답"}
NAMES = {"": "Show image", "ko/": "이미지 상세 조회"}
ARROWS = "div.mermaid svg :is(.messageLine0, .messageLine1)"
# The theme draws diagrams where scripts do not reach; opened, they can be looked into.
OPEN_SHADOWS = """
const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) { return attach.call(this, {...options, mode: 'open'}); };
"""
# Of an arrow and of its head.
COLOURS = """() => {
  const svg = document.querySelector('div.mermaid').shadowRoot.querySelector('svg');
  return [getComputedStyle(svg.querySelector('.messageLine0')).stroke,
          getComputedStyle(svg.querySelector('marker[id$="-arrowhead"] path')).fill];
}"""
# The theme's search has no name, which its makers can give it only.
THEME_S = "['.md-search']"

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a built site in all languages."""
    folder: Path = tmp_path_factory.mktemp("docs")
    recordings = unpack(tmp_path_factory.mktemp("recordings"), "identity", "image")
    made = tracer("docs", recordings, "-o", folder, "--host", "http://controller")
    assert made.returncode == 0, made.stderr
    assert made.stdout.splitlines()[-1].endswith(f"mkdocs serve -f {folder / 'mkdocs.yml'}")
    subprocess.run(
        [MKDOCS, "build", "--strict", "-f", folder / "mkdocs.yml"],
        check=True,
        timeout=PATIENCE,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    return folder / "site"


@pytest.fixture
def visit(visit: Visitor) -> Visitor:
    """The browser, without its complaints about site maps.

    For each other language, the theme asks for the map of the site beside the page, where there is none.
    """
    return functools.partial(visit, unneeded="/sitemap.xml")


@pytest.fixture(params=["", "ko/"], ids=["en", "ko"])
def language(request: pytest.FixtureRequest) -> str:
    """The folder of the pages in one language."""
    folder: str = request.param
    return folder


@pytest.fixture(scope="module")
def server(built: Path) -> Iterator[str]:
    """The URL of the site on a server of its own."""
    with serving_folder(built) as url:
        yield url


@pytest.fixture
def home(server: str, language: str) -> str:
    """The URL of the pages in one language."""
    return f"{server}{language}"


def _drawn(visit: Visit) -> list[str]:
    """The texts at the arrows of the page's diagram, once it is drawn."""
    visit.page.add_init_script(OPEN_SHADOWS)
    visit.page.reload()
    visit.page.wait_for_selector("div.mermaid svg .messageText")
    return visit.page.locator("div.mermaid svg .messageText").all_text_contents()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_have_no_fault_and_ask_nobody_else(home: str, visit: Visitor, scheme: str) -> None:
    for name in PAGES:
        made = visit(f"{home}{name}.html", color_scheme=scheme)
        made.page.wait_for_load_state("networkidle")
        wanted = {"light": "default", "dark": "slate"}[scheme]
        assert made.page.evaluate("document.body.dataset.mdColorScheme") == wanted
        assert made.left(home.removesuffix("ko/")) == []
        assert [fault for fault in made.faults() if THEME_S not in fault] == []


def test_diagrams_are_drawn(home: str, language: str, visit: Visitor) -> None:
    for name, messages in MESSAGES.items():
        made = visit(f"{home}{name}.html", color_scheme="dark")
        texts = _drawn(made)
        assert made.page.locator(ARROWS).count() == messages
        assert NAMES[language] in texts
        colours = made.page.evaluate(COLOURS)
        assert len(set(colours)) == 1, colours
        assert texts[:2] == ["GET /identity", f"{RESPONSES[language]}: 300 MULTIPLE CHOICES"]


def test_tabs_switch_between_header_and_body(home: str, language: str, visit: Visitor) -> None:
    page = visit(f"{home}zed/image-show.html").page
    tabs = page.locator(".tabbed-set").last
    header, body = tabs.locator(".tabbed-block").all()
    assert header.is_visible()
    assert not body.is_visible()
    assert tabs.locator(".tabbed-labels label").all_inner_texts() == TABS[language]
    tabs.locator(".tabbed-labels label").last.click()
    body.wait_for(state="visible")
    assert not header.is_visible()
    assert '"status": "active"' in body.inner_text()
    page.keyboard.press("ArrowLeft")
    header.wait_for(state="visible")


def test_the_palette_switches_between_light_and_dark(home: str, visit: Visitor) -> None:
    page = visit(f"{home}index.html", color_scheme="light").page
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.locator("form[data-md-component=palette] label:visible").click()
    page.wait_for_function("document.body.dataset.mdColorScheme === 'slate'")
    assert page.evaluate(background) != before


def test_links_lead_to_the_messages(home: str, visit: Visitor) -> None:
    page = visit(f"{home}zed/image-show.html").page
    page.locator("a", has_text="(7), (8)").click()
    page.wait_for_function("location.hash === '#m7'")
    assert page.locator("#m7").inner_text().startswith("(7) GET /image/v2/images/{image_id}")
    page.locator("a", has_text="(3), (4)").click()
    page.wait_for_url("**/zed/prologue.html#m-*")
    assert page.locator(":target").inner_text().startswith("(3), (4) POST /identity/v3/auth/tokens")


def test_a_page_leads_to_the_other_language(server: str, visit: Visitor) -> None:
    page = visit(f"{server}zed/image-show.html").page
    assert page.evaluate("getComputedStyle(document.body).wordBreak") == "normal"
    page.locator(".md-select").hover()
    page.locator("a[hreflang=ko]", has_text="한국어").click()
    page.wait_for_url("**/ko/zed/image-show.html")
    assert page.evaluate("document.documentElement.lang") == "ko"
    assert page.evaluate("getComputedStyle(document.body).wordBreak") == "keep-all"
    assert page.locator("h2#output").inner_text().startswith("출력")


def test_the_first_page_leads_to_a_command_of_a_release(home: str, visit: Visitor) -> None:
    page = visit(f"{home}index.html").page
    table = page.locator("table").first
    assert table.locator("th").count() == 1 + 9
    row = table.locator("tr", has=page.get_by_role("cell", name="openstack image show", exact=True))
    row.locator("a").last.click()
    page.wait_for_url("**/zed/image-show.html")


def test_a_copied_command_has_no_prompt(home: str, visit: Visitor) -> None:
    made = visit(f"{home}zed/image-show.html")
    made.allow_clipboard()
    block = made.page.locator(".highlight").first
    assert block.locator("code").inner_text().startswith("$ openstack image show")
    block.hover()
    block.locator("button").first.click()
    made.page.wait_for_selector(".md-dialog--active")
    assert made.clipboard().startswith("openstack image show --format json ")


def test_the_site_works_from_files_search_included(built: Path, language: str, visit: Visitor) -> None:
    folder = f"{built.as_uri()}/"
    made = visit(f"{folder}{language}zed/image-show.html")
    assert NAMES[language] in _drawn(made)
    assert made.page.locator(ARROWS).count() == 8
    # A query before the theme has read its index is an error.
    text = (built / language / "zed/image-show.html").read_text(encoding="utf-8")
    (initialising,) = re.findall(r'class="md-search-result__meta">\s*([^<]+?)\s*<', text)
    made.page.locator("input[data-md-component=search-query]").click()
    expect(made.page.locator(".md-search-result__meta")).not_to_have_text(initialising)
    # At once: for some single letters, the automaton of lunr.js has words that its index has not, and it
    # reports an error. The next letter finds all. The theme waits for the end of a key.
    made.page.keyboard.insert_text("checksum")
    made.page.keyboard.press("End")
    found = made.page.locator(".md-search-result__link").first
    found.wait_for()
    assert (found.get_attribute("href") or "").startswith(folder)
    assert made.left(folder) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_pages_of_operations_lead_to_commands_and_fit(
    home: str, language: str, visit: Visitor, width: int
) -> None:
    made = visit(f"{home}operations/index.html", viewport={"width": width, "height": 900})
    assert made.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    made.page.get_by_role("link", name=NAMES[language], exact=True).locator("visible=true").last.click()
    expect(made.page.get_by_role("heading", level=1)).to_contain_text(NAMES[language])
    made.page.wait_for_load_state("networkidle")
    assert made.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    assert [fault for fault in made.faults() if THEME_S not in fault] == []
    made.page.locator("table").first.get_by_role("link").first.click()
    expect(made.page.get_by_role("heading", level=1)).to_contain_text("openstack image add project")
    assert made.page.url.startswith(f"{home}2026.2/")
