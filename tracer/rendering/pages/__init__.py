"""A documentation site of recordings for mkdocs-material, in one language."""

from __future__ import annotations

from tracer.rendering.pages.publishing import Diagrams, publish
from tracer.rendering.pages.site_writer import Published

__all__ = ["Diagrams", "Published", "publish"]
