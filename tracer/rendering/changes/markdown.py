"""A comparison report in Markdown, for pull requests, job summaries, and the pages of ``tracer docs``."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.documentation import findings_url
from tracer.rendering.changes.presenting import Phrases, phrases, present
from tracer.rendering.markdown_escapes import Md, code, fence, inline

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jinja2 import Template

    from tracer.comparison.report import ComparisonReport
    from tracer.rendering.changes.presenting import Drawings, ShownStep

__all__ = ["markdown", "step_markdown"]

_TEMPLATE = Path(__file__).with_name("step.md.j2")
_VALUE = 120
_EMPTY_LINES = re.compile(r"\n{3,}")


def markdown(
    report: ComparisonReport,
    language: str,
    drawings: Mapping[tuple[str, str], Drawings],
    *,
    volatile: bool = False,
) -> str:
    """Return the whole report. The keys of ``drawings`` are the names of both sides of a step."""
    say = phrases(language)
    parts = [f"# {inline(say('title'))}\n"]
    for step in report.steps:
        shown = present(step, say, drawings.get((step.before, step.after), {}), volatile=volatile)
        parts.append(f"## {inline(say('step', before=step.before, after=step.after))}\n")
        parts.append(step_markdown(shown, say, level=3))
    if report.stale:
        parts.append(f"## {inline(say('stale'))}\n")
        parts.append("".join(f"- {code(name)}\n" for name in report.stale))
    parts.append(f"[{inline(say('findings'))}]({findings_url('difference', language=language)})\n")
    return "\n".join(parts)


def step_markdown(shown: ShownStep, say: Phrases, *, level: int, name: Callable[[str], Md] = code) -> str:
    """Return one step of the report, with headings from ``level`` on.

    ``name`` turns the name of a recording into Markdown, such as a link.
    """
    text = _template().render(step=shown, say=say, mark=Md("#" * level), name=name, value=_value, fence=fence)
    return _EMPTY_LINES.sub("\n\n", text.strip()) + "\n"


def _value(text: str) -> Md:
    return code(text if len(text) <= _VALUE else f"{text[:_VALUE]}…")


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - autoescape is for HTML; ``finalize`` escapes for Markdown
        finalize=inline,
    )
    environment.filters |= {"code": code, "made": Md}
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
