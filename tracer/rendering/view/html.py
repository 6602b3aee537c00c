"""The HTML page of recordings: template, style, script, and data in one self-contained text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.i18n import DEFAULT, section
from tracer.rendering.content_security import content_security_policy
from tracer.rendering.view.data import contents, summary
from tracer.rendering.view.index import index
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from tracer.model import Recording

__all__ = ["view"]

_FOLDER = Path(__file__).parent
_SCRIPTS = (
    "texts",
    "jsontree",
    "query",
    "token",
    "curl",
    "spans",
    "dom",
    "runs",
    "search",
    "json",
    "diagram",
    "list",
    "parts",
    "message",
    "overview",
    "index",
    "page",
    "keys",
)
"""Modules in the order of execution: while a module loads, it uses only earlier modules."""

_FOR_DEVELOPERS = re.compile(
    r"""
        ^ import [ ] \{ [^}]* \} [ ] from [ ] "\./\w+\.js"; \n   # the page has all modules in one scope
        | ^ export [ ] (?= \w )
        | ^ [ ]* /\*\* (?: [^*] | \*(?!/) )* \*/ \n              # types and explanations
    """,
    re.MULTILINE | re.VERBOSE,
)
"""The parts of a module that the page does not need."""


def view(recordings: Mapping[str, Recording], lang: str = DEFAULT) -> str:
    """Return an HTML page that shows ``recordings``, which readers select by name.

    The page is self-contained, and its content security policy forbids network access. It contains
    texts of recordings as JSON, and its script inserts them only as text. Raises InputError for an
    unknown language.
    """
    style, script = _source("view.css"), _script()
    words = section(lang, "view")
    return _template().render(
        lang=lang,
        t=words,
        title=_title(recordings),
        policy=content_security_policy(style=style, script=script),
        style=style,
        script=script,
        texts=_data(words),
        summaries=_data([summary(name, recording, lang) for name, recording in recordings.items()]),
        index=_data(index(recordings)),
        contents=[_data(contents(recording)) for recording in recordings.values()],
    )


def _title(recordings: Mapping[str, Recording]) -> str:
    # The title omits the command: the last scan takes a cut or escaped pseudonym for a secret.
    return f"{visible(', '.join(recordings))} - tracer"


def _data(value: object) -> str:
    """Return ``value`` as JSON for a script element; no text in it can end the element or begin a comment."""
    import msgspec

    text = msgspec.json.encode(value).decode()
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


@cache
def _script() -> str:
    parts = "\n".join(_FOR_DEVELOPERS.sub("", _source(f"script/{name}.js")) for name in _SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();\n'


@cache
def _source(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_source("view.html.j2"))
