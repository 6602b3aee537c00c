"""Labels for a recording: steps, path templates, and verdicts.

``repeated`` has three causes: an exchange that a later one replaces (``tolerated``: a redirect, an expired
token, a failure that passed), a repetition of the sequence (``automaton``: a loop, or ``each``), and
discovery that the client repeats (``alignment``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import msgspec

from tracer.lazy import lazy_map
from tracer.sequences.client_versions import client_of
from tracer.sequences.invocations import invocation_of
from tracer.sequences.matching import generic_paths, match_run
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from tracer.model import Doubt, Exchange, Label, Recording, RunVerdict
    from tracer.sequences.matching import Match
    from tracer.sequences.schema import Sequence

__all__ = ["doubt_of", "label", "verdict_of"]


def label(recording: Recording, sequence: Sequence | None) -> Recording:
    """Match ``recording`` with ``sequence``. Return it with new labels in place of all older ones.

    Without a sequence, only the path templates are set, and there is no verdict. The verdict
    ``undetermined`` stays with a doubt about the exchanges: labels are no evidence on which exchanges belong
    to the run.
    """
    if sequence is None:
        paths = generic_paths(recording.exchanges)
        exchanges = lazy_map(
            recording.exchanges,
            lambda index, exchange: msgspec.structs.replace(
                exchange, steps=[], path=paths[index], verdict=None
            ),
        )
        return msgspec.structs.replace(
            recording,
            sequence=None,
            verdict=verdict_of(recording),
            doubt="exchanges",
            missing=[],
            exchanges=exchanges,
        )
    result = match_run(
        observe(recording.exchanges), sequence, client_of(recording), invocation_of(recording, sequence)
    )
    labels = result.labels
    exchanges = lazy_map(recording.exchanges, lambda index, exchange: _labelled(exchange, labels[index]))
    return msgspec.structs.replace(
        recording,
        sequence=sequence.name,
        verdict=verdict_of(recording, result),
        doubt=doubt_of(recording, result),
        missing=result.missing,
        exchanges=exchanges,
    )


@overload
def verdict_of(recording: Recording, result: Match) -> RunVerdict: ...


@overload
def verdict_of(recording: Recording) -> RunVerdict | None: ...


def verdict_of(recording: Recording, result: Match | None = None) -> RunVerdict | None:
    """Return the verdict of ``recording``, from the ``result`` of matching or None if no sequence fits."""
    if _has_doubtful_exchanges(recording):
        return "undetermined"
    return None if result is None else result.verdict


def doubt_of(recording: Recording, result: Match) -> Doubt:
    """Return the evidence that is missing for a verdict on ``recording`` after the ``result`` of matching."""
    by_client = result.verdict == "undetermined" and not _has_doubtful_exchanges(recording)
    return "client" if by_client else "exchanges"


def _has_doubtful_exchanges(recording: Recording) -> bool:
    return recording.verdict == "undetermined" and recording.doubt == "exchanges"


def _labelled(exchange: Exchange, label: Label) -> Exchange:
    return msgspec.structs.replace(exchange, steps=list(label.steps), path=label.path, verdict=label.verdict)
