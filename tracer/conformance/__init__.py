"""Conformance of recordings to documented sequences: verdicts and reports as data, without formatting."""

from __future__ import annotations

from tracer.conformance.reasons import reasons, undetermined_reason
from tracer.conformance.report import Check, ConformanceReport, Deviation, check, check_all, exit_code

__all__ = [
    "Check",
    "ConformanceReport",
    "Deviation",
    "check",
    "check_all",
    "exit_code",
    "reasons",
    "undetermined_reason",
]
