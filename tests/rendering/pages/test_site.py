"""The first page of a site, and its configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml

from tests.rendering.pages.test_hostile_texts import HOSTILE
from tests.rendering.sites import rendered, seed_recording
from tracer.model import Cloud
from tracer.rendering.pages.site import BASE, configuration, index
from tracer.rendering.pages.site_plan import plan
from tracer.rendering.pages.summary import summarise
from tracer.rendering.pages.wording import wording
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from tracer.model import RunVerdict
    from tracer.rendering.pages.site_plan import SitePlan


def _plan(*runs: tuple[str, str, RunVerdict]) -> SitePlan:
    """The plan of recordings, given by release, name, and verdict."""
    summaries = {
        f"{number}": summarise(
            msgspec.structs.replace(seed_recording(), cloud=Cloud(release=release), verdict=verdict)
        )
        for number, (release, _, verdict) in enumerate(runs)
    }
    return plan(summaries, {f"{number}": name for number, (_, name, _) in enumerate(runs)})


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_index_has_a_table_of_commands_and_releases(language: str) -> None:
    site = _plan(
        ("zed", "image-show", "conforms"),
        ("2026.2", "image-show", "deviates"),
        ("2026.2", "image-show-by-name", "undetermined"),
    )
    page = rendered(index(site, wording(language)))
    rows = page.all("table")[0].all("tr")
    assert [cell.text for cell in rows[0].all("th")][1:] == ["2026.2", "zed"]
    assert [[cell.text for cell in row.all("td")] for row in rows[1:]] == [
        ["openstack image show", "8 ✗", "8"],
        ["openstack image show (by-name)", "8 ?", ""],
    ]
    links = [link.attributes["href"] for link in page.all("table")[0].all("a")]
    assert links == ["2026.2/image-show.md", "zed/image-show.md", "2026.2/image-show-by-name.md"]


def test_one_release_needs_no_table_of_releases() -> None:
    page = rendered(index(_plan(("zed", "image-show", "conforms")), wording("en")))
    assert len(page.all("table")) == 1


@pytest.mark.parametrize(
    ("language", "text"), [("en", "no documented sequence yet"), ("ko", "아직 문서화된 시퀀스 없음")]
)
def test_a_command_without_a_sequence_is_named_once_in_its_row(language: str, text: str) -> None:
    unknown = msgspec.structs.replace(seed_recording(), sequence=None)
    site = plan({"0": summarise(unknown)}, {"0": "image-show"})
    row = rendered(index(site, wording(language))).all("table")[0].all("tr")[1]
    assert [cell.text for cell in row.all("td")][:2] == ["openstack image show", text]


def test_hostile_names_stay_text_in_the_table_and_in_the_configuration() -> None:
    names = [text for text in HOSTILE if visible(text)]
    site = _plan(("zed", "x", "conforms"), *((text, text, "conforms") for text in names))
    says = [wording("en"), wording("ko")]
    table = rendered(index(site, says[1])).all("table")[0]
    assert {element.tag for element in table.all()} <= {"thead", "tbody", "tr", "th", "td", "a"}
    assert len({len(row.children) for row in table.all("tr")}) == 1
    text = configuration(site, says)[BASE]
    languages = yaml.safe_load(text.replace("!!python/name:", ""))["plugins"]["i18n"]["languages"]
    assert "<" not in str(languages)


def test_a_site_in_one_language_needs_no_plug_in_for_languages() -> None:
    text = configuration(_plan(("zed", "image-show", "conforms")), [wording("ko")])[BASE]
    parsed = yaml.safe_load(text.replace("!!python/name:", ""))
    assert [*parsed["plugins"]] == ["search", "offline"]
    assert parsed["theme"]["language"] == "ko"
