"""A documentation site of recordings for mkdocs-material."""

from __future__ import annotations

from tracer.rendering.pages.hosts import public_host
from tracer.rendering.pages.publishing import Diagrams, publish
from tracer.rendering.pages.site import CONFIG
from tracer.rendering.pages.site_writer import Published

__all__ = ["CONFIG", "Diagrams", "Published", "public_host", "publish"]
