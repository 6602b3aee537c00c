"""The page of ``tracer diff`` and the diagrams on pages of changes, in a real browser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tests.rendering.changes.runs import hostile
from tests.shipped import unpack
from tracer.documentation import findings_url
from tracer.recording import save

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Dialog

    from tests.e2e.browser import Visitor

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module", params=["en", "ko"])
def shipped(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report from zed to 2026.2 on the commands for images and users."""
    folder = tmp_path_factory.mktemp("diff")
    unpack(folder / "recordings", "identity", "image")
    page = folder / "changes.html"
    made = tracer("diff", "zed", "2026.2", "-o", page, "--lang", request.param, "--show-volatile", cwd=folder)
    assert made.returncode == 1, made.stderr
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_the_report_reads_well_and_asks_for_nothing(
    shipped: Path, visit: Visitor, scheme: str, width: int
) -> None:
    made = visit(shipped.as_uri(), color_scheme=scheme, viewport={"width": width, "height": 800})
    page = made.page
    page.wait_for_load_state("networkidle")
    assert page.locator("h2").first.inner_text().split() == ["zed", "→", "2026.2"]
    for details in page.locator("details").all():
        details.evaluate("one => one.open = true")
    assert page.locator("img").count() >= 3
    assert page.evaluate("[...document.images].every(one => one.complete && one.naturalWidth > 100)")
    background = {"light": "#ffffff", "dark": "#1e1e1e"}[scheme]
    shown = page.evaluate("[...document.images].map(one => atob(one.currentSrc.split(',')[1]))")
    assert {re.findall("background-color: (#[0-9a-f]{6})", svg)[0] for svg in shown} == {background}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert made.left(shipped.as_uri()) == []
    assert made.faults() == []


def test_hostile_recordings_stay_text(tmp_path: Path, visit: Visitor) -> None:
    for name, one in zip(("one", "two"), hostile(), strict=True):
        save(one, tmp_path / f"{name}.yaml")
    made = tracer("diff", "one.yaml", "two.yaml", "-o", "x.html", "--strict", cwd=tmp_path)
    assert made.returncode == 1, made.stderr
    there = visit((tmp_path / "x.html").as_uri())
    said: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        said.append(dialog.message)
        dialog.dismiss()

    there.page.on("dialog", dismiss)
    there.page.wait_for_load_state("networkidle")
    assert said == []
    assert there.page.locator("script, iframe, table b, table img").count() == 0
    links = there.page.locator("a").evaluate_all("links => links.map(link => link.href)")
    assert {link.split("#")[0] for link in links} == {findings_url()}
    assert "<img src=x onerror=alert(1)>" in there.page.locator("main").inner_text()
    assert there.left((tmp_path / "x.html").as_uri()) == []
