"""Comparison of two recordings of a command: differences, locations, and severities."""

from __future__ import annotations

from tracer.comparison.comparing import compare, learn
from tracer.comparison.differences import (
    Comparison,
    Difference,
    ExchangePair,
    Kind,
    State,
    Suppressed,
)
from tracer.comparison.learned import NOTHING, Learned
from tracer.comparison.severities import whys
from tracer.comparison.volatile_rules import reasons

__all__ = [
    "NOTHING",
    "Comparison",
    "Difference",
    "ExchangePair",
    "Kind",
    "Learned",
    "State",
    "Suppressed",
    "compare",
    "learn",
    "reasons",
    "whys",
]
