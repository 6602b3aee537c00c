"""Pictures of Mermaid text, drawn by the Mermaid engine without a browser."""

from __future__ import annotations

import functools
import re
from typing import Any, Literal

from tracer.errors import RenderError
from tracer.rendering.fitting import fit, size
from tracer.rendering.fonts import family_for
from tracer.rendering.picture_links import add_links
from tracer.rendering.visible_texts import visible

__all__ = ["THEMES", "PictureFormat", "Theme", "render", "render_themes"]

PictureFormat = Literal["png", "svg"]
Theme = Literal["light", "dark"]

THEMES: tuple[Theme, ...] = ("light", "dark")

_SCALE = 2.0
_BACKGROUNDS: dict[Theme, str] = {"light": "#ffffff", "dark": "#1e1e1e"}
_CONFIGS: dict[Theme, dict[str, Any]] = {
    "light": {},
    # The engine's grey text on grey notes is hard to read.
    "dark": {"theme": "dark", "themeVariables": {"noteTextColor": "#f2f2f2"}},
}
_STYLE_SHEET = re.compile(r"<style>.*?</style>", re.DOTALL)
_SMALLEST = "sequenceDiagram\n  a->>b: c\n"
# Mermaid's limit of 50,000 characters protects public pages; diagrams of tracer may be longer.
_LIMITS = {"maxTextSize": 50_000_000}


def render(text: str, format: PictureFormat, theme: Theme = "light") -> bytes:  # noqa: A002 - users know this name
    """Draw the Mermaid ``text``: an SVG document in UTF-8, or a PNG at twice the natural size, both opaque.

    In an SVG, the names of operations are links.

    The same text gives the same bytes, a PNG as long as the same fonts are installed. Raises
    RenderError if Mermaid refuses the text.
    """
    # The engine takes seconds to import and start, and few commands draw.
    import mermaidx  # type: ignore[import-untyped]  # it has annotations but no py.typed

    background = _BACKGROUNDS[theme]
    try:
        # A browser selects fonts by itself. An SVG that names a font would depend on this machine.
        family = family_for(text) if format == "png" else None
        svg = fit(str(mermaidx.render(text, config=_LIMITS | _CONFIGS[theme] | _painted_with(family)).svg()))
        if format == "png":
            wide, _ = size(svg)
            return bytes(mermaidx.svg_to_png(svg, width=round(_SCALE * wide), background=background))
    except Exception as error:  # noqa: BLE001 - the engine does not document its exceptions
        raise RenderError(f"the diagram cannot be drawn: {_one_line(str(error))}") from None
    # Without a background, black text is unreadable on a dark page, and white text on a light page.
    return _on_background(add_links(svg, text), "transparent", background).encode()


def render_themes(text: str) -> dict[Theme, str]:
    """Draw the Mermaid ``text`` once, and return an SVG document for each theme, as ``render`` draws it
    for a diagram of participants.

    Drawing takes about a second. Raises RenderError if Mermaid refuses the text.
    """
    light = render(text, "svg").decode()
    return {theme: light if theme == "light" else _recolour(light, theme) for theme in THEMES}


def _recolour(light: str, theme: Theme) -> str:
    """Return a light picture in ``theme``: only the style sheet and the background are different."""
    svg = _STYLE_SHEET.sub(lambda _: _style_sheet(theme), light, count=1)
    return _on_background(svg, _BACKGROUNDS["light"], _BACKGROUNDS[theme])


@functools.cache
def _style_sheet(theme: Theme) -> str:
    """Return the style sheet of ``theme``, which all sequence diagrams share."""
    sheet = _STYLE_SHEET.search(render(_SMALLEST, "svg", theme).decode())
    assert sheet, "the engine gives every diagram a style sheet"
    return sheet[0]


def _on_background(svg: str, before: str, after: str) -> str:
    head, opened, rest = svg.partition(">")
    return head.replace(f"background-color: {before}", f"background-color: {after}") + opened + rest


def _painted_with(family: str | None) -> dict[str, Any]:
    if family is None:
        return {}
    of_texts = {f"{kind}FontFamily": family for kind in ("actor", "message", "note")}
    return {"fontFamily": family, "sequence": of_texts}


def _one_line(problem: str) -> str:
    # The message of the engine ends with a list of all tokens that it accepts.
    return visible(
        " ".join(problem.removeprefix("Mermaid rendering failed: ").partition("Expecting '")[0].split()), 300
    )
