"""Recordings for people: diagrams as text and pictures, tables for a terminal.

The modules are imported by name, as drawing and tables need heavy libraries that
recording does without: ``mermaid``, ``picture``, ``table``, ``messages``.
"""

from __future__ import annotations

from tracer.rendering.drawing import draw

__all__ = ["draw"]
