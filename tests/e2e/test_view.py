"""The page of ``tracer view`` in a real browser, as its reader uses it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from tests.cli.runner import tracer
from tests.e2e.pages import SHIPPED, deviating
from tests.rendering import seed
from tracer.i18n import languages

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.e2e.browser import Visit, Visitor

pytestmark = pytest.mark.e2e

# What a message of the recording by name has in its body alone, and only there.
ONLY_IN_A_BODY = "os_hash_algo"


def _chosen(page: Page) -> str:
    return page.locator("#rows [aria-selected=true] .number").inner_text()


def _drawn(page: Page, query: str) -> list[str]:
    return page.locator(query).all_inner_texts()


def test_list_and_diagram_show_the_same_messages(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en")).page
    assert _drawn(page, "#rows .said b") == [
        "GET",
        "300",
        "POST",
        "201",
        "GET",
        "300",
        "GET",
        "404",
        "GET",
        "200",
    ]
    assert page.locator("#diagram .arrow text").all_text_contents() == _drawn(page, "#rows .said b")
    assert _drawn(page, ".participant") == ["openstack-client", "keystone-api", "glance-api"]
    assert _drawn(page, "#rows .step") == ["1", "2", "3", "4", "5", "6", "7", "8", "7", "8"]
    assert _drawn(page, "#rows .chip") == ["fallback", "fallback"]
    lanes = page.evaluate("""[...document.querySelectorAll('.participant')].map((name) => {
        const box = name.getBoundingClientRect(); return box.left + box.width / 2; })""")
    for row, ends in enumerate([(0, 1), (1, 0), (0, 1), (1, 0), (0, 2), (2, 0)]):
        arrow = page.locator("#diagram .arrow .target").nth(row).bounding_box()
        place = page.locator("#rows .row").nth(row).bounding_box()
        assert arrow is not None
        assert place is not None
        assert place["y"] <= arrow["y"] < arrow["y"] + arrow["height"] <= place["y"] + place["height"]
        assert sorted([arrow["x"], arrow["x"] + arrow["width"]]) == pytest.approx(
            sorted(lanes[end] for end in ends), abs=2
        )


def test_a_click_on_an_arrow_or_a_row_shows_its_message(
    visit: Visitor, shipped: Callable[[str], str]
) -> None:
    page = visit(shipped("en")).page
    page.locator("#diagram .arrow").nth(2).click()
    expect(page.locator("#details h2")).to_have_text("POST /identity/v3/auth/tokens")
    expect(page.locator("#details .json")).to_contain_text('"password": "<password-1>"')
    expect(page.locator("#details .doc")).to_contain_text("Sends the user's name")
    page.locator("#rows .row").nth(3).click()
    expect(page.locator("#details h2")).to_have_text("201 CREATED")
    expect(page.get_by_role("table", name="Headers")).to_contain_text("X-Subject-Token<token-1>")
    expect(page.get_by_role("tab", name="Response (4)")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Request (3)").click()
    expect(page.locator("#details h2")).to_have_text("POST /identity/v3/auth/tokens")
    assert _chosen(page) == "3"
    expect(page).to_have_url(re.compile("#1/3$"))


def test_what_is_chosen_can_be_passed_on_as_an_address(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en") + "#2/8").page
    expect(page.locator("#details h2")).to_have_text("404 Not Found")
    expect(page.get_by_label("Recording", exact=True)).to_have_value("1")
    expect(page.locator("#facts")).to_contain_text("2026.2 · ")


def test_the_switcher_shows_the_other_recording(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en")).page
    expect(page.locator("#facts")).to_contain_text("zed · ")
    page.get_by_label("Recording", exact=True).select_option("2026.2/image-show-by-name")
    expect(page.locator("#facts")).to_contain_text("2026.2 · ")
    expect(page.locator("#details h2")).to_have_text("2026.2/image-show-by-name")


def test_every_way_with_the_keyboard(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en")).page
    for keys, number in [
        ("ArrowDown", "1"),
        ("j", "2"),
        ("ArrowUp", "1"),
        ("End", "10"),
        ("k", "9"),
        ("Home", "1"),
    ]:
        page.keyboard.press(keys)
        assert _chosen(page) == number, keys
    page.locator("#rows").focus()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("#rows [aria-selected=true]")
    assert page.locator("#rows").get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    assert chosen.evaluate("(row) => getComputedStyle(row).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.locator("#details")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#rows")).to_be_focused()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("404")
    page.keyboard.press("Enter")
    expect(page.locator("#rows")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.locator("#details h2")).to_have_text("zed/image-show-by-name")
    page.keyboard.press("]")
    expect(page.locator("#details h2")).to_have_text("2026.2/image-show-by-name")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next or previous message")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_keys_do_not_wait_for_an_animation_frame(visit: Visitor, shipped: Callable[[str], str]) -> None:
    """A fast typist presses Escape or Enter before the page has shown the result of the search."""
    page = visit(shipped("en")).page
    pressed = """(key) => {
        const search = document.getElementById("search");
        search.focus();
        search.value = "404";
        search.dispatchEvent(new Event("input"));
        search.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
        return search.value;
    }"""
    assert page.evaluate(pressed, "Escape") == ""
    expect(page.locator("#found")).to_have_text("")
    assert page.evaluate(pressed, "Enter") == "404"
    expect(page.locator("#found")).not_to_have_text("")
    page.keyboard.press("Escape")
    assert page.locator("#search").input_value() == ""


def test_the_tab_key_reaches_everything_and_the_focus_shows(
    visit: Visitor, shipped: Callable[[str], str]
) -> None:
    page = visit(shipped("en") + "#1/4").page
    seen: dict[str, str] = {}
    for _ in range(60):
        page.keyboard.press("Tab")
        name, outline = (
            page.evaluate("""(() => { const at = document.activeElement; const style = getComputedStyle(at);
            const row = at.querySelector?.('[aria-selected=true]');
            const shows = style.outlineStyle !== 'none' || getComputedStyle(row ?? at).outlineStyle !== 'none'
                || at.id === 'splitter';
            return [at.id || at.role || at.tagName.toLowerCase(), String(shows)]; })()""")
        )
        seen.setdefault(name, outline)
    assert {"switcher", "search", "theme", "helper", "rows", "splitter", "tab-response", "summary"} <= set(
        seen
    )
    assert {name for name, shows in seen.items() if shows == "false"} - {"body"} == set()


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("404 Not Found", ["7", "8"]),  # the status; its number alone may stand in any ID
        ("status:4", ["7", "8"]),
        ("POST", ["3", "4"]),
        ("method:post", ["3", "4"]),
        ("AUTH/tokens", ["3", "4"]),  # the path
        ("path:/image/v2", ["7", "8", "9", "10"]),
        ("X-Subject-Token", ["3", "4"]),  # a header
        ("header:x-subject-token", ["3", "4"]),
        (ONLY_IN_A_BODY, ["9", "10"]),
        (f"body:{ONLY_IN_A_BODY} status:200", ["9", "10"]),
        ('"image found with"', ["7", "8"]),
        ("verdict:fallback 404 not", ["7", "8"]),
        ("nowhere-to-be-found", []),
    ],
)
def test_search_finds_in_every_place(
    visit: Visitor, shipped: Callable[[str], str], query: str, numbers: list[str]
) -> None:
    page = visit(shipped("en")).page
    page.locator("#search").fill(query)
    expect(page.locator("#found")).to_have_text(f"{len(numbers) // 2} of 5 exchanges")
    assert _drawn(page, "#rows .number") == numbers
    assert page.locator("#diagram .arrow").count() == len(numbers)
    assert page.locator("#nothing").is_visible() == (not numbers)


def test_what_was_searched_for_is_marked(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en")).page
    page.locator("#search").fill(ONLY_IN_A_BODY)
    page.locator("#rows .row").nth(1).click()
    marked = page.evaluate("[...CSS.highlights.get('found')].map((range) => range.toString())")
    assert marked == [ONLY_IN_A_BODY]


def test_bodies_fold(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en") + "#1/4").page
    catalogue = page.locator("#details summary", has_text='"catalog"')
    inside = page.get_by_text('"interface": "public"').first
    expect(inside).to_be_visible()
    catalogue.click()
    expect(inside).to_be_hidden()
    expect(catalogue).to_contain_text("2 items")
    catalogue.focus()
    page.keyboard.press("Enter")
    expect(inside).to_be_visible()
    page.get_by_role("button", name="Fold", exact=True).click()
    expect(page.get_by_text('"methods"').first).to_be_hidden()
    page.get_by_role("button", name="Unfold").click()
    expect(inside).to_be_visible()


def test_the_body_is_copied_as_it_was_recorded(visit: Visitor, shipped: Callable[[str], str]) -> None:
    visited = visit(shipped("en") + "#1/3")
    visited.allow_clipboard()
    visited.page.get_by_role("button", name="Copy the body").click()
    expect(visited.page.get_by_text("Copied").first).to_be_visible()
    body = json.loads(visited.clipboard())
    assert body["auth"]["identity"]["password"]["user"]["password"] == "<password-1>"


def test_deviations_stand_out(opened: Callable[..., Visit]) -> None:
    page = opened(deviating()).page
    expect(page.locator("#verdict")).to_have_text("deviates from image-show")
    expect(page.locator("#missing")).to_have_text("Missing: steps 3, 4")
    assert _drawn(page, "#rows .row.deviates .number") == ["3", "4", "5", "6"]
    assert page.locator("#diagram .arrow.deviates").count() == 4
    colours = page.evaluate(
        """[...document.querySelectorAll('#rows .row')].map((row) => getComputedStyle(row).backgroundColor)"""
    )
    assert len({*colours[2:6]}) == 1
    assert colours[2] not in {colours[0], colours[6]}
    expect(page.locator(".deviations .hint").first).to_contain_text("the method is DELETE, not GET")
    page.locator(".deviations button").first.click()
    assert _chosen(page) == "3"
    expect(page.locator("#details .why")).to_contain_text("not documented")
    page.keyboard.press("n")
    assert _chosen(page) == "4"
    page.keyboard.press("d")
    expect(page.locator("#found")).to_have_text("2 of 5 exchanges")
    page.get_by_role("button", name="2 deviations").click()
    assert page.locator("#rows .row").count() == 10


def test_a_service_that_asks_while_it_answers_is_drawn_inside(opened: Callable[..., Visit]) -> None:
    page = opened(deviating()).page
    busy = page.evaluate(
        """[...document.querySelectorAll('.busy')].map((bar) => bar.getBBox())
        .map(({x, y, height}) => [x, y, y + height])"""
    )
    outer = max(busy, key=lambda bar: bar[2] - bar[1])
    assert any(outer[1] < bar[1] < bar[2] < outer[2] and bar[0] != outer[0] for bar in busy)


def test_the_waterfall_shows_when_and_how_long(opened: Callable[..., Visit]) -> None:
    page = opened(seed.recording()).page
    bars = page.evaluate("""[...document.querySelectorAll('#rows i.bar')].map((bar) => {
        const [box, around] = [bar.getBoundingClientRect(), bar.parentElement.getBoundingClientRect()];
        return [(box.left - around.left) / around.width, box.width / around.width]; })""")
    for (left, width), exchange in zip(bars, seed.exchanges(), strict=True):
        assert exchange.ended is not None
        assert left == pytest.approx(exchange.started / 0.455, abs=0.02)
        assert width == pytest.approx((exchange.ended - exchange.started) / 0.455, abs=0.03)
    assert _drawn(page, "#rows .time")[6:] == ["412 ms", "+43 ms"]


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_languages_in_both_themes_are_accessible(
    visit: Visitor, shipped: Callable[[str], str], lang: str, scheme: str
) -> None:
    visited = visit(shipped(lang), color_scheme=scheme, reduced_motion="reduce")
    page = visited.page
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(15, 19, 24)"
    assert dark == (scheme == "dark")
    assert page.locator("html").get_attribute("lang") == lang
    assert ("메시지" in page.locator("body").inner_text()) == (lang == "ko")
    assert visited.faults() == []
    page.locator("#rows .row").nth(3).click()
    assert visited.faults() == []
    page.keyboard.press("?")
    assert visited.faults() == []


def test_a_deviating_run_is_accessible(opened: Callable[..., Visit]) -> None:
    for scheme in ("light", "dark"):
        visited = opened(deviating(), color_scheme=scheme, reduced_motion="reduce")
        assert visited.faults() == []
        visited.page.locator("#rows .row").nth(2).click()
        assert visited.faults() == []
        visited.page.get_by_role("button", name="2 deviations").click()
        assert visited.faults() == []


def test_the_theme_is_switched_and_remembered(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en"), color_scheme="light").page
    theme = page.locator("#theme")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    theme.click()
    expect(theme).to_contain_text("Light")
    page.keyboard.press("t")
    expect(theme).to_contain_text("Dark")
    assert page.evaluate(background) != light

    def reloaded() -> bool:
        page.reload()
        return "Dark" in theme.inner_text()

    # Chromium stores in another process: a page that is loaded at once may be ahead of it.
    assert any(reloaded() for _ in range(10))
    assert page.evaluate(background) != light


def test_a_page_that_is_only_looked_at_stores_nothing(visit: Visitor, shipped: Callable[[str], str]) -> None:
    page = visit(shipped("en"), color_scheme="light").page
    expect(page.locator("#theme")).to_contain_text("Auto")
    assert page.evaluate("localStorage.length") == 0


def test_no_request_leaves_the_page(visit: Visitor, shipped: Callable[[str], str]) -> None:
    visited = visit(shipped("en"))
    visited.page.locator("#rows .row").nth(3).click()
    visited.page.locator("#search").fill("image")
    assert visited.left(shipped("en")) == []
    refused = visited.page.evaluate(
        "fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => String(error))"
    )
    assert "Failed to fetch" in refused
    # The page's own policy said no: that is what the browser complains of.
    assert visited.errors
    assert all("Content Security Policy" in error or "127.0.0.1:9" in error for error in visited.errors)
    visited.errors.clear()


def test_open_starts_the_browser_with_the_page(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    program = tmp_path / "browser"
    program.write_text(f'#!/bin/sh\necho "$1" > "{asked}"\n')
    program.chmod(0o755)
    page = tmp_path / "page.html"
    ended = tracer("view", SHIPPED[0], "-o", page, "--open", BROWSER=str(program))
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{page}\n", "")
    assert asked.read_text() == f"{page.as_uri()}\n"
