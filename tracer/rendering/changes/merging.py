"""The messages of two runs in one order: that of the second, with what only the first has where it was."""

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
"""The index of an exchange, and whether its request is meant."""


class Meeting(NamedTuple):
    """A message of both runs, or of one of them.

    ``merged`` is the one that stands for both; None for the first place of a message that has moved.
    """

    before: MessageView | None
    after: MessageView | None
    merged: MessageView | None


def merge(compared: Compared) -> list[Meeting]:
    """The messages of both runs, each with what became of it."""
    partners = {pair.before: pair.after for pair in compared.comparison.pairs if pair.before is not None}
    states = {pair.after: pair.state for pair in compared.comparison.pairs if pair.after is not None}
    touched = _touched(compared.comparison.differences)
    ours = {_message(view): view for view in messages(compared.before)}
    theirs = {_message(view): view for view in messages(compared.after)}
    back = {other: number for number, other in partners.items() if other is not None}
    made: list[Meeting] = []
    alone = _alone(ours, partners, states, {message: place for place, message in enumerate(theirs)})
    made += alone[None]
    for (other, is_request), view in theirs.items():
        state: Change = states[other]
        if state == "changed" and (other, is_request) not in touched:
            state = "same"
        number = back.get(other)
        marked = view._replace(change=state, verdict=None)
        before = None if number is None else ours[number, is_request]._replace(change=state, verdict=None)
        if before is None or state == "moved":
            made.append(Meeting(None, marked, marked))
        else:
            made.append(Meeting(before, marked, _both(before, marked)))
        made += alone[other, is_request]
    return made


def _alone(
    ours: Mapping[_Message, MessageView],
    partners: Mapping[int, int | None],
    states: Mapping[int, str],
    places: Mapping[_Message, int],
) -> defaultdict[_Message | None, list[Meeting]]:
    """What is only in the first run, or has moved from there, by the message of the second one before it."""
    found: defaultdict[_Message | None, list[Meeting]] = defaultdict(list)
    last: _Message | None = None
    asked: dict[int, _Message | None] = {}
    for (number, is_request), view in ours.items():
        other = partners[number]
        if other is None:
            # Indexes of exchanges tell them apart: these are none of the second run's.
            gone = view._replace(change="removed", verdict=None, exchange=-1 - number)
            # Where the runs overlap in other ways, no response may come before its request all the same.
            where = max(
                asked.setdefault(number, last), last, key=lambda one: -1 if one is None else places[one]
            )
            found[where].append(Meeting(gone, None, gone))
        elif states[other] == "moved":
            found[last].append(Meeting(view._replace(change="moved", verdict=None), None, None))
        else:
            last = other, is_request
    return found


def _touched(differences: list[Difference]) -> set[_Message]:
    """The messages of the second run that are different."""
    return {
        (one.exchange_after - 1, one.side == "request")
        for one in differences
        if one.exchange_after is not None
    }


def _message(view: MessageView) -> _Message:
    return view.exchange, view.kind == "request"


def _both(before: MessageView, after: MessageView) -> MessageView:
    """The message of the second run; where its text is another one, with both texts."""
    if after.change == "same" or before.text == after.text:
        return after
    if after.kind == "request":
        method = after.method if before.method == after.method else f"{before.method} → {after.method}"
        path = after.path if before.path == after.path else f"{before.path} → {after.path}"
        return after._replace(method=method, path=path)
    said = before.text.partition(": ")[2]
    if before.kind == after.kind:
        return after._replace(
            status=before.status, reason=f"{said.partition(' ')[2]} → {after.text.partition(': ')[2]}"
        )
    return after._replace(reason=f"{after.reason} ({before.text})")
