"""Recordings held against their sequences: the result as data, as a table and as JUnit XML."""

from __future__ import annotations

from tracer.rendering.checks.report import Check, Deviation, Report, check, check_all, exit_code

__all__ = ["Check", "Deviation", "Report", "check", "check_all", "exit_code"]
