"""Pictures: real SVG and PNG, the same bytes each time, one line when Mermaid refuses."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
from typing import NamedTuple

import pytest

from tests.rendering import seed
from tests.rendering.test_tree import one, recorded
from tracer.errors import RenderError
from tracer.rendering import draw
from tracer.rendering.fonts import family_for, unpaintable
from tracer.rendering.mermaid import mermaid
from tracer.rendering.picture import THEMES, render, render_themes
from tracer.rendering.style import Style


def test_an_svg_is_well_formed_on_white_and_the_same_each_time() -> None:
    text = mermaid(seed.recording())
    svg = render(text, "svg")
    root = ET.fromstring(svg)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert "background-color: #ffffff" in root.attrib["style"]
    assert "GET /image/v2/images/{image_id}" in "".join(root.itertext())
    assert render(text, "svg") == svg


def test_a_png_is_twice_the_natural_size_and_opaque() -> None:
    text = mermaid(seed.recording())
    png = render(text, "png")
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    view_box = ET.fromstring(render(text, "svg")).attrib["viewBox"].split()
    assert (width, height) == (round(2 * float(view_box[2])), round(2 * float(view_box[3])))
    assert render(text, "png") == png


def test_what_mermaid_refuses_is_one_line() -> None:
    with pytest.raises(RenderError) as caught:
        render("sequenceDiagram\n  a->>b: x;y\n", "svg")
    assert str(caught.value).startswith("the diagram cannot be drawn: Error: Parse error on line 2")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_diagram_longer_than_mermaids_own_limit_is_drawn() -> None:
    assert b"hello</text>" in render(f"sequenceDiagram\n  a->>b: {'x' * 51_000}\n  b->>a: hello\n", "svg")


def test_drawing_by_kind() -> None:
    recording = seed.recording()
    assert draw(recording)("mmd") == [mermaid(recording)]
    [svg], [png] = draw(recording)("svg"), draw(recording)("png")
    assert isinstance(svg, str)
    assert svg.startswith("<svg")
    assert isinstance(png, bytes)
    assert png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="unknown kind"):
        draw(recording)("gif")


def test_a_dark_picture_is_light_on_dark() -> None:
    svg = render(mermaid(seed.recording()), "svg", "dark").decode()
    assert "background-color: #1e1e1e" in ET.fromstring(svg).attrib["style"]
    assert "#333333" not in svg.partition(".messageText{")[2].partition("}")[0]
    assert render(mermaid(seed.recording()), "png", "dark") != render(mermaid(seed.recording()), "png")


def _refused() -> str:
    """Return a diagram with backgrounds, notes, and a missing response, in Korean."""
    refused = seed.exchange("DELETE", "/image/v2/images/x", 403, "Forbidden", times=(0.5, 0.6))
    silent = seed.exchange("GET", "/image", None, times=(0.7, 0.8), error="<style>a</style> refused")
    return mermaid(seed.recording([*seed.exchanges(), refused, silent]), Style(language="ko", title="제목"))


@pytest.mark.parametrize(
    "text",
    [
        mermaid(seed.recording()),
        _refused(),
        "sequenceDiagram\n box transparent x\n participant a\n end\n loop 3\n a->>+b: c\n b--x-a: d\n end\n",
    ],
)
def test_one_drawing_has_all_themes(text: str) -> None:
    assert render_themes(text) == {theme: render(text, "svg", theme).decode() for theme in THEMES}


def test_no_text_runs_out_of_the_picture() -> None:
    plain = _view_box(mermaid(seed.recording()))
    assert _view_box(mermaid(seed.recording(), Style(title="Short"))).width == plain.width
    titled = _view_box(mermaid(seed.recording(), Style(title="W" * 100)))
    assert titled.width > 1400
    assert titled.left + titled.width / 2 == pytest.approx(plain.left + plain.width / 2, abs=1)
    run = [one("/identity", 0, 1, to="keystone"), one("/" + "w" * 100, 2, 3)]
    long = _view_box(mermaid(recorded(run)))
    assert long.width > 1100


class _Box(NamedTuple):
    left: float
    width: float


def _view_box(text: str) -> _Box:
    left, _, width, _ = map(float, ET.fromstring(render(text, "svg")).attrib["viewBox"].split())
    return _Box(left, width)


def test_a_title_is_text_whatever_it_holds() -> None:
    title = "end; #1 %% <b>bold</b> title: x"
    svg = render(mermaid(seed.recording(), Style(title=title)), "svg")
    assert title in "".join(ET.fromstring(svg).itertext())


def test_korean_can_be_read_where_a_font_for_it_is_installed() -> None:
    images = [render(mermaid(seed.recording(), Style(title=sign)), "png") for sign in "가나"]
    without_font = bool(unpaintable("가나"))
    assert (family_for("가나") is None) == without_font
    # Without a font both are the same box.
    assert (images[0] == images[1]) == without_font


def test_a_sign_that_no_font_has_is_named() -> None:
    assert unpaintable("GET /\U000130b8") == "\U000130b8"
    assert unpaintable("GET / → é ×") == ""
