"""A comparison report as one self-contained HTML file."""

from __future__ import annotations

import base64
import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.changes.presenting import phrases, present
from tracer.rendering.content_security import content_security_policy
from tracer.rendering.picture import Theme, render_themes
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from jinja2 import Template

    from tracer.comparison.report import ComparisonReport
    from tracer.rendering.changes.presenting import Drawings, ShownStep

__all__ = ["page"]

Progress = Callable[[str], None]

_FOLDER = Path(__file__).parent
_PLACE = 400
_VALUE = 1000


class _Picture(NamedTuple):
    recording: str
    remark: str
    parts: list[dict[Theme, str]]


def page(
    report: ComparisonReport,
    language: str,
    drawings: Mapping[tuple[str, str], Drawings],
    *,
    volatile: bool = False,
    progress: Progress = lambda _: None,
) -> str:
    """Return the whole report as HTML.

    The keys of ``drawings`` are the names of both sides of a step. Drawing a part takes about a second,
    and ``progress`` is called with a text before each part. The content security policy of the page
    allows only its own style and the embedded pictures. Raises RenderError if a diagram cannot be drawn.
    """
    say = phrases(language)
    style = _source("page.css")
    steps = [
        present(step, say, drawings.get((step.before, step.after), {}), volatile=volatile)
        for step in report.steps
    ]
    return _template().render(
        lang=language,
        say=say,
        title=say("title"),
        policy=content_security_policy(style=style),
        style=style,
        steps=steps,
        pictures=_pictures(steps, progress),
        stale=report.stale,
        place=lambda text: visible(text, _PLACE),
        value=lambda text: visible(text, _VALUE),
    )


def _pictures(shown: Sequence[ShownStep], progress: Progress) -> list[list[_Picture]]:
    """Return the diagrams of each step, with their parts as ``data:`` URLs by theme."""
    total = sum(len(drawing.parts) for step in shown for drawing in step.drawings)
    count = itertools.count(1)

    def draw(text: str) -> dict[Theme, str]:
        progress(f"drawing {next(count)} of {total}…")
        return {theme: _url(svg) for theme, svg in render_themes(text).items()}

    return [
        [
            _Picture(drawing.recording, drawing.remark, [draw(text) for text in drawing.parts])
            for drawing in step.drawings
        ]
        for step in shown
    ]


def _url(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


@functools.cache
def _source(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_source("page.html.j2"))
