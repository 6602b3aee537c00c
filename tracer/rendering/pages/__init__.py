"""Recordings as documentation pages for mkdocs-material: a site of them, in one language."""

from __future__ import annotations

from tracer.rendering.pages.publishing import Published, publish
from tracer.rendering.pages.wording import DEFAULT, languages

__all__ = ["DEFAULT", "Published", "languages", "publish"]
