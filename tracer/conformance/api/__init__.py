"""Conformance of recordings to the official API reference and to the JSON Schemas of the services."""

from __future__ import annotations

from tracer.conformance.api.contradictions import Contradiction, Contradictions, contradictions
from tracer.conformance.api.disagreements import Disagreement, disagreements
from tracer.conformance.api.report import (
    ApiFinding,
    ApiReport,
    ComparedRecording,
    FailOn,
    StaleContradiction,
    api_exit_code,
    check_api,
    fails,
)
from tracer.conformance.api.violations import ApiRule

__all__ = [
    "ApiFinding",
    "ApiReport",
    "ApiRule",
    "ComparedRecording",
    "Contradiction",
    "Contradictions",
    "Disagreement",
    "FailOn",
    "StaleContradiction",
    "api_exit_code",
    "check_api",
    "contradictions",
    "disagreements",
    "fails",
]
