"""A long diagram in parts that can be read one by one, each with a note where it goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.blocks import Arrow, Close, Event, Note, Open, Other

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.rendering.words import Words

__all__ = ["LIMIT", "split"]

LIMIT = 60
"""The most messages that a diagram shows."""


class _Place(NamedTuple):
    """Where a diagram can be cut: before the event ``before``, with ``open`` blocks and exchanges around."""

    before: int
    open: int


def split(drawn: Sequence[Event], words: Words, limit: int = LIMIT) -> list[list[Event]]:
    """The events of a diagram in parts of about the same length, of at most ``limit`` arrows.

    A cut goes where few exchanges and blocks are open. A block that it goes through is closed
    before it and opened again behind it.
    """
    cuts = _cuts(_places(drawn), limit)
    parts: list[list[Event]] = []
    blocks: list[Open] = []
    for start, end in zip([0, *cuts], [*cuts, len(drawn)], strict=True):
        body = list(drawn[start:end])
        around = [block._replace(title=words.continued.format(title=block.title)) for block in blocks]
        if blocks and isinstance(body[0], Other):
            around[-1] = blocks[-1] = Open(*body.pop(0))
        blocks = _still_open(blocks, body)
        parts.append([*around, *body, *[Close() for _ in blocks]])
    return _with_notes(parts, words)


def _with_notes(parts: list[list[Event]], words: Words) -> list[list[Event]]:
    """The parts, each with what was before it and where it goes on."""
    noted: list[list[Event]] = []
    for position, part in enumerate(parts, 1):
        before = words.went_before.format(part=position, parts=len(parts), number=_first_number(part))
        behind = [
            words.goes_on.format(next=position + 1, parts=len(parts), number=_first_number(following))
            for following in parts[position : position + 1]
        ]
        noted.append([
            *([Note((), before)] if position > 1 else []), *part, *(Note((), said) for said in behind)
        ])  # fmt: skip
    return noted


def _places(drawn: Sequence[Event]) -> list[_Place]:
    """The place behind each arrow and the blocks that end with it."""
    places: list[_Place] = []
    blocks = 0
    asked: set[int] = set()
    for index, event in enumerate(drawn, 1):
        blocks += isinstance(event, Open) - isinstance(event, Close)
        if isinstance(event, Arrow):
            (asked.add if event.view.kind == "request" else asked.discard)(event.view.exchange)
            places.append(_Place(index, blocks + len(asked)))
        elif isinstance(event, Close) and places:
            places[-1] = _Place(index, blocks + len(asked))
    return places


def _cuts(places: Sequence[_Place], limit: int) -> list[int]:
    """The indexes of the events before which to cut."""
    cuts: list[int] = []
    done = 0
    while (rest := len(places) - done) > limit:
        even = -(-rest // -(-rest // limit))
        choice = range(max(1, even - limit // 3), limit + 1)
        best = min(choice, key=lambda count: (places[done + count - 1].open, abs(count - even)))
        done += best
        cuts.append(places[done - 1].before)
    return cuts


def _still_open(blocks: Sequence[Open], drawn: Iterable[Event]) -> list[Open]:
    """The blocks that are open behind ``drawn``, each as the branch of it that came last."""
    now = list(blocks)
    for event in drawn:
        if isinstance(event, Open):
            now.append(event)
        elif isinstance(event, Other):
            now[-1] = Open(*event)
        elif isinstance(event, Close):
            now.pop()
    return now


def _first_number(part: Iterable[Event]) -> int | str:
    numbered = (event.number for event in part if isinstance(event, Arrow))
    return next((number for number in numbered if number is not None), "…")
