"""Sequences learned from recordings: what several runs of one command have in common, and where they differ.

On the way there: ``observing`` (exchanges that count), ``generalizing`` (their values become
parameters), ``ordering`` (what came in different orders), ``merging`` (runs aligned with each
other, fallbacks), ``learning`` (entries), ``dumping`` (a file to edit).
"""

from __future__ import annotations

from tracer.sequences.learning.dumping import dumps
from tracer.sequences.learning.learning import learn

__all__ = ["dumps", "learn"]
