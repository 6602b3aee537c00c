"""Labels for a recording: steps, path templates, and verdicts.

``repeated`` has three causes: an exchange that a later one replaces (``tolerated``: a redirect, an expired
token, a failure that passed), a repetition of the sequence (``automaton``: a loop, or ``each``), and
discovery that the client repeats (``alignment``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

import msgspec

from tracer.lazy import lazy_map
from tracer.model import FORMAT
from tracer.sequences.client_versions import client_of
from tracer.sequences.invocations import invocation_of
from tracer.sequences.matching import generic_labels, match_run
from tracer.sequences.nesting import parents
from tracer.sequences.observations import observe
from tracer.sequences.operations import operations_of
from tracer.sequences.request_ids import response_id

if TYPE_CHECKING:
    from tracer.model import Doubt, Exchange, Label, Recording, RunVerdict
    from tracer.sequences.matching import Match
    from tracer.sequences.observations import ObservedRun
    from tracer.sequences.operations import RequestOperation
    from tracer.sequences.schema import Sequence

__all__ = ["doubt_of", "label", "relabel", "verdict_of"]


def relabel(recording: Recording, sequence: Sequence | None) -> Recording:
    """Match ``recording`` with ``sequence``, and replace its labels. Without one, return it as it is."""
    return recording if sequence is None else label(recording, sequence)


def label(recording: Recording, sequence: Sequence | None) -> Recording:
    """Match ``recording`` with ``sequence``. Return it with new labels in place of all older ones.

    Without a sequence, exchanges have operations and path templates only, and there is no verdict. The
    verdict ``undetermined`` stays with a doubt about the exchanges: labels are no evidence on which exchanges
    belong to the run. The format of the result is the newest, as earlier ones have no operations.
    """
    run = observe(recording.exchanges)
    match = (
        None
        if sequence is None
        else match_run(run, sequence, client_of(recording), invocation_of(recording, sequence))
    )
    labels = generic_labels(run) if match is None else match.labels
    labels = list(map(_with_operation, labels, operations_of(run, recording.cloud.release)))
    labels = [
        msgspec.structs.replace(each, cause=cause) if cause else each
        for each, cause in zip(labels, _causes(run), strict=True)
    ]
    return msgspec.structs.replace(
        recording,
        format=FORMAT,
        sequence=None if sequence is None else sequence.name,
        verdict=verdict_of(recording, match),
        doubt="exchanges" if match is None else doubt_of(recording, match),
        missing=[] if match is None else match.missing,
        exchanges=lazy_map(recording.exchanges, lambda index, exchange: _labelled(exchange, labels[index])),
    )


@overload
def verdict_of(recording: Recording, result: Match) -> RunVerdict: ...


@overload
def verdict_of(recording: Recording, result: Match | None = None) -> RunVerdict | None: ...


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


def _with_operation(label: Label, operation: RequestOperation | None) -> Label:
    """Return ``label`` with the operation. Its path template is the official one, but for documented steps.

    The templates of a sequence have the required parameters of the query, too.
    """
    if operation is None:
        return label
    is_documented = label.verdict not in (None, "unexpected")
    path = label.path if is_documented else operation.template
    return msgspec.structs.replace(label, operation=operation.id, path=path)


def _causes(run: ObservedRun) -> list[str]:
    """Return, for each exchange, the request ID of the exchange for which its sender sent it."""
    if all(seen.sender == "client" for seen in run.seen):
        return [""] * len(run.seen)
    return ["" if index is None else response_id(run.exchanges[index]) for index in parents(run.exchanges)]


def _labelled(exchange: Exchange, label: Label) -> Exchange:
    return msgspec.structs.replace(
        exchange,
        steps=list(label.steps),
        operation=label.operation,
        path=label.path,
        verdict=label.verdict,
        cause=label.cause,
    )
