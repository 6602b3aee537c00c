"""Recordings for people: diagrams as text and pictures, tables for a terminal.

Import the modules ``mermaid``, ``picture``, ``table``, and ``messages`` by name: drawing and
tables need heavy libraries, and recording does not.
"""

from __future__ import annotations

from tracer.rendering.drawing import draw

__all__ = ["draw"]
