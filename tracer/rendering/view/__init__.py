"""Recordings as one HTML page to look around in, without a network."""

from __future__ import annotations

from tracer.rendering.view.page import view

__all__ = ["view"]
