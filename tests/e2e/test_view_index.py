"""The index of a page of ``tracer view`` with several recordings, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages import deviating
from tracer.i18n import languages

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.browser import Visit, Visitor

pytestmark = pytest.mark.e2e


def _drawn(page: Page, query: str) -> list[str]:
    return page.locator(query).all_inner_texts()


def test_a_page_of_a_folder_begins_with_commands_by_releases(
    visit: Visitor, folder: Callable[[str], str]
) -> None:
    page = visit(folder("en")).page
    expect(page.get_by_role("heading", level=1)).to_have_text("All recordings")
    assert _drawn(page, "#index thead th") == ["Command", "zed", "2023.1"]
    rows = _drawn(page, "#index tbody .name")
    assert rows == sorted(rows)
    row = page.locator("#index tbody tr", has_text="image-show-by-name")
    assert row.locator("a").all_inner_texts() == ["✓ 5", "✓ 5"]
    assert page.locator("#index tbody tr", has_text="catalog-list").locator("a").count() == 1
    row.locator("a").nth(1).click()
    expect(page.locator("#details h2")).to_have_text("2023.1/image-show-by-name")
    expect(page.locator("#index")).to_be_hidden()
    page.go_back()
    expect(row).to_be_visible()
    expect(page.locator("#panes")).to_be_hidden()


def test_the_index_is_searched_and_reached_with_the_keyboard(
    visit: Visitor, folder: Callable[[str], str]
) -> None:
    page = visit(folder("en")).page
    page.keyboard.press("/")
    page.keyboard.type("image show name")
    expect(page.locator("#index tbody .name")).to_have_text(["image-show-by-name"])
    page.keyboard.press("Enter")
    focused = "document.activeElement.getAttribute('aria-label')"
    wanted = "image-show-by-name, {}: conforms to image-show, 5 exchanges"
    assert page.evaluate(focused) == wanted.format("zed")
    page.keyboard.press("ArrowRight")
    assert page.evaluate(focused) == wanted.format("2023.1")
    page.keyboard.press("Escape")
    assert page.locator("#index tbody tr").count() > 10
    page.locator("#index tbody tr", has_text="image-show-by-name").locator("a").nth(0).focus()
    page.keyboard.press("k")
    assert page.evaluate(focused).startswith("image-show, zed: ")
    page.keyboard.press("Enter")
    expect(page.locator("#details h2")).to_have_text("zed/image-show")
    page.keyboard.press("Escape")
    expect(page.locator("#index")).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator("#details h2")).to_have_text("zed/image-show")
    page.keyboard.press("i")
    expect(page).to_have_url(re.compile("#index$"))
    page.reload()
    expect(page.locator("#index")).to_be_visible()
    page.locator("#search").fill("none-of-them")
    expect(page.locator("#index")).to_contain_text("No command has all of these words.")


def test_a_click_anywhere_in_a_row_opens_the_newest_recording(
    visit: Visitor, folder: Callable[[str], str]
) -> None:
    page = visit(folder("en")).page
    row = page.locator("#index tbody tr", has_text="image-show-by-name")
    assert row.locator("a").count() == row.locator("a, button, [role], [tabindex]").count() == 2
    row.locator("code").click()
    expect(page.locator("#details h2")).to_have_text("2023.1/image-show-by-name")
    page.go_back()
    row.locator("td").first.click(position={"x": 2, "y": 2})
    expect(page.locator("#details h2")).to_have_text("2023.1/image-show-by-name")
    page.go_back()
    row.locator("a").first.click()
    expect(page.locator("#details h2")).to_have_text("zed/image-show-by-name")
    page.go_back()
    page.locator("#index tbody tr", has_text="catalog-list").locator("th").click()
    expect(page.locator("#details h2")).to_have_text("zed/catalog-list")


def test_a_click_that_selects_text_of_the_index_opens_nothing(
    visit: Visitor, folder: Callable[[str], str]
) -> None:
    page = visit(folder("en")).page
    box = page.locator("#index tbody tr", has_text="image-show-by-name").locator("code").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 5)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 5)
    page.mouse.up()
    assert page.evaluate("String(getSelection())").startswith("openstack")
    expect(page.locator("#index")).to_be_visible()


def test_few_recordings_have_an_index_and_one_has_none(
    visit: Visitor, shipped: Callable[[str], str], opened: Callable[..., Visit]
) -> None:
    page = visit(shipped("en")).page
    expect(page.locator("#index")).to_be_hidden()
    page.get_by_role("button", name="Index").click()
    assert page.locator("#index tbody a").all_inner_texts() == ["✓ 5", "✓ 5"]
    page = opened(deviating()).page
    expect(page.locator("#indexer")).to_be_hidden()
    page.keyboard.press("i")
    page.keyboard.press("Escape")
    expect(page.locator("#index")).to_be_hidden()


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_index_is_accessible(
    visit: Visitor, folder: Callable[[str], str], lang: str, scheme: str
) -> None:
    visited = visit(folder(lang), color_scheme=scheme, reduced_motion="reduce")
    assert visited.faults() == []
    assert visited.page.locator("#index tbody a").count() > 20


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("width", [390, 700, 1280])
def test_names_and_commands_of_the_index_are_whole(
    visit: Visitor, folder: Callable[[str], str], lang: str, width: int
) -> None:
    page = visit(folder(lang), viewport={"width": width, "height": 844}).page
    cut = page.evaluate("""[...document.querySelectorAll('.index tbody th > *')].filter((text) => {
        const [inner, cell] = [text.getBoundingClientRect(), text.parentElement.getBoundingClientRect()];
        return text.scrollWidth > text.clientWidth || inner.right > cell.right || inner.bottom > cell.bottom;
    }).map((text) => text.textContent)""")
    assert page.locator(".index tbody th code").count() > 10
    assert cut == []
