"""The page of an operation: commands, example, documented and observed behaviour."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering import seed
from tests.rendering.sites import Element, rendered, seed_recording, site, write_recordings
from tracer.api_reference import operations, services
from tracer.model import Body, Cloud, Exchange, Recording
from tracer.rendering.operation_links import operation_name
from tracer.rendering.pages.operation_page import operation_page
from tracer.rendering.pages.site_plan import OperationPage, plan
from tracer.rendering.pages.summary import summarise
from tracer.rendering.pages.wording import wording
from tracer.sequences import label
from tracer.storage import refuse_secrets

if TYPE_CHECKING:
    from pathlib import Path


def _image(status: int = 200, *, query: str = "", **fields: object) -> Exchange:
    text = json.dumps({"id": "1", "name": "x", **fields})
    body = Body(type="application/json", size=len(text), json=text)
    return seed.exchange("GET", f"/image/v2/images/1{query}", status, "OK", times=(0.0, 1.0), body=body)


def _run(*exchanges: Exchange, release: str | None = "zed", **fields: object) -> Recording:
    run = msgspec.structs.replace(
        seed_recording(), exchanges=list(exchanges), cloud=Cloud(release=release), **fields
    )
    return label(run, None)


def _pages(**runs: Recording) -> dict[str, OperationPage]:
    summaries = {name: summarise(run) for name, run in runs.items()}
    return {page.operation.id: page for page in plan(summaries, {name: name for name in runs}).operations}


def _shown(page: OperationPage, example: Recording, language: str = "en") -> Element:
    return rendered(operation_page(page, example, wording(language)))


def _table(page: Element, heading: str) -> list[list[str]]:
    """The rows below the heading with the anchor ``heading``."""
    parts = page.children
    start = next(
        number
        for number, part in enumerate(parts)
        if isinstance(part, Element) and part.attributes.get("id") == heading
    )
    table = next(part for part in parts[start:] if isinstance(part, Element) and part.tag == "table")
    return [[cell.text for cell in row.all("td")] for row in table.all("tr")[1:]]


def test_statuses_are_documented_or_observed_or_both() -> None:
    run = _run(_image(), _image(), _image(404), _image(300))
    rows = _table(_shown(_pages(a=run)["image.show-image"], run), "statuses")
    assert rows == [
        ["200", "success", "2", "zed"],
        ["300", "not documented", "1", "zed"],
        ["400", "error", "–", ""],
        ["401", "error", "–", ""],
        ["403", "error", "–", ""],
        ["404", "error", "1", "zed"],
    ]


def test_an_exchange_without_a_response_has_a_row() -> None:
    run = _run(_image(), msgspec.structs.replace(_image(), response=None, error="lost"))
    rows = _table(_shown(_pages(a=run)["image.show-image"], run), "statuses")
    assert rows[-1] == ["No response", "", "1", ""]


def test_parameters_and_fields_are_documented_or_observed_or_both() -> None:
    run = _run(_image(query="?shown=1", extra=1, size=1))
    page = _shown(_pages(a=run)["image.show-image"], run)
    assert _table(page, "request") == [
        ["image_id", "string", "path", "yes", "yes", "yes"],
        ["shown", "", "query", "", "not documented", "yes"],
    ]
    fields = {row[0]: row[1:] for row in _table(page, "response")}
    assert fields["size"] == ["integer", "body", "yes", "yes", "yes"]
    assert fields["visibility"] == ["string", "body", "yes", "yes", "–"]
    assert fields["extra"] == ["", "body", "", "not documented", "yes"]


def test_commands_have_a_column_for_each_release_with_links() -> None:
    old, new = _run(_image(), _image()), _run(_image(), release="2026.2")
    page = _shown(_pages(a=old, b=new)["image.show-image"], new)
    table = page.all("table")[0]
    assert [cell.text for cell in table.all("th")] == ["Command", "2026.2", "zed"]
    assert [link.attributes["href"] for link in table.all("a")] == ["../../zed/a.md", "../../2026.2/b.md"]
    facts = [item.text for item in page.all("li")]
    assert "First seen zed" in facts
    assert "Documented since zed or earlier" in facts
    assert "Seen zed, 2026.2 · Exchanges 3 · Recordings 2" in facts


def test_an_operation_of_a_later_release_says_since_when() -> None:
    location = seed.exchange("GET", "/image/v2/images/1/locations", 200, "OK", times=(0.0, 1.0))
    run = _run(location, release="2026.2")
    facts = [item.text for item in _shown(_pages(a=run)["image.get-location"], run).all("li")]
    assert "Documented since 2024.2" in facts
    assert "First seen 2026.2" in facts


def test_the_example_is_a_success_of_the_newest_release_in_the_shortest_run() -> None:
    long = _run(_image(404), _image(), _image(), release="2026.2")
    short = _run(_image(404), _image(), release="2026.2")
    failed = _run(_image(404), release="2026.2")
    page = _pages(a=_run(_image()), b=long, c=short, d=failed)["image.show-image"]
    example = page.example()
    assert (example.page.source, example.use.example) == ("c", 1)
    shown = _shown(page, short)
    headings = [heading.text.strip("¶").partition(" ")[2] for heading in shown.all("h3")]
    assert headings[-2:] == [
        "Show image · GET /image/v2/images/{image_id}",
        "200 OK /image/v2/images/{image_id}",
    ]


def test_a_recording_of_an_unknown_release_has_its_operations_too() -> None:
    run = _run(_image(), release=None)
    page = _shown(_pages(a=run)["image.show-image"], run)
    assert "First seen Release not known" in [item.text for item in page.all("li")]
    assert "../../unknown/a.md" in [link.attributes["href"] for link in page.all("a")]


def test_a_page_in_korean() -> None:
    run = _run(_image())
    page = _shown(_pages(a=run)["image.show-image"], run, "ko")
    assert page.all("h1")[0].text.strip("¶") == "이미지 상세 조회" == operation_name("image.show-image", "ko")


def test_pages_of_a_site_come_and_go_with_their_recordings(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", one=_run(_image()), two=seed_recording())
    first = site(recordings, tmp_path / "s", "")
    login = "docs/operations/identity/password-authentication-with-scoped-authorization.md"
    assert {login, "docs/operations/index.md", "docs/operations/index.ko.md"} <= {*first.written}
    assert site(recordings, tmp_path / "s", "").written == []
    (recordings / "zed/two.yaml").unlink()
    removed = site(recordings, tmp_path / "s", "").removed
    assert login in removed
    assert "docs/operations/image/show-image.md" not in removed
    overview = (tmp_path / "s/docs/operations/index.md").read_text("utf-8")
    assert "[Show image](image/show-image.md)<br>`GET /v2/images/{image_id}`" in overview
    assert "operations/index.md" in (tmp_path / "s/docs/index.md").read_text("utf-8")


def test_a_release_with_the_name_of_the_folder_has_another_folder(tmp_path: Path) -> None:
    recordings = write_recordings(tmp_path / "r", one=_run(_image(), release="operations"))
    assert "docs/operations-2/one.md" in site(recordings, tmp_path / "s").written


def test_a_site_without_operations_has_no_overview(tmp_path: Path) -> None:
    unknown = seed.exchange("GET", "/nowhere", 404, "Not Found", times=(0.0, 1.0))
    recordings = write_recordings(tmp_path / "r", one=_run(unknown))
    site(recordings, tmp_path / "s")
    assert not (tmp_path / "s/docs/operations").exists()
    assert "operations" not in (tmp_path / "s/mkdocs.base.yml").read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_names_of_secrets_in_the_reference_are_no_secrets_for_the_last_scan(language: str) -> None:
    say = wording(language)
    places = {place: say(f"operation.in.{place}") for place in ("path", "query", "header", "body")}
    parameters = {
        (parameter.name, parameter.type, parameter.location)
        for service in services()
        for operation in operations(service)
        for parameter in (*operation.request, *operation.response)
    }
    assert len(parameters) > 2_000
    rows = (f"| `{name}` | {kind} | {places[place]} |\n" for name, kind, place in sorted(parameters))
    refuse_secrets("".join(rows), "the table of all parameters")
