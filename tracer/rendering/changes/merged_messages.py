"""The messages of two runs in the order of the second run; removed messages keep their position."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.messages import MessageView, messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.comparison import Difference
    from tracer.comparison.folders import Compared
    from tracer.rendering.messages import Change

__all__ = ["Meeting", "merge"]

_Message = tuple[int, bool]
"""The index of an exchange, and true for its request or false for its response."""


class Meeting(NamedTuple):
    """A message of both runs, or of one run alone.

    ``merged`` represents the message in a merged diagram; it is None at the old position of a moved message.
    """

    before: MessageView | None
    after: MessageView | None
    merged: MessageView | None


def merge(compared: Compared) -> list[Meeting]:
    """Return the messages of both runs in one order, each with its change."""
    partners = {pair.before: pair.after for pair in compared.comparison.pairs if pair.before is not None}
    states = {pair.after: pair.state for pair in compared.comparison.pairs if pair.after is not None}
    touched = _touched([*compared.comparison.differences, *compared.comparison.folded])
    first_views = {_message(view): view for view in messages(compared.before)}
    second_views = {_message(view): view for view in messages(compared.after)}
    back = {partner: number for number, partner in partners.items() if partner is not None}
    meetings: list[Meeting] = []
    alone = _alone(
        first_views, partners, states, {message: position for position, message in enumerate(second_views)}
    )
    meetings += alone[None]
    for (exchange, is_request), view in second_views.items():
        state: Change = states[exchange]
        if state == "changed" and (exchange, is_request) not in touched:
            state = "same"
        number = back.get(exchange)
        marked = view._replace(change=state, verdict=None)
        before = (
            None if number is None else first_views[number, is_request]._replace(change=state, verdict=None)
        )
        if before is None or state == "moved":
            meetings.append(Meeting(None, marked, marked))
        else:
            meetings.append(Meeting(before, marked, _both(before, marked)))
        meetings += alone[exchange, is_request]
    return meetings


def _alone(
    first_views: Mapping[_Message, MessageView],
    partners: Mapping[int, int | None],
    states: Mapping[int, str],
    positions: Mapping[_Message, int],
) -> defaultdict[_Message | None, list[Meeting]]:
    """Return the removed and moved messages of the first run, keyed by position in the second run.

    The key is the message of the second run that comes before; None at the beginning.
    """
    alone: defaultdict[_Message | None, list[Meeting]] = defaultdict(list)
    last: _Message | None = None
    asked: dict[int, _Message | None] = {}
    for (number, is_request), view in first_views.items():
        partner = partners[number]
        if partner is None:
            # A negative index never equals the index of an exchange in the second run.
            gone = view._replace(change="removed", verdict=None, exchange=-1 - number)
            # Exchanges may overlap differently in the second run: keep a response behind its request.
            where = max(
                asked.setdefault(number, last),
                last,
                key=lambda message: -1 if message is None else positions[message],
            )
            alone[where].append(Meeting(gone, None, gone))
        elif states[partner] == "moved":
            alone[last].append(Meeting(view._replace(change="moved", verdict=None), None, None))
        else:
            last = partner, is_request
    return alone


def _touched(differences: list[Difference]) -> set[_Message]:
    """Return the messages of the second run that have a difference."""
    return {
        (difference.exchange_after - 1, difference.side == "request")
        for difference in differences
        if difference.exchange_after is not None
    }


def _message(view: MessageView) -> _Message:
    return view.exchange, view.kind == "request"


def _both(before: MessageView, after: MessageView) -> MessageView:
    """Return the message of the second run, with both texts if the texts are different."""
    if after.change == "same" or before.text == after.text:
        return after
    if after.kind == "request":
        method = after.method if before.method == after.method else f"{before.method} → {after.method}"
        path = after.path if before.path == after.path else f"{before.path} → {after.path}"
        return after._replace(method=method, path=path)
    if before.kind != after.kind:
        return after._replace(instead_of=before)
    if after.kind == "error":
        return after._replace(reason=f"{before.reason} → {after.reason}")
    reason = f"{before.reason} → {after.status_text}".lstrip()
    return after._replace(status=before.status, reason=reason)
