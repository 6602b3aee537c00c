"""Messages grouped into units: each exchange with all messages between its request and its response."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.rendering.messages import MessageView

__all__ = ["MessageUnit", "units"]

# Deeper than any chain of service calls. Exchanges that are nested deeper stay in one unit.
_DEEPEST = 16


class MessageUnit:
    """Messages that stay together: from a request to its response, with all messages between.

    ``items`` are messages and inner units, in order. Exchanges that overlap without nesting share a unit.
    """

    __slots__ = ("items", "waiting")

    def __init__(self) -> None:
        self.items: list[MessageView | MessageUnit] = []
        self.waiting: set[int] = set()

    @property
    def views(self) -> Iterator[MessageView]:
        """All messages, including the messages of inner units."""
        for item in self.items:
            if isinstance(item, MessageUnit):
                yield from item.views
            else:
                yield item

    @property
    def request(self) -> MessageView | None:
        """The request that begins the unit; None if several exchanges overlap."""
        own = [item for item in self.items if not isinstance(item, MessageUnit)]
        return own[0] if len({view.exchange for view in own}) == 1 else None


def units(views: Iterable[MessageView]) -> list[MessageUnit]:
    """Group the messages of a run into units. ``views`` are in the order of time, and so are the units."""
    done: list[MessageUnit] = []
    stack: list[MessageUnit] = []
    for view in views:
        if view.kind == "request":
            _ask(stack, view)
        else:
            _answer(stack, view)
        if not stack[-1].waiting:
            unit = stack.pop()
            (stack[-1].items if stack else done).append(unit)
    return done


def _ask(stack: list[MessageUnit], view: MessageView) -> None:
    if len(stack) < _DEEPEST:
        stack.append(MessageUnit())
    stack[-1].items.append(view)
    stack[-1].waiting.add(view.exchange)


def _answer(stack: list[MessageUnit], view: MessageView) -> None:
    while view.exchange not in stack[-1].waiting:
        # The outer exchange ends before the inner exchange: they overlap and share a unit.
        inner = stack.pop()
        stack[-1].items += inner.items
        stack[-1].waiting |= inner.waiting
    stack[-1].waiting.remove(view.exchange)
    stack[-1].items.append(view)
