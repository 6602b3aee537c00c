"""Learning of sequences from several recordings of one command.

The modules in order: ``selecting`` (recordings of successful commands), ``observing`` (relevant exchanges),
``generalizing`` (values become parameters), ``ordering`` (exchanges in varying order), ``merging``
(alignment of runs, fallbacks), ``learning`` (entries), ``dumping`` (a file to edit).
"""

from __future__ import annotations

from tracer.sequences.learning.dumping import dumps
from tracer.sequences.learning.learning import learn
from tracer.sequences.learning.selecting import failures

__all__ = ["dumps", "failures", "learn"]
