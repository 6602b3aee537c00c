"""An HTML page to explore recordings in a browser, without a network."""

from __future__ import annotations

from tracer.rendering.view.page import view

__all__ = ["view"]
