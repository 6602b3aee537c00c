"""The page of ``tracer view`` at several widths, in a real browser: no name and no path is cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.rendering import seed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.browser import Visit, Visitor

pytestmark = pytest.mark.e2e


def test_paths_are_whole_at_1400_pixels(visit: Visitor, folder: Callable[[str], str]) -> None:
    page = visit(folder("en"), viewport={"width": 1400, "height": 800}).page
    cut = page.evaluate("""async () => {
        const frame = () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
        const cut = [];
        let paths = 0;
        for (const number of document.querySelectorAll('#switcher option')) {
            location.hash = `#${Number(number.value) + 1}`;
            await frame();
            for (const rest of document.querySelectorAll('.row.request .rest')) {
                paths += 1;
                const around = rest.parentElement.getBoundingClientRect();
                const whole = [...rest.getClientRects()].every(({ bottom, right }) =>
                    bottom <= around.bottom + 1 && right <= around.right + 1);
                if (!whole) cut.push(rest.textContent);
            }
        }
        return paths > 100 ? cut : ['too few paths'];
    }""")
    assert cut == []


def test_a_telephone_shows_path_and_status_beside_the_diagram(
    visit: Visitor, shipped: Callable[[str], str]
) -> None:
    page = visit(shipped("en"), viewport={"width": 390, "height": 844}).page
    assert page.evaluate("document.documentElement.scrollWidth <= 390")
    assert page.evaluate(
        "(list => list.scrollWidth <= list.clientWidth)(document.getElementById('messages'))"
    )
    arrow = page.locator("#diagram .arrow").nth(4).bounding_box()
    path = page.locator("#rows .said b").nth(4).bounding_box()
    assert arrow is not None
    assert path is not None
    assert arrow["x"] + arrow["width"] < path["x"]


def test_a_row_shows_the_name_of_its_operation(visit: Visitor, shipped: Callable[[str], str]) -> None:
    for width in (390, 1440):
        page = visit(shipped("ko"), viewport={"width": width, "height": 844}).page
        name = page.locator("#rows .operation", has_text="이미지 상세 조회").first
        row = name.locator("xpath=ancestor::*[contains(@class, 'row')][1]")
        shown, around = name.bounding_box(), row.bounding_box()
        assert shown is not None
        assert around is not None
        assert around["y"] <= shown["y"]
        assert shown["y"] + shown["height"] <= around["y"] + around["height"] + 1
        assert shown["x"] + shown["width"] <= width


def test_the_details_of_both_messages_have_the_link_of_the_operation(
    visit: Visitor, shipped: Callable[[str], str]
) -> None:
    page = visit(shipped("en")).page
    for place in (6, 7):
        page.locator("#rows .row").nth(place).click()
        link = page.locator("#details .operation a")
        assert link.text_content() == "Show image"
        assert (
            link.get_attribute("href") == "https://docs.openstack.org/api-ref/image/v2/index.html#show-image"
        )
        assert link.get_attribute("rel") == "noreferrer noopener"


# The boxes of the names, without slant, and the texts that do not fit their boxes.
NAMES = """() => {
    const names = [...document.querySelectorAll('.participant')];
    const head = document.getElementById('columns').getBoundingClientRect();
    const list = document.getElementById('messages');
    const boxes = names.map((name) => name.getBoundingClientRect());
    return {
        aslant: list.classList.contains('slanted'),
        cut: names.filter((name) => name.scrollWidth > name.offsetWidth).map((name) => name.textContent),
        out: names.filter((_, place) => boxes[place].top < head.top || boxes[place].left < 0
            || boxes[place].right > list.scrollWidth).map((name) => name.textContent),
        over: boxes.slice(1).filter((box, place) => box.left < boxes[place].right).length,
    };
}"""


@pytest.mark.parametrize("width", [390, 820, 1440])
@pytest.mark.parametrize("services", [0, 1, 2, 7])
@pytest.mark.parametrize("label", ["openstack-client", "a service with a longer name", "x" * 80])
def test_names_of_participants_are_whole(
    opened: Callable[..., Visit], label: str, services: int, width: int
) -> None:
    names = ("keystone", "glance", "nova", "neutron", "cinder", "placement", "heat")[:services]
    run = [
        seed.exchange("GET", f"/{name}", 200, "OK", times=(place, place + 0.5), to=name)
        for place, name in enumerate(names or ["client"])
    ]
    recording = msgspec.structs.replace(
        seed.recording(run), participants={"client": label, **{name: f"{name}-api" for name in names}}
    )
    state = opened(recording, viewport={"width": width, "height": 844}).page.evaluate(NAMES)
    assert (state["cut"], state["out"]) == ([], [])
    assert state["aslant"] or state["over"] == 0
    if services <= 2 and width == 1440 and len(label) < 20:
        assert not state["aslant"]
