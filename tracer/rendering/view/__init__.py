"""An HTML page to explore recordings in a browser, without a network."""

from __future__ import annotations

from tracer.rendering.view.html import view

__all__ = ["view"]
