"""Recordings as documentation pages for mkdocs-material: a site of them, in one language."""

from __future__ import annotations

from tracer.rendering.pages.press import Published
from tracer.rendering.pages.publishing import Diagrams, publish

__all__ = ["Diagrams", "Published", "publish"]
