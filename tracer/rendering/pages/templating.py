"""The templates of the pages. They escape all values except ``Md``."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from tracer.rendering.markdown_escapes import Md, inline

__all__ = ["fill"]

_TEMPLATES = Path(__file__).parent / "templates"


def fill(template: str, **values: object) -> str:
    """Render ``template`` with ``values``. Return the page, with one newline at its end."""
    return _environment().get_template(template).render(**values).rstrip() + "\n"


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - autoescape is for HTML; ``finalize`` escapes for Markdown
        finalize=inline,
    )
    # The result of a macro is plain text, but its parts are already escaped.
    environment.filters["made"] = Md
    return environment
