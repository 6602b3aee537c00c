"""The prologue of a run: discovery and authentication, before the exchanges of the command itself."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from tracer.sequences import catalog, entry_of, usual_mount, with_alternatives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracer.model import Recording
    from tracer.rendering.message_units import MessageUnit
    from tracer.rendering.messages import MessageView

__all__ = ["split"]


def split(run: Sequence[MessageUnit], recording: Recording) -> Iterator[tuple[bool, list[MessageUnit]]]:
    """Yield ``run`` in groups of consecutive units, each with true for a part of the prologue.

    The prologue ends at the first exchange of the command itself. An exchange that deviates
    does not end the prologue and is not part of it.
    """
    belongs = _belongs(recording)
    ended = False
    group: list[MessageUnit] = []
    hidden = True
    for unit in run:
        part = not ended and _is_part(unit, belongs)
        ended = ended or not (part or any(view.deviates for view in unit.views))
        if part != hidden and group:
            yield hidden, group
            group = []
        hidden = part
        group.append(unit)
    if group:
        yield hidden, group


def _is_part(unit: MessageUnit, belongs: Callable[[MessageView], bool]) -> bool:
    requests = [view for view in unit.views if view.kind == "request"]
    return belongs(requests[0]) and not any(
        view.deviates or not (view.verdict == "optional" or belongs(view)) for view in requests
    )


def _belongs(recording: Recording) -> Callable[[MessageView], bool]:
    """Return a test for requests in the prologue of the recording's sequence.

    Without a sequence, the test accepts the prologue of any sequence.
    """
    sequence = catalog().get(recording.sequence or "")
    if sequence is None:
        return _of_any(recording)

    def belongs(request: MessageView) -> bool:
        entry = entry_of(recording.exchanges[request.exchange], sequence)
        return entry is not None and entry.prologue

    return belongs


def _of_any(recording: Recording) -> Callable[[MessageView], bool]:
    """Return a test for requests in the prologue of any sequence.

    The test needs no labels. It expects services at the paths of a devstack.
    """
    statuses: dict[tuple[str, str, str], set[int]] = {}
    for sequence in catalog().values():
        prologue = (entry for entry in sequence.entries if entry.prologue)
        for entry in chain.from_iterable(map(with_alternatives, prologue)):
            path = (usual_mount(entry.receiver) + entry.path).removesuffix("/")
            statuses.setdefault((entry.receiver, entry.method, path), set()).update(entry.statuses)

    def belongs(request: MessageView) -> bool:
        answer = recording.exchanges[request.exchange].response
        expected = statuses.get((request.receiver, request.method, request.path.removesuffix("/")), ())
        return answer is not None and answer.status in expected

    return belongs
