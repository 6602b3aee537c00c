"""The templates of the pages: what is put into one is escaped, unless it is Markdown of our own making."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracer.rendering.markdown import Md, inline

__all__ = ["fill"]

_TEMPLATES = Path(__file__).parent / "templates"


def fill(template: str, **values: object) -> str:
    """The page that ``template`` makes of ``values``."""
    return _environment().get_template(template).render(**values).rstrip() + "\n"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - that is for HTML; ``finalize`` escapes for Markdown
        finalize=inline,
    )
    # What a macro gives back is a plain text, whose parts have been escaped while it was filled.
    environment.filters["made"] = Md
    return environment
