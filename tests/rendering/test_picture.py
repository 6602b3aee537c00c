"""Pictures: real SVG and PNG, the same bytes each time, one line when Mermaid refuses."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET

import pytest

from tests.rendering import seed
from tracer.errors import RenderError
from tracer.rendering import draw
from tracer.rendering.mermaid import mermaid
from tracer.rendering.picture import render


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
    assert draw(recording, "mmd") == [mermaid(recording)]
    [svg], [png] = draw(recording, "svg"), draw(recording, "png")
    assert isinstance(svg, str)
    assert svg.startswith("<svg")
    assert isinstance(png, bytes)
    assert png.startswith(b"\x89PNG")
    with pytest.raises(ValueError, match="unknown kind"):
        draw(recording, "gif")
