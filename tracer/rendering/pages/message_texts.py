"""The messages of a recording for a page, each with its description."""

from __future__ import annotations

import itertools
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.markdown_escapes import Md, code, inline, link, title
from tracer.rendering.messages import messages
from tracer.rendering.pages.code_blocks import CodeBlock, block, body_block, header_lines
from tracer.rendering.pages.exchange_texts import Telling
from tracer.rendering.words import words
from tracer.sequences import catalog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tracer.model import Exchange, Recording
    from tracer.rendering.messages import MessageView
    from tracer.rendering.pages.wording import Wording

__all__ = ["ExplanationLine", "Part", "parts", "parts_of", "steps"]

_INDENT = 4
_NO_PAGES: Mapping[str, str] = MappingProxyType({})
_MOST = 300
"""The most exchanges on a page. Exchanges that only repeat an earlier exchange do not count."""


class ExplanationLine(NamedTuple):
    """A line of the explanation: an exchange with the numbers of its messages."""

    numbers: Md
    text: Md


class Part(NamedTuple):
    """A message in full, or (``shared``) a text on several messages that are shown elsewhere."""

    shared: Md
    links: list[Md]
    number: Md
    heading: Md
    anchor: str
    text: Md
    operation: Md
    warnings: list[Md]
    header: CodeBlock | None
    body: CodeBlock | None
    notes: list[Md]
    fallback: tuple[Md, list[tuple[Md, Md]]] | None


class DescribedRecording:
    """A recording with the data that descriptions of its messages need.

    ``elsewhere`` returns for an index the link to the exchange on another page, or an empty text.
    ``again`` has for each index the exchange that it repeats and that is shown instead, or None.
    ``views`` are the messages of ``recording`` if the caller has them already. ``operation_pages`` has the
    pages of operations by ID.
    """

    def __init__(
        self,
        recording: Recording,
        say: Wording,
        elsewhere: Callable[[int], str] = lambda _: "",
        again: Sequence[int | None] = (),
        views: Sequence[MessageView] | None = None,
        operation_pages: Mapping[str, str] = _NO_PAGES,
    ) -> None:
        self.operation_pages = operation_pages
        self.recording = recording
        self.say = say
        self.elsewhere = elsewhere
        self.again = dict(enumerate(again))
        self.views = messages(recording) if views is None else views
        self.telling = Telling(recording, catalog().get(recording.sequence or ""), say)
        self.pairs: dict[int, list[MessageView]] = {}
        for view in self.views:
            self.pairs.setdefault(view.exchange, []).append(view)
        self.left_out = self._left_out()

    def exchange(self, view: MessageView) -> Exchange:
        """Return the exchange of a message."""
        return self.recording.exchanges[view.exchange]

    def link_target(self, view: MessageView) -> str:
        """Return the target of a link to a message."""
        return self.elsewhere(view.exchange) or f"#m{self.first(view).number}"

    def first(self, view: MessageView) -> MessageView:
        """Return the request of a message's exchange, or of the exchange that it repeats."""
        again = self.again.get(view.exchange)
        return self.pairs[view.exchange if again is None else again][0]

    def rest(self) -> Md:
        """Return the text on the messages that exceed the limit of the page; empty if there are none."""
        if not self.left_out:
            return Md()
        first = min(self.pairs[index][0].number for index in self.left_out)
        show = code(f"tracer show --message {first}")
        return self.say("messages.rest", count=f"{2 * len(self.left_out):,}", first=first, show=show)

    def _left_out(self) -> frozenset[int]:
        """Return the indexes of the exchanges that exceed the limit of the page."""
        shown = 0
        for position, pair in enumerate(self.pairs.values()):
            shown += self.part(pair[0])[0] != "again"
            if shown > _MOST:
                return frozenset(itertools.islice(self.pairs, position, None))
        return frozenset()

    def part(self, view: MessageView) -> tuple[str, int]:
        """Return the key of a message for grouping: equal messages in a row are described together."""
        if self.elsewhere(view.exchange):
            return "shared", 0
        again = self.again.get(view.exchange)
        return ("shown", view.number) if again is None else ("again", again)


def steps(run: DescribedRecording) -> list[ExplanationLine]:
    """Return the explanation of a run, exchange by exchange in the order of the requests."""
    lines = []
    shown_pairs = (pair for index, pair in run.pairs.items() if index not in run.left_out)
    for (kind, _), pairs in groupby(shown_pairs, key=lambda pair: run.part(pair[0])):
        if kind == "again":
            lines.append(_again_step(run, list(pairs)))
            continue
        for request, response in pairs:
            text = inline(run.telling.step(request, response)) or _plain_step(run, request, response)
            numbers = f"({request.number}), ({response.number})"
            lines.append(ExplanationLine(Md(f"[{numbers}]({run.link_target(request)})"), text))
    return lines


def parts(run: DescribedRecording) -> list[Part]:
    """Return the messages in the order of time. Messages in a row that are shown elsewhere share a part."""
    views = [view for view in run.views if view.exchange not in run.left_out]
    described: list[Part] = []
    for (kind, _), together in groupby(views, key=run.part):
        if kind == "shown":
            described += [_message(run, view) for view in together]
        else:
            described.append(
                {"shared": _describe_shared, "again": _describe_repetitions}[kind](run, list(together))
            )
    return described


def parts_of(run: DescribedRecording, index: int) -> list[Part]:
    """Return the messages of one exchange in full."""
    return [_message(run, view) for view in run.pairs[index]]


def _again_step(run: DescribedRecording, pairs: Sequence[Sequence[MessageView]]) -> ExplanationLine:
    numbers = _span([view.number for pair in pairs for view in pair])
    again = run.say.count("step.again", len(pairs), count=len(pairs))
    return ExplanationLine(Md(f"[{numbers}]({run.link_target(pairs[0][0])})"), again)


def _describe_repetitions(run: DescribedRecording, views: Sequence[MessageView]) -> Part:
    first = run.pairs[run.first(views[0]).exchange]
    text = run.say(
        "messages.again",
        numbers=Md(_span([view.number for view in views])),
        first=Md(f"[{_span([view.number for view in first])}](#m{first[0].number})"),
    )
    return _note(run.say("messages.again-title"), text, [])


def _note(heading: Md, text: Md, links: list[Md]) -> Part:
    return Part(text, links, Md(), heading, "", Md(), Md(), [], None, None, [], None)


def _plain_step(run: DescribedRecording, request: MessageView, response: MessageView) -> Md:
    if run.telling.discovers(request):
        key = "step.discovery"
    else:
        key = "step.unanswered" if response.kind == "error" else "step.request"
    text = run.say(
        key,
        sender=run.telling.label(request.sender),
        receiver=run.telling.label(request.receiver),
        request=code(request.text),
        status=f"{response.status} {response.reason}".strip(),
    )
    operation = run.telling.operation(request)
    if operation is None:
        return text
    return run.say("step.operation", operation=link(operation.name, operation.url), text=text)


def _describe_shared(run: DescribedRecording, views: Sequence[MessageView]) -> Part:
    links = []
    by_exchange: dict[int, list[MessageView]] = {}
    for view in views:
        by_exchange.setdefault(view.exchange, []).append(view)
    for exchange, here in by_exchange.items():
        numbers = ", ".join(f"({view.number})" for view in here)
        request = run.pairs[exchange][0]
        operation = run.telling.operation(request)
        name = f": {link(operation.name, operation.url)}" if operation else ""
        links.append(Md(f"{numbers} [{code(request.text)}]({run.elsewhere(exchange)}){name}"))
    text = run.say(
        "messages.shared",
        numbers=Md(_span([view.number for view in views])),
        title=run.say("prologue.title"),
        page=Md(run.elsewhere(views[0].exchange).partition("#")[0]),
    )
    return _note(run.say("messages.shared-title"), text, links)


def _span(numbers: Sequence[int]) -> str:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] + 1 == number:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(
        f"({first})-({last})"
        if last - first > 1
        else ", ".join(f"({number})" for number in range(first, last + 1))
        for first, last in spans
    )


def _message(run: DescribedRecording, view: MessageView) -> Part:
    exchange = run.exchange(view)
    answer = exchange.response
    say = run.say
    request = run.pairs[view.exchange][0]
    if view.kind == "request":
        heading, above = run.telling.heading(view), title(view.method, exchange.request.url)
    elif answer is not None:
        heading = f"{answer.status} {answer.reason}".strip() + f" {request.path}"
        above = title(answer.status, answer.reason, exchange.request.url)
    else:
        heading, above = f"{say('message.no-response')} {request.path}", ""
    message = exchange.request if view.kind == "request" else answer
    return Part(
        shared=Md(),
        links=[],
        number=Md(f"({view.number}) "),
        heading=inline(heading),
        anchor=f"m{view.number}",
        text=_text(run, view),
        operation=_operation(run, view),
        warnings=_warnings(run, view),
        header=None if message is None else block(header_lines(message.headers), "http", above, say, _INDENT),
        body=None if message is None else body_block(message.body, say),
        notes=[say("note.repeated")] if view.kind == "request" and view.verdict == "repeated" else [],
        fallback=_fallback(run, view),
    )


def _text(run: DescribedRecording, view: MessageView) -> Md:
    if view.kind == "error":
        return run.say(
            "message.error",
            reason=code(view.reason) if view.reason else inline(words(run.say.language).ended),
        )
    answer = run.exchange(view).response
    description = inline(run.telling.message(view, answer.status if answer else None))
    if not description and view.kind == "response" and run.telling.fails_over(view, view.status):
        description = run.say("message.fails-over")
    if not description:
        ends = {"sender": run.telling.label(view.sender), "receiver": run.telling.label(view.receiver)}
        kind = f"discovery-{view.kind}" if run.telling.discovers(view) else view.kind
        description = run.say(f"message.{kind}", **ends)
    reference = run.telling.reference(view)
    operation = run.telling.operation(view)
    if not reference or (operation and operation.url == reference):
        return description
    return Md(f"{description} {link(run.say('messages.reference'), reference)}")


def _operation(run: DescribedRecording, view: MessageView) -> Md:
    """Return the line with the operation of a message and, of a response, the documented statuses."""
    operation = run.telling.operation(view)
    if operation is None:
        return Md()
    page = run.operation_pages.get(operation.id)
    name = code(operation.id)
    facts = [
        run.say(
            "message.operation",
            operation=link(operation.name, operation.url),
            id=Md(f"[{name}]({page})") if page else name,
        )
    ]
    if view.kind != "request":
        facts += [
            run.say(f"message.{kind}", statuses=", ".join(map(str, statuses)))
            for kind, statuses in (("success", operation.success), ("errors", operation.errors))
            if statuses
        ]
    return Md(" · ".join(facts))


def _warnings(run: DescribedRecording, view: MessageView) -> list[Md]:
    exchange = run.exchange(view)
    warnings = []
    if view.kind == "request" and exchange.redaction == "failed":
        warnings.append(run.say("message.redaction-failed"))
    if view.kind == "request" and view.verdict == "unexpected":
        warnings.append(run.say("deviation.unexpected-message"))
    if view.kind == "response" and view.verdict == "wrong-status":
        expected = run.telling.expected(view, view.status)
        if expected:
            warnings.append(run.say("message.other-status", status=view.status, expected=expected))
    return warnings


def _fallback(run: DescribedRecording, view: MessageView) -> tuple[Md, list[tuple[Md, Md]]] | None:
    if view.kind != "request" or view.verdict not in ("documented", "fallback"):
        return None
    fallback = run.telling.fallback(view)
    if fallback is None:
        return None
    key = "fallback.happened" if fallback.happened else "fallback.otherwise"
    return (
        run.say(key, summary=fallback.summary),
        [(code(request), inline(summary)) for request, summary in fallback.then],
    )
