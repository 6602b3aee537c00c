"""Learning of sequences from several recordings of one command.

The modules in order: ``observing`` (relevant exchanges), ``generalizing`` (values become parameters),
``ordering`` (exchanges in varying order), ``merging`` (alignment of runs, fallbacks), ``learning``
(entries), ``dumping`` (a file to edit).
"""

from __future__ import annotations

from tracer.sequences.learning.dumping import dumps
from tracer.sequences.learning.learning import learn

__all__ = ["dumps", "learn"]
