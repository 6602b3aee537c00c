"""Conformance of recordings to documented sequences: verdicts and reports as data, without formatting."""

from __future__ import annotations

from tracer.conformance.criteria import Criterion, criteria
from tracer.conformance.failures import CommandFailure
from tracer.conformance.problems import Problem, Undetermined, Unreadable
from tracer.conformance.reasons import reasons
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
    "CommandFailure",
    "ConformanceReport",
    "Criterion",
    "Deviation",
    "Problem",
    "SequenceOrigin",
    "Undetermined",
    "Unreadable",
    "check",
    "check_all",
    "criteria",
    "exit_code",
    "reasons",
]
