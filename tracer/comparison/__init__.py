"""Two recordings of a command held against each other: what changed, where, and how much it weighs."""

from __future__ import annotations

from tracer.comparison.comparing import NOTHING, Learned, compare, learn
from tracer.comparison.model import Comparison, Difference, Kind, Pair, State, Suppressed, Weight
from tracer.comparison.volatile import reasons
from tracer.comparison.weighing import whys

__all__ = [
    "NOTHING",
    "Comparison",
    "Difference",
    "Kind",
    "Learned",
    "Pair",
    "State",
    "Suppressed",
    "Weight",
    "compare",
    "learn",
    "reasons",
    "whys",
]
