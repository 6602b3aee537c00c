"""A documented sequence as a tree of arrows and blocks: all exchanges that may happen."""

from __future__ import annotations

import itertools
from http import HTTPStatus
from typing import TYPE_CHECKING

from tracer.i18n import DEFAULT
from tracer.rendering.blocks import Arrow, Block, Branch, Node
from tracer.rendering.conditions import each, either, how_often, when
from tracer.rendering.messages import MessageView
from tracer.rendering.operation_links import operation_link
from tracer.rendering.words import words
from tracer.sequences import AnyOrder, Each, Loop, OneOf, usual_mount, with_query

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence as List

    from tracer.rendering.blocks import Kind
    from tracer.sequences import Entry, Item, Sequence

__all__ = ["sequence_tree"]


def sequence_tree(sequence: Sequence, language: str = DEFAULT) -> list[Node]:
    """Return the exchanges of ``sequence`` in order, numbered with their steps, if they have any."""
    return _Builder(language).items(sequence.exchanges)


class _Builder:
    def __init__(self, language: str) -> None:
        self._words = words(language)
        self._language = language
        self._exchanges = itertools.count()

    def items(self, items: Iterable[Item]) -> list[Node]:
        return [node for item in items for node in self._item(item)]

    def _item(self, item: Item) -> list[Node]:
        if isinstance(item, AnyOrder):
            branches = [Branch("", self._entry(entry)) for entry in item.any_order]
            return [_titled("par", self._words.any_order, branches)]
        if isinstance(item, OneOf):
            branches = [Branch("", self.items(branch)) for branch in item.one_of]
            return [_titled("alt", self._words.one_of, branches)]
        if isinstance(item, Each):
            return [Block("loop", [Branch(each(item, self._words), self.items(item.each))])]
        return self._entry(item)

    def _entry(self, entry: Entry) -> list[Node]:
        """Return the nodes of an exchange, in frames for its repetition and its conditions."""
        nodes = self._exchange(entry)
        if entry.loop:
            nodes = [Block("loop", [Branch(how_often(entry.loop, self._words), nodes)])]
        conditions = when(entry, self._words)
        return [Block("opt", [Branch(", ".join(conditions), nodes)])] if conditions else nodes

    def _exchange(self, entry: Entry) -> list[Node]:
        exchange = next(self._exchanges)
        request = self._request(entry, exchange)
        inside, afterwards = self._service_calls(entry)
        last = entry.loop.last_statuses if isinstance(entry.loop, Loop) else ()
        answer = self._answer(entry, exchange, (*entry.statuses, *last))
        if entry.fallback is None:
            return [request, *inside, answer, *afterwards]
        failure = self._answer(entry, exchange, entry.fallback.status)
        then = [node for following in entry.fallback.then for node in self._entry(following)]
        branches = [
            Branch(self._answered(entry.statuses), [answer, *afterwards]),
            Branch(self._answered(entry.fallback.status), [failure, *then]),
        ]
        return [request, *inside, Block("alt", branches)]

    def _service_calls(self, entry: Entry) -> tuple[list[Node], list[Node]]:
        """Return the service calls before and after the response, each in a frame."""
        groups = ((entry.calls, self._words.optional), (entry.afterwards, self._words.afterwards))
        before, after = (
            [Block("opt", [Branch(title, [node for call in calls for node in self._call(call, entry)])])]
            if calls
            else []
            for calls, title in groups
        )
        return list(before), list(after)

    def _call(self, call: Entry, caller: Entry) -> list[Node]:
        exchange = next(self._exchanges)
        before, after = self._service_calls(call)
        return [
            self._request(call, exchange, caller.receiver),
            *before,
            self._answer(call, exchange, call.statuses, caller.receiver),
            *after,
        ]

    def _request(self, entry: Entry, exchange: int, sender: str = "") -> Arrow:
        path = usual_mount(entry.receiver) + with_query(entry.path, entry.query).removesuffix("/")
        view = MessageView(
            number=entry.steps[0] if entry.steps else 0,
            step=entry.steps[0] if entry.steps else None,
            exchange=exchange,
            kind="request",
            sender=sender or entry.sender,
            receiver=entry.receiver,
            method=entry.method,
            path=path or "/",
            status=None,
            reason="",
            time=None,
            took=None,
            verdict=None,
            operation=entry.operation,
        )
        operation = operation_link(entry.operation, self._language)
        return Arrow(view, view.text, view.step, operation=operation)

    def _answer(self, entry: Entry, exchange: int, statuses: List[int], sender: str = "") -> Arrow:
        step = entry.steps[1] if entry.steps else None
        view = self._request(entry, exchange, sender).view._replace(
            number=step or 0,
            step=step,
            kind="response",
            sender=entry.receiver,
            receiver=sender or entry.sender,
            status=statuses[0],
            reason=_phrase(statuses[0]),
        )
        status = view.status_text if len(statuses) == 1 else either(statuses, self._words)
        return Arrow(view, self._words.response.format(status=status), step)

    def _answered(self, statuses: List[int]) -> str:
        return self._words.answered.format(statuses=either(statuses, self._words))


def _titled(kind: Kind, title: str, branches: list[Branch]) -> Block:
    return Block(kind, [branches[0]._replace(title=title), *branches[1:]])


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
