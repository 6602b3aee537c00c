"""Texts of the documentation pages by language."""

from __future__ import annotations

import functools

from tracer.i18n import section
from tracer.i18n.translator import Translator
from tracer.rendering.markdown_escapes import Md, inline

__all__ = ["Wording", "wording"]

Wording = Translator[Md]
"""The texts of the pages in one language. They escape values for Markdown."""


@functools.cache
def wording(language: str) -> Wording:
    """Return the texts of ``language``. Raises InputError for an unknown language."""
    return Translator(language, section(language, "pages"), inline, Md)
