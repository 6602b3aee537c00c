"""Conformance of recordings to documented sequences: verdicts and reports as data, without formatting."""

from __future__ import annotations

from tracer.conformance.criteria import Criterion, criteria
from tracer.conformance.reasons import reasons, undetermined_reason
from tracer.conformance.report import (
    Check,
    ConformanceReport,
    Deviation,
    SequenceOrigin,
    check,
    check_all,
    exit_code,
)

__all__ = [
    "Check",
    "ConformanceReport",
    "Criterion",
    "Deviation",
    "SequenceOrigin",
    "check",
    "check_all",
    "criteria",
    "exit_code",
    "reasons",
    "undetermined_reason",
]
