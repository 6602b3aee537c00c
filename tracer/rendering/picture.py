"""Mermaid text as a picture, drawn by the real Mermaid engine without a browser."""

from __future__ import annotations

from typing import Literal

from tracer.errors import RenderError
from tracer.rendering.texts import visible

__all__ = ["PictureFormat", "render"]

PictureFormat = Literal["png", "svg"]

_SCALE = 2.0
_BACKGROUND = "#ffffff"
# Mermaid's own limit of 50,000 characters is for pages that strangers write to.
_CONFIG = {"maxTextSize": 50_000_000}


def render(text: str, format: PictureFormat) -> bytes:  # noqa: A002 - the word that users say
    """Draw the Mermaid ``text``: an SVG document in UTF-8, or a PNG at twice the natural size, both on white.

    The same text gives the same bytes. Raises RenderError if Mermaid refuses the text.
    """
    # The import and the start of the engine take seconds, and few verbs draw.
    import mermaidx  # type: ignore[import-untyped]  # it has annotations but no py.typed

    try:
        diagram = mermaidx.render(text, config=_CONFIG)
        if format == "png":
            return bytes(diagram.png(scale=_SCALE, background=_BACKGROUND))
        svg = str(diagram.svg())
    except Exception as error:  # noqa: BLE001 - what a foreign engine may raise is not documented
        raise RenderError(f"the diagram cannot be drawn: {_one_line(str(error))}") from None
    # Black text on nothing cannot be read on a dark page.
    head, opened, rest = svg.partition(">")
    return (
        head.replace("background-color: transparent", f"background-color: {_BACKGROUND}") + opened + rest
    ).encode()


def _one_line(problem: str) -> str:
    # The engine goes on with all the tokens that it would have taken instead.
    return visible(
        " ".join(problem.removeprefix("Mermaid rendering failed: ").partition("Expecting '")[0].split()), 300
    )
