"""Messages put together again: each exchange with what happened between its request and its response."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.rendering.messages import MessageView

__all__ = ["Unit", "units"]

# Deeper than any service calls another; what is nested deeper stays in one unit.
_DEEPEST = 16


class Unit:
    """Messages that cannot be torn apart: from a request to its response, with all between.

    ``items`` are messages and inner units, in order. Exchanges that overlap without one being
    inside the other share a unit.
    """

    __slots__ = ("items", "waiting")

    def __init__(self) -> None:
        self.items: list[MessageView | Unit] = []
        self.waiting: set[int] = set()

    @property
    def views(self) -> Iterator[MessageView]:
        """All messages, those of inner units too."""
        for item in self.items:
            if isinstance(item, Unit):
                yield from item.views
            else:
                yield item

    @property
    def request(self) -> MessageView | None:
        """The request that began it, None where several exchanges overlap."""
        own = [item for item in self.items if not isinstance(item, Unit)]
        return own[0] if len({view.exchange for view in own}) == 1 else None


def units(views: Iterable[MessageView]) -> list[Unit]:
    """The messages of a run in units, in order; ``views`` in the order of time."""
    done: list[Unit] = []
    stack: list[Unit] = []
    for view in views:
        if view.kind == "request":
            _ask(stack, view)
        else:
            _answer(stack, view)
        if not stack[-1].waiting:
            unit = stack.pop()
            (stack[-1].items if stack else done).append(unit)
    return done


def _ask(stack: list[Unit], view: MessageView) -> None:
    if len(stack) < _DEEPEST:
        stack.append(Unit())
    stack[-1].items.append(view)
    stack[-1].waiting.add(view.exchange)


def _answer(stack: list[Unit], view: MessageView) -> None:
    while view.exchange not in stack[-1].waiting:
        # The outer exchange ends while the inner one goes on: they overlap.
        inner = stack.pop()
        stack[-1].items += inner.items
        stack[-1].waiting |= inner.waiting
    stack[-1].waiting.remove(view.exchange)
    stack[-1].items.append(view)
