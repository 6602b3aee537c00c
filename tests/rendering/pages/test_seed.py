"""The page that a person once wrote, and the one that is made of its run: part by part."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rendering.reading import without_operations
from tests.rendering.sites import FACTS, Element, page_of, rendered, seed_recording

DIAGRAM = Path(__file__).parents[1] / "seed.mmd"


@pytest.fixture(params=["en", "ko"])
def language(request: pytest.FixtureRequest) -> str:
    """The language of the page."""
    return str(request.param)


@pytest.fixture
def page(language: str, tmp_path: Path) -> Element:
    """The page of the seed's run in one language, as HTML."""
    return rendered(page_of(tmp_path, seed_recording(), language))


def _headings(page: Element, tag: str) -> list[str]:
    return [heading.text.removesuffix("¶").strip() for heading in page.all(tag)]


def _blocks(page: Element) -> dict[str, str]:
    """The blocks of code by their titles."""
    return {
        block.all(classes="filename")[0].text: block.all("code")[0].text.rstrip("\n")
        for block in page.all("div", "highlight")
        if block.all(classes="filename")
    }


def _tabs(page: Element) -> list[dict[str, Element]]:
    return [
        dict(
            zip(
                [label.text for label in tabs.all("label")],
                tabs.all("div", "tabbed-block"),
                strict=True,
            )
        )
        for tabs in page.all("div", "tabbed-set")
    ]


def test_it_has_the_same_title_and_sections_in_the_same_order(page: Element, language: str) -> None:
    assert _headings(page, "h1") == [FACTS["title"]]
    assert _headings(page, "h2") == FACTS["sections"][language]
    assert _headings(page, "h3") == [message["heading"] for message in FACTS["messages"]]


def test_it_links_to_the_same_place_of_the_clients_documentation(page: Element) -> None:
    assert FACTS["reference"] in [link.attributes["href"] for link in page.all("a")]


def test_it_has_the_same_command_and_a_launch_entry_that_debugs_it(page: Element) -> None:
    commands = list(_blocks(page).values())
    assert commands[0] == FACTS["command"]
    entry = json.loads(_blocks(page)[".vscode/launch.json"])
    assert entry.pop("type") == "debugpy"
    assert entry.pop("module") == "openstackclient.shell"
    assert entry["env"].pop("OS_PASSWORD") == "********"
    assert entry == FACTS["launch"]


def test_it_has_the_same_diagram(page: Element, language: str) -> None:
    (diagram,) = page.all("pre", "mermaid")
    seed = DIAGRAM.read_text(encoding="utf-8").strip()
    assert without_operations(diagram.text).strip() == seed.replace(
        "Response:", f"{FACTS['response'][language]}:"
    )


def test_it_explains_the_same_steps_in_pairs(page: Element) -> None:
    items = [
        item for item in page.all("li") if item.all("a") and item.text[0] == "(" and "/" not in item.text[:9]
    ]
    explained = [item for item in items if not item.all("code")]
    assert [item.all("a")[0].text for item in explained] == FACTS["steps"]
    assert all(len(item.text) > len("(1), (2) ") + 10 for item in explained)


def test_it_links_to_what_another_page_shows_and_shows_the_same_messages(
    page: Element, tmp_path: Path
) -> None:
    note = page.all("div", "admonition")[0]
    assert FACTS["elsewhere"] in note.text
    links = [link.attributes["href"] or "" for link in note.all("a")]
    references = [link for link in links if link.startswith("https://docs.openstack.org/api-ref/")]
    links = [link for link in links if link not in references]
    target = rendered((tmp_path / "site/docs/zed/prologue.md").read_text(encoding="utf-8"))
    ids = {element.attributes.get("id") for element in target.all()}
    assert links[0] == "prologue.md"
    assert {link.removeprefix("prologue.md#") for link in links[1:]} <= ids
    assert len(links[1:]) == 3
    assert len(references) == 2


def test_headers_and_bodies_of_its_messages_are_the_same(page: Element, language: str) -> None:
    header_tab, body_tab = FACTS["tabs"][language]
    assert len(_tabs(page)) == len(FACTS["messages"])
    for tabs, fact in zip(_tabs(page), FACTS["messages"], strict=True):
        assert list(tabs) == [header_tab, body_tab]
        ((title, header),) = _blocks(tabs[header_tab]).items()
        assert title == fact["title"]
        shown = dict(line.split(": ", 1) for line in header.splitlines())
        assert list(shown) == list(fact["header"])
        assert shown == fact["header"]
        body = fact["body"] or FACTS["empty"][language]
        assert tabs[body_tab].all("code")[0].text.strip("\n") == body


def test_a_note_between_them_says_what_happens_when_asked_by_name(page: Element) -> None:
    notes = [note for note in page.all("div", "admonition") if FACTS["fallback"] in note.text]
    assert len(notes) == 1
    order = [element for element in page.all() if element in notes or (element.tag == "h3")]
    assert [element.tag for element in order] == ["h3", "div", "h3"]


def test_its_output_is_the_same(page: Element) -> None:
    assert list(_blocks(page).values())[-1] == FACTS["output"]
