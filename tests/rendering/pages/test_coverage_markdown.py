"""Coverage of the reference in Markdown."""

from __future__ import annotations

import pytest

from tests.conformance.test_coverage import run_of
from tests.rendering.sites import rendered
from tracer.conformance import coverage
from tracer.rendering.pages.coverage_markdown import coverage_markdown
from tracer.rendering.pages.wording import wording


def test_a_table_has_a_column_for_each_release() -> None:
    result = coverage([run_of("zed", "v2/images"), run_of("2026.2", "v2/images/a/locations", "v2/images")])
    page = rendered(coverage_markdown(result, wording("en"), unseen=False))
    heads, *rows = page.all("table")[0].all("tr")
    assert [cell.text for cell in heads.all("th")] == [
        "Operation", "2026.2", "zed", "Exchanges", "Recordings",
    ]  # fmt: skip
    assert [[cell.text for cell in row.all("td")][1:] for row in rows] == [
        ["200", "200", "2", "2"],
        ["200", "", "1", "1"],
    ]
    assert "glance: 2 of 79 operations, 2 %" in [heading.text.strip("¶") for heading in page.all("h2")]
    assert "never seen" not in page.text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_operations_that_were_never_seen_are_a_list_with_links(language: str) -> None:
    result = coverage([run_of("zed", "v2/images"), run_of("2026.2", "v2/images")])
    page = rendered(coverage_markdown(result, wording(language), unseen=True))
    items = page.all("ul")[-1].all("li")
    assert len(items) == len(result.services[0].unseen)
    assert any("POST /v2/cache/clean (2026.2)" in item.text for item in items)
    assert all(link.attributes["href"] for item in items for link in item.all("a"))


def test_a_dot_says_that_a_release_documents_an_operation_without_a_recording() -> None:
    result = coverage([run_of("zed", "v2/images"), run_of("2026.2", "v2/tasks")])
    page = rendered(coverage_markdown(result, wording("en"), unseen=False))
    rows = page.all("table")[0].all("tr")[1:]
    assert [[cell.text for cell in row.all("td")][1:3] for row in rows] == [["·", "200"], ["200", "·"]]


def test_hostile_releases_stay_text() -> None:
    text = coverage_markdown(coverage([run_of("<b>|x", "v2/images")]), wording("en"), unseen=True)
    page = rendered(text)
    assert not page.all("b")
    assert page.all("th")[1].text == "<b>|x"


def test_a_page_of_an_operation_replaces_the_link_to_the_reference() -> None:
    result = coverage([run_of("zed", "v2/images")])
    text = coverage_markdown(
        result, wording("en"), unseen=False, page_of=lambda operation: f"{operation.id}.md"
    )
    assert rendered(text).all("table")[0].all("a")[0].attributes["href"] == "image.list-images.md"
