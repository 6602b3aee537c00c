"""What changed between recordings, for people and for machines: reports in all formats, and diagrams."""

from __future__ import annotations

from tracer.rendering.changes.report import Report, Row, Step, make_report, make_step

__all__ = ["Report", "Row", "Step", "make_report", "make_step"]
