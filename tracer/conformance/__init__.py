"""Conformance of recordings to documented sequences: verdicts and reports as data, without formatting."""

from __future__ import annotations

from tracer.conformance.coverage import (
    Coverage,
    CoveredOperation,
    ReleaseCount,
    ServiceCoverage,
    coverage,
)
from tracer.conformance.criteria import Criterion, criteria
from tracer.conformance.failures import CommandFailure
from tracer.conformance.operation_uses import OperationUse, RecordedOperations, recorded_operations
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
    "Coverage",
    "CoveredOperation",
    "Criterion",
    "Deviation",
    "OperationUse",
    "Problem",
    "RecordedOperations",
    "ReleaseCount",
    "SequenceOrigin",
    "ServiceCoverage",
    "Undetermined",
    "Unreadable",
    "check",
    "check_all",
    "coverage",
    "criteria",
    "exit_code",
    "reasons",
    "recorded_operations",
]
