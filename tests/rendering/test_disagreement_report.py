"""The report on contradictions between the documentation and the services."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering.sites import rendered
from tracer.conformance.api import ApiReport, check_api, disagreements
from tracer.conformance.api.report import ApiFinding
from tracer.rendering.disagreement_report import disagreement_report
from tracer.rendering.pages.wording import wording

if TYPE_CHECKING:
    from tests.rendering.sites import Element

ROOT = Path(__file__).parents[2]
ZED = ROOT / "recordings/zed/image-show.yaml"


@pytest.fixture(scope="module")
def report() -> ApiReport:
    return check_api([ZED], lambda _: None)


def _rows(page: Element) -> list[Element]:
    return [row for row in page.all("tr") if row.all("td")]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_each_contradiction_is_a_row_with_its_evidence(language: str, report: ApiReport) -> None:
    page = rendered(disagreement_report(report, wording(language), ROOT / "docs/reference"))
    rows = _rows(page)
    assert len(rows) == len(disagreements(report)) > 40
    links = {link.attributes["href"] for row in rows for link in row.all("a")}
    assert links == {"../../recordings/zed/image-show.yaml"}
    references = [link.attributes["href"] or "" for part in page.all("p") for link in part.all("a")]
    assert any(url.startswith("https://docs.openstack.org/api-ref/identity/v3") for url in references)


def test_services_without_a_recording_are_there_too(report: ApiReport) -> None:
    page = rendered(disagreement_report(report, wording("en")))
    headings = [heading.text.strip("¶") for heading in page.all("h2")]
    assert {"keystone", "glance", "nova", "neutron", "cinder", "placement"} <= {*headings}
    cells = [cell.text for row in _rows(page) for cell in row.all("td")]
    assert "not in these recordings" in cells
    assert any(", exchange 1; exchanges: 1, recordings: 1; source: API reference" in cell for cell in cells)


def test_schemas_are_sources_and_the_page_names_their_releases(report: ApiReport) -> None:
    finding = ApiFinding(
        rule="schema-violation",
        severity="error",
        operation="image.show-image",
        release="zed",
        recording="a.yaml",
        exchange=4,
        path="response.body.id",
        text="<b>1</b> | is not a string",
        source="glance==25.0.0",
    )
    changed = msgspec.structs.replace(report, findings=[finding], releases_with_schemas=["zed"])
    page = rendered(disagreement_report(changed, wording("en")))
    (row,) = [row for row in _rows(page) if "glance==25.0.0" in row.text]
    assert "schema-violation: <b>1</b> | is not a string" in row.text
    assert not page.all("b")
    assert "The schemas of zed were compared, too." in page.text
    assert "No schemas were compared." in rendered(disagreement_report(report, wording("en"))).text


def test_paragraphs_below_the_title(report: ApiReport) -> None:
    text = disagreement_report(report, wording("en"), preface=("[한국어](x.ko.md)",))
    assert text.split("\n\n")[1] == "[한국어](x.ko.md)"
