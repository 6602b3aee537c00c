"""The width of an SVG: the engine reserves space for participants only, and cuts off longer texts."""

from __future__ import annotations

import html
import re

from tracer.rendering.fonts import width

__all__ = ["fit", "size"]

_VIEW_BOX = re.compile(r'viewBox="(-?[\d.]+) (-?[\d.]+) ([\d.]+) ([\d.]+)"')
_CENTRED = re.compile(r'<text x="(-?[\d.]+)"[^>]*text-anchor(?::|=")\s*middle[^>]*>(.*?)</text>', re.DOTALL)
# The engine starts a title at the middle of the diagram instead of centring it.
_TITLE = re.compile(r'<text x="-?[\d.]+" y="-25">')
_TAG = re.compile(r"<[^>]*>")
_MARGIN = 10.0
_FONT_SIZE = 16.0


def fit(svg: str) -> str:
    """Centre the title of ``svg``, and widen the view box if a text does not fit."""
    view_box = _VIEW_BOX.search(svg)
    if view_box is None:
        return svg
    left, top, wide, high = map(float, view_box.groups())
    svg = _TITLE.sub(f'<text x="{left + wide / 2:g}" y="-25" text-anchor="middle">', svg)
    reach = [_reach(float(x), text) for x, text in _CENTRED.findall(svg)]
    new_left = min([left, *(begin for begin, _ in reach)])
    new_wide = max([left + wide, *(end for _, end in reach)]) - new_left
    if (new_left, new_wide) == (left, wide):
        return svg
    box = f'viewBox="{new_left:g} {top:g} {new_wide:g} {high:g}"'
    head, opened, rest = svg.partition(">")
    head = _VIEW_BOX.sub(box, head)
    return head.replace(f"max-width: {wide:g}px", f"max-width: {new_wide:g}px") + opened + rest


def size(svg: str) -> tuple[float, float]:
    """Return the natural width and height of ``svg`` in pixels."""
    view_box = _VIEW_BOX.search(svg)
    assert view_box, "the engine gives every diagram a view box"
    return float(view_box[3]), float(view_box[4])


def _reach(middle: float, text: str) -> tuple[float, float]:
    half = width(html.unescape(_TAG.sub("", text)), _FONT_SIZE) / 2
    return round(middle - half - _MARGIN), round(middle + half + _MARGIN)
