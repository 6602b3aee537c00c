"""Long diagrams in readable parts, each with a note that points to the next part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.blocks import Arrow, Close, Event, Note, Open, Other

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.rendering.words import Words

__all__ = ["LIMIT", "split"]

LIMIT = 60
"""The most messages in one diagram."""


class _PossibleCut(NamedTuple):
    """A possible cut before the event at index ``before``, inside of ``open`` blocks and exchanges."""

    before: int
    open: int


def split(drawn: Sequence[Event], words: Words, limit: int = LIMIT) -> list[list[Event]]:
    """Split the events of a diagram into parts of similar length, each with at most ``limit`` arrows.

    Cuts prefer positions with few open exchanges and blocks. A block that spans a cut is closed
    before the cut and opened again after it.
    """
    cuts = _cuts(_find_possible_cuts(drawn), limit)
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
    """Add notes to the parts: the number of the part at its beginning, the next part at its end."""
    noted: list[list[Event]] = []
    for position, part in enumerate(parts, 1):
        before = words.went_before.format(part=position, parts=len(parts), number=_first_number(part))
        behind = [
            words.goes_on.format(next=position + 1, parts=len(parts), number=_first_number(following))
            for following in parts[position : position + 1]
        ]
        noted.append([
            *([Note((), before)] if position > 1 else []), *part, *(Note((), text) for text in behind)
        ])  # fmt: skip
    return noted


def _find_possible_cuts(drawn: Sequence[Event]) -> list[_PossibleCut]:
    """Return the possible cuts: after each arrow, with the ends of blocks and the notes behind it."""
    candidates: list[_PossibleCut] = []
    blocks = 0
    asked: set[int] = set()
    for index, event in enumerate(drawn, 1):
        blocks += isinstance(event, Open) - isinstance(event, Close)
        if isinstance(event, Arrow):
            (asked.add if event.view.kind == "request" else asked.discard)(event.view.exchange)
            candidates.append(_PossibleCut(index, blocks + len(asked)))
        elif isinstance(event, (Close, Note)) and candidates:
            candidates[-1] = _PossibleCut(index, blocks + len(asked))
    return candidates


def _cuts(candidates: Sequence[_PossibleCut], limit: int) -> list[int]:
    """Return the indexes of the events that begin a new part."""
    cuts: list[int] = []
    done = 0
    while (rest := len(candidates) - done) > limit:
        even = -(-rest // -(-rest // limit))
        choice = range(max(1, even - limit // 3), limit + 1)
        best = min(choice, key=lambda count: (candidates[done + count - 1].open, abs(count - even)))
        done += best
        cuts.append(candidates[done - 1].before)
    return cuts


def _still_open(blocks: Sequence[Open], drawn: Iterable[Event]) -> list[Open]:
    """Return the blocks that are open after ``drawn``, each as its latest branch."""
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
