"""The headers and the body of one message, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.highlighter import JSONHighlighter
from rich.text import Text

from tracer.counting import counted
from tracer.rendering.operation_links import operation_link
from tracer.rendering.recording_table import message_style
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.model import Body, Headers, Recording
    from tracer.rendering.messages import MessageView
    from tracer.rendering.operation_links import OperationLink

__all__ = ["details"]


def details(recording: Recording, view: MessageView, *, headers: bool, body: bool) -> Iterator[Text]:
    """Yield the lines of a message: title, operation, method and URL of a request, and the requested parts.

    No line is cut or wrapped.
    """
    exchange = recording.exchanges[view.exchange]
    yield _title(view)
    if operation := operation_link(view.operation):
        yield _operation(operation)
    if view.kind == "request":
        yield Text(f"{_whole(exchange.request.method)} {_whole(exchange.request.url)}")
    message = exchange.request if view.kind == "request" else exchange.response
    if message is None:
        return
    if headers:
        yield from _headers(message.headers)
    if headers and body:
        yield Text()
    if body:
        yield from _body(message.body)


def _title(view: MessageView) -> Text:
    title = Text(f"({view.number})", style="bold red" if view.deviates else "bold")
    if view.step not in (None, view.number):
        title.append(f" step {view.step}")
    title.append(f" {_whole(view.text)}", style=message_style(view) or "bold")
    title.append(f"  {_whole(view.sender)} → {_whole(view.receiver) or '?'}", style="dim")
    if view.verdict and view.kind == "request":
        title.append(f"  {view.verdict}", style="bold red" if view.deviates else "dim")
    return title


def _operation(operation: OperationLink) -> Text:
    line = Text.assemble(("operation: ", "dim"), operation.name)
    if operation.name != operation.id:
        line.append(f" ({operation.id})", style="dim")
    return line.append(f"  {operation.url}".rstrip(), style="dim")


def _headers(headers: Headers) -> Iterator[Text]:
    for name, value in headers.items():
        for field_value in [value] if isinstance(value, str) else value:
            yield Text.assemble((f"{_whole(name)}: ", "cyan"), _whole(field_value))


def _body(body: Body | None) -> Iterator[Text]:
    if body is None:
        yield Text("no body", style="dim")
        return
    if body.omitted is not None:
        digest = f", SHA-256 {_whole(body.sha256)}" if body.sha256 else ""
        yield Text(f"body not kept ({body.omitted}): {counted(body.size, 'byte')}{digest}", style="dim")
        return
    if body.base64 is not None:
        yield Text(f"{counted(body.size, 'byte')} in base64:", style="dim")
    paint = JSONHighlighter() if body.json is not None else Text
    for line in (body.json or body.text or body.base64 or "").splitlines():
        # The indent shows the depth in the JSON, and `visible` strips it.
        depth = len(line) - len(line.lstrip(" "))
        yield Text(" " * depth) + paint(_whole(line))


def _whole(text: str) -> str:
    return visible(text, len(text))
