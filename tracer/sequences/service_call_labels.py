"""Labels of service calls, which may come in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.model import Label
from tracer.sequences.client_versions import holds
from tracer.sequences.explaining import differences, distance, is_near, status_problem
from tracer.sequences.loading import common_calls
from tracer.sequences.nesting import parents
from tracer.sequences.observations import Observation, asks_for, template_of
from tracer.sequences.retries import retried
from tracer.sequences.templates import with_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Sequence as List

    from tracer.model import Exchange
    from tracer.sequences.client_versions import Client
    from tracer.sequences.schema import Entry, Sequence

__all__ = ["Call", "calls"]


class Call(NamedTuple):
    """The label of a service call and, if it deviates, the reason."""

    label: Label
    reason: str = ""


def calls(
    exchanges: List[Exchange],
    seen: List[Observation],
    labelled: Mapping[int, Entry | None],
    sequence: Sequence,
    client: Client,
) -> dict[int, Call]:
    """Label the service calls: the exchanges that are not in ``labelled``. Return the labels by index.

    ``labelled`` has the entry of every exchange that has a label already, by index (None: no entry).
    """
    entries = dict(labelled)
    callers = parents(exchanges)
    retries = retried(seen, lambda index: index in labelled)
    everything = [call for entry in sequence.entries for call in _all_calls(entry)]
    service_calls: dict[int, Call] = {}
    for index, observation in enumerate(seen):
        if index in labelled:
            continue
        caller = callers[index]
        asked = None if caller is None else entries.get(caller)
        documented = [*(everything if asked is None else asked.service_calls), *common_calls()]
        applicable = [call for call in documented if holds(call, client) is not False]
        entries[index], service_calls[index] = _call(
            observation, applicable, sequence.parameters, is_retried=index in retries
        )
    return service_calls


def _call(
    seen: Observation, documented: List[Entry], types: Mapping[str, str], *, is_retried: bool
) -> tuple[Entry | None, Call]:
    meant = [call for call in documented if asks_for(seen, call, types)]
    if not meant:
        # A documented call names no sender, so the sender is never the difference.
        near = [call for call in documented if is_near(seen, call, types)]
        if not near:
            return None, Call(Label(path=seen.generic_path, verdict="unexpected"), "not documented")
        nearest = min(near, key=lambda call: distance(seen, _sent_by(seen, call), types))
        why = ", ".join(differences(seen, _sent_by(seen, nearest), types))
        reason = f"not documented; nearest comes the call {_request(nearest)}, but {why}"
        return None, Call(Label(path=seen.generic_path, verdict="unexpected"), reason)
    entry = next((call for call in meant if seen.status in call.statuses), None)
    path = template_of(seen, entry or meant[0])
    if entry is not None:
        return entry, Call(Label(path=path, verdict="optional"))
    if is_retried:
        return meant[0], Call(Label(path=path, verdict="repeated"))
    reason = f"would be the call {_request(meant[0])}, but {status_problem(seen, meant[0].statuses)}"
    return meant[0], Call(Label(path=path, verdict="wrong-status"), reason)


def _sent_by(seen: Observation, call: Entry) -> Entry:
    import msgspec

    return msgspec.structs.replace(call, sender=seen.sender)


def _request(call: Entry) -> str:
    return f"{call.method} {with_query(call.path, call.query)} to {call.receiver}"


def _all_calls(entry: Entry) -> Iterable[Entry]:
    for parent in (entry, *(entry.fallback.then if entry.fallback else ())):
        for call in parent.service_calls:
            yield call
            yield from _all_calls(call)
