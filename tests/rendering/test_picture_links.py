"""The names of operations in an SVG are links; nothing else is."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

from tracer.recording import load
from tracer.rendering.mermaid import mermaid
from tracer.rendering.picture import render
from tracer.rendering.picture_links import add_links

SHIPPED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"
SVG = "{http://www.w3.org/2000/svg}"
TEXT = '<text x="1" class="messageText" dy="1em">{}</text>'


def test_the_name_of_an_operation_is_a_link() -> None:
    root = ET.fromstring(render(mermaid(load(SHIPPED)), "svg"))
    links = [
        (link.attrib["href"].rpartition("/")[2], "".join(link.itertext())) for link in root.iter(f"{SVG}a")
    ]
    login = "index.html#password-authentication-with-scoped-authorization"
    assert links == [
        (login, "Password authentication with"),
        (login, "scoped authorization"),
        ("index.html", "List API versions"),
        ("index.html#show-image", "Show image"),
    ]


def test_a_picture_of_other_messages_stays_as_it_is() -> None:
    text = "sequenceDiagram\n  %% https://x/#y\n  a->>b: Name<br/>GET /\n"
    svg = TEXT.format("Name") + TEXT.format("GET /")
    linked = '<a href="https://x/#y" target="_blank">'
    assert add_links(svg, text) == f"{linked}{TEXT.format('Name')}</a>{TEXT.format('GET /')}"
    assert add_links(TEXT.format("Name"), text) == TEXT.format("Name")


def test_a_link_is_escaped_and_belongs_to_the_next_message_alone() -> None:
    text = (
        "  %% https://x/?a=1&b='\"\n  a->>b: N<br/>GET /\n  b-->>a: M<br/>x\n"
        "  %% ftp://x\n  a->>b: O<br/>GET /\n"
    )
    svg = "".join(map(TEXT.format, ("N", "GET /", "M", "x", "O", "GET /")))
    linked = add_links(svg, text)
    assert linked.count("<a ") == 1
    assert 'href="https://x/?a=1&amp;b=&#x27;&quot;"' in linked
