"""A recording as a tree of arrows, notes, and blocks: repetitions are framed as loops."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tracer.rendering import prologue
from tracer.rendering.blocks import Arrow, Block, Branch, Node, Note
from tracer.rendering.message_units import MessageUnit, units
from tracer.rendering.messages import MessageView, messages
from tracer.rendering.operation_links import operation_link
from tracer.rendering.repeats import Piece, fold
from tracer.rendering.style import Style
from tracer.rendering.words import Words, words

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from tracer.model import Recording
    from tracer.rendering.prologue import Phase

__all__ = ["MARKS", "arrow_text", "nodes_of", "numbers", "recording_tree"]

MARKS = {"same": "", "added": "+ ", "removed": "\u2212 ", "changed": "~ ", "moved": "\u2195 "}
"""The mark before the text of a message for its change, so that colour is not the only sign."""

Item = MessageView | MessageUnit

_PLAIN = Style()
# Documented and repeated messages are equal.
_ALIKE = {"documented": None, "repeated": None}
# The verdicts that may come between a failed request and its fallback.
_BETWEEN = frozenset({"optional", "repeated", "unexpected", "wrong-status"})


def recording_tree(
    recording: Recording, style: Style = _PLAIN, views: Sequence[MessageView] | None = None
) -> list[Node]:
    """Return the messages of ``recording`` in the order of time, with notes about them.

    Every message is an arrow of the tree, or part of a loop or a note that names the numbers of its
    messages. A message that deviates is always an arrow. Optional exchanges, and a failed request with its
    fallback, are plain arrows, as all of them happened. ``views`` are the messages of ``recording`` if the
    caller has them already.
    """
    builder = _Builder(style)
    run = units(messages(recording) if views is None else views)
    if not style.fold:
        nodes = builder.nodes(run)
    else:
        nodes = []
        for phases, group in prologue.split(run, recording):
            nodes += [builder.hidden(phases, group)] if phases else builder.nodes(group)
    if recording.verdict == "undetermined" and run:
        doubt = (
            builder.words.undetermined_client if recording.doubt == "client" else builder.words.undetermined
        )
        nodes.insert(0, Note((), doubt))
    if recording.missing and run:
        phrase = builder.words.missing if len(recording.missing) > 1 else builder.words.missing_one
        nodes.append(Note((), phrase.format(steps=", ".join(map(str, recording.missing)))))
    return nodes


def nodes_of(run: Sequence[MessageUnit], style: Style = _PLAIN) -> list[Node]:
    """Return the nodes for a part of a run, given in units."""
    return _Builder(style).nodes(run)


def arrow_text(view: MessageView, vocabulary: Words) -> str:
    """Return the mark for the change of ``view`` and its text."""
    return MARKS[view.change] + _text(view, vocabulary)


def _text(view: MessageView, vocabulary: Words) -> str:
    if view.kind == "error":
        text = vocabulary.no_response.format(reason=view.reason or vocabulary.ended)
    elif view.kind == "response":
        text = vocabulary.response.format(status=view.status_text)
    else:
        text = view.text
    return text if view.instead_of is None else f"{text} ({_text(view.instead_of, vocabulary)})"


def numbers(first: int, last: int) -> str:
    """Return the range from ``first`` to ``last`` for readers, both numbers in parentheses."""
    return f"({first})" if first == last else f"({first})–({last})"


class _Builder:
    def __init__(self, style: Style) -> None:
        self.words = words(style.language)
        self._language = style.language
        self._timing = style.timing

    def hidden(self, phases: Sequence[Phase], group: Sequence[MessageUnit]) -> Note:
        """Return the note that replaces the units of the prologue, each with its phase."""
        over = dict.fromkeys(
            name for unit in group for view in unit.views for name in (view.sender, view.receiver)
        )
        titles = {"discovery": self.words.discovery, "authentication": self.words.authentication}
        parts = [
            titles[phase].format(numbers=_span([unit for _, unit in units]))
            for phase, units in itertools.groupby(zip(phases, group, strict=True), key=lambda pair: pair[0])
        ]
        return Note(tuple(over), ", ".join(parts))

    def nodes(self, items: Sequence[Item]) -> list[Node]:
        return _all_nodes(fold(self._pieces(items), self._loop))

    def _pieces(self, items: Sequence[Item]) -> list[Piece]:
        return [
            self._with_note(self._piece(item), item) if _is_followed(items, position) else self._piece(item)
            for position, item in enumerate(items)
        ]

    def _with_note(self, piece: Piece, failed: Item) -> Piece:
        """Add the note that the documented fallback follows the ``failed`` exchange."""
        note = Note(
            (piece.last.sender, piece.last.receiver), self.words.failed.format(status=_failure(failed))
        )
        return piece._replace(nodes=[*piece.nodes, note], shape=_shape([piece.shape, note]))

    def _loop(self, nodes: list[Node], count: int, first: MessageView, last: MessageView) -> Node:
        if "removed" in (first.change, last.change):
            return Block("loop", [Branch(f"×{count}", nodes)])
        title = self.words.repeated.format(count=count, numbers=numbers(first.number, last.number))
        if self._timing and first.time is not None and last.time is not None:
            title += f" · {(last.time - first.time) * 1000:.0f} ms"
        return Block("loop", [Branch(title, nodes)])

    def _piece(self, item: Item) -> Piece:
        if isinstance(item, MessageView):
            return Piece(None, [self._arrow(item)], again=False, first=item, last=item)
        pieces = fold(self._pieces(item.items), self._loop)
        own = [_message_key(message) for message in item.items if isinstance(message, MessageView)]
        inner = [piece.shape for piece in pieces if not _is_message(piece)]
        request = item.request
        return Piece(
            shape=None if request is None else _shape([*own, *inner]),
            nodes=_all_nodes(pieces),
            again=request is not None and request.verdict == "repeated",
            first=pieces[0].first,
            last=pieces[-1].last,
        )

    def _arrow(self, view: MessageView) -> Arrow:
        note = ""
        if view.kind == "request" and view.deviates:
            note = self.words.unexpected if view.verdict == "unexpected" else self.words.wrong_status
        number = None if view.change == "removed" else view.number
        time = _time(view) if self._timing else ""
        operation = operation_link(view.operation, self._language) if view.kind == "request" else None
        return Arrow(view, arrow_text(view, self.words), number, note, time, operation)


def _all_nodes(pieces: list[Piece]) -> list[Node]:
    return [node for piece in pieces for node in piece.nodes]


def _shape(parts: list[Hashable]) -> Hashable:
    """Return the shape of a piece made of ``parts``; None if a part has no shape."""
    return None if None in parts else tuple(parts)


def _is_message(piece: Piece) -> bool:
    return piece.first is piece.last


def _message_key(view: MessageView) -> Hashable:
    """Return the key that ``view`` shares with its repetitions; None for a message that is never folded."""
    if view.deviates:
        return None
    return (
        view.sender,
        view.receiver,
        view.kind,
        view.change,
        view.text,
        view.operation,
        _ALIKE.get(view.verdict or "", view.verdict),
    )


def _verdict(item: Item) -> str | None:
    request = item.request if isinstance(item, MessageUnit) else None
    return request.verdict if request else None


def _failure(item: Item) -> str:
    """Return the status and the reason of a failed exchange; an empty text if it did not fail."""
    answer = item.items[-1] if isinstance(item, MessageUnit) else item
    assert isinstance(answer, MessageView)
    return f"{answer.status} {answer.reason}".strip() if (answer.status or 0) >= 400 else ""


def _is_followed(items: Sequence[Item], position: int) -> bool:
    """Return whether the exchange at ``position`` failed, and the fallback of its step comes later."""
    failed = items[position]
    if _verdict(failed) != "fallback" or not _failure(failed):
        return False
    for item in items[position + 1 :]:
        verdict = _verdict(item)
        if verdict == "fallback" and not _failure(item):
            return _step(item) == _step(failed)
        if verdict not in _BETWEEN:
            break
    return False


def _step(item: Item) -> int | None:
    request = item.request if isinstance(item, MessageUnit) else None
    return request.step if request else None


def _span(group: Sequence[MessageUnit]) -> str:
    views = [view for unit in group for view in unit.views]
    return numbers(views[0].number, views[-1].number)


def _time(view: MessageView) -> str:
    """Return the time of a request in the run, or of a response since its request, in milliseconds."""
    seconds, sign = (view.time, "") if view.kind == "request" else (view.took, "+")
    return "" if seconds is None else f"{sign}{seconds * 1000:.0f} ms"
