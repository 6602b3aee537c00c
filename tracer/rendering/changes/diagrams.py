"""Sequence diagrams of two runs: merged into one run, or side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.rendering import blocks
from tracer.rendering.blocks import Arrow, Event, Node, Note
from tracer.rendering.changes.merged_messages import Meeting, merge
from tracer.rendering.mermaid import mermaid_text, participants_of
from tracer.rendering.message_units import MessageUnit, units
from tracer.rendering.parts import LIMIT, split
from tracer.rendering.tree import MARKS, arrow_text, nodes_of, numbers
from tracer.rendering.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.comparison.folders import Compared
    from tracer.rendering.messages import MessageView
    from tracer.rendering.style import Style
    from tracer.rendering.words import Words

__all__ = ["Diagram", "SideNames", "flow_changes", "merged", "side_by_side"]

Diagram = Literal["merged", "side-by-side"]

_SHOWN_AROUND = 2
"""The number of unchanged units that a diagram of a long run shows before and after a changed unit."""


class SideNames(NamedTuple):
    """The names of the two sides for readers."""

    before: str
    after: str


def flow_changes(compared: Compared) -> bool:
    """Return whether messages were added, removed, or moved, or a status is different."""
    comparison = compared.comparison
    return any(pair.state in ("added", "removed", "moved") for pair in comparison.pairs) or any(
        difference.kind == "status" for difference in comparison.differences
    )


def merged(compared: Compared, names: SideNames, style: Style) -> list[str]:
    """Return one diagram of both runs as Mermaid text, in parts if it is long.

    Messages have the numbers of the second run. Messages of the first run alone have no number.
    The list is empty if the runs have no messages.
    """
    vocabulary = words(style.language)
    run = units(meeting.merged for meeting in merge(compared) if meeting.merged is not None)
    nodes: list[Node] = [Note((), _legend(run, names, vocabulary))]
    for hidden, group in _stretches(run):
        nodes += [_note_same(group, vocabulary)] if hidden else nodes_of(group, style)
    drawn = list(blocks.events(nodes))
    labels = {**compared.before.participants, **compared.after.participants}
    participants = participants_of(drawn, labels)
    return (
        [mermaid_text(part, participants, style.title) for part in split(drawn, vocabulary)]
        if participants
        else []
    )


def side_by_side(compared: Compared, names: SideNames, style: Style) -> list[str]:
    """Return a diagram with both runs beside each other as Mermaid text, in parts if it is long.

    Unless it moved, each message of the first run comes directly before its counterpart in the second run.
    """
    vocabulary = words(style.language)
    meetings = merge(compared)
    run = units(meeting.merged for meeting in meetings if meeting.merged is not None)
    drawn: list[Event] = [Note((), _legend(run, names, vocabulary)), *_beside(meetings, vocabulary)]
    sides = (("before", compared.before, names.before), ("after", compared.after, names.after))
    labels: dict[str, str] = {}
    boxes: dict[str, list[str]] = {}
    for side, recording, name in sides:
        own = [event for event in drawn if isinstance(event, Arrow) and _side_of(event.view.sender) == side]
        plain = participants_of(
            [arrow._replace(view=_without_side(arrow.view)) for arrow in own], recording.participants
        )
        inside = {_named(side, participant): label for participant, label in plain.items()}
        labels |= inside
        # Boxes are keyed by title, so sides of the same name need different titles.
        boxes[name if name not in boxes else f"{name} (2)"] = list(inside)
    return (
        [mermaid_text(part, labels, style.title, boxes) for part in split(drawn, vocabulary)]
        if labels
        else []
    )


def _legend(run: Iterable[MessageUnit], names: SideNames, vocabulary: Words) -> str:
    """Return the meanings of the marks that occur in ``run``."""
    there = {view.change for unit in run for view in unit.views}
    texts = (
        ("added", vocabulary.legend_green, vocabulary.only_in.format(side=names.after)),
        ("removed", vocabulary.legend_red, vocabulary.only_in.format(side=names.before)),
        ("changed", vocabulary.legend_amber, vocabulary.changed),
        ("moved", vocabulary.legend_amber, vocabulary.moved),
    )
    legend = [
        text.format(mark=MARKS[change].strip(), what=what) for change, text, what in texts if change in there
    ]
    return " · ".join(legend) or vocabulary.all_same


def _stretches(run: Sequence[MessageUnit]) -> Iterator[tuple[bool, Sequence[MessageUnit]]]:
    """Yield the run in stretches, each with whether to hide it.

    A run too long for one diagram hides stretches that are the same in both runs and far from a change.
    """
    if sum(1 for unit in run for _ in unit.views) <= LIMIT:
        yield False, run
        return
    shown = [False] * len(run)
    for index, unit in enumerate(run):
        if any(view.change != "same" for view in unit.views):
            for near in range(max(0, index - _SHOWN_AROUND), min(len(run), index + _SHOWN_AROUND + 1)):
                shown[near] = True
    start = 0
    for index in range(1, len(run) + 1):
        if index == len(run) or shown[index] != shown[start]:
            yield not shown[start], run[start:index]
            start = index


def _note_same(group: Sequence[MessageUnit], vocabulary: Words) -> Note:
    views = [view for unit in group for view in unit.views]
    over = dict.fromkeys(name for view in views for name in (view.sender, view.receiver))
    return Note(
        tuple(over), vocabulary.same_in_both.format(numbers=numbers(views[0].number, views[-1].number))
    )


def _beside(meetings: Iterable[Meeting], vocabulary: Words) -> Iterator[Arrow]:
    for meeting in meetings:
        for side, view in (("before", meeting.before), ("after", meeting.after)):
            if view is not None:
                placed = view._replace(
                    sender=_named(side, view.sender),
                    receiver=_named(side, view.receiver),
                    exchange=2 * view.exchange + (side == "after"),
                    verdict=None,
                )
                yield Arrow(placed, arrow_text(view, vocabulary), view.number)


def _named(side: str, participant: str) -> str:
    return f"{side}-{participant}"


def _side_of(name: str) -> str:
    return name.partition("-")[0]


def _without_side(view: MessageView) -> MessageView:
    return view._replace(sender=view.sender.partition("-")[2], receiver=view.receiver.partition("-")[2])
