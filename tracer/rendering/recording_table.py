"""A recording as a table for the terminal, and its verdict as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.style import Style
from rich.table import Table
from rich.text import Text

from tracer.conformance.problems import Undetermined
from tracer.conformance.reasons import reasons, unlabelled_deviations
from tracer.counting import counted, noun_for, ranges
from tracer.i18n import note_text
from tracer.rendering.messages import MessageView, exchange_messages, messages
from tracer.rendering.operation_links import operation_link
from tracer.rendering.visible_texts import visible
from tracer.sequences import NoSequence, catalog, failed_login

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.model import Exchange, ExchangeVerdict, Recording

__all__ = [
    "Row", "empty_table", "exchange_rows", "heading_lines", "message_row", "message_style",
    "note_lines", "table", "verdict_line", "verdict_style",
]  # fmt: skip

Row = tuple[Text, Text, Text, Text, Text, Text]
"""The cells of a message: number, step, from → to, text, ms, verdict."""

_VERDICTS = {
    "documented": "green",
    "fallback": "cyan",
    "optional": "green",
    "repeated": "cyan",
    "unexpected": "bold red",
    "wrong-status": "bold red",
}
_STATUSES = {2: "green", 3: "cyan", 4: "yellow", 5: "red"}
_NAMED = 5
_WIDE = 120


def table(
    recording: Recording,
    hints: Mapping[int, str] | None = None,
    views: Iterable[MessageView] | None = None,
    width: int = 0,
) -> Table:
    """Return a table of all messages of ``recording``, with the reason below each request that deviates.

    A console of a large ``width`` has the names of operations behind requests, too.

    ``hints`` maps the index of an exchange to its reason. Without ``hints``, the function computes the
    reasons if the catalogue contains the recording's sequence. ``views`` are the messages of ``recording`` if
    the caller has them already.
    """
    table = empty_table()
    why = reasons(recording) if hints is None else hints
    for view in messages(recording) if views is None else views:
        table.add_row(*message_row(view, why.get(view.exchange, ""), named=width >= _WIDE))
    return table


def empty_table() -> Table:
    """Return the table without rows, to fill with rows of ``message_row`` or ``exchange_rows``."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("no.", justify="right", no_wrap=True)
    table.add_column("step", justify="right", no_wrap=True)
    table.add_column("from → to", overflow="fold", min_width=8)
    table.add_column("message", overflow="fold", ratio=1, min_width=12)
    table.add_column("ms", justify="right", no_wrap=True)
    table.add_column("verdict", overflow="fold", min_width=6)
    return table


def exchange_rows(exchange: Exchange, number: int, hint: str = "") -> tuple[Row, Row]:
    """Return the rows of an exchange that has just ended, with its request as message ``number``."""
    request, response = exchange_messages(exchange, number=number)
    return message_row(request, hint), message_row(response)


def message_row(view: MessageView, hint: str = "", *, named: bool = False) -> Row:
    """Return the row of a message, with the name of the operation if ``named``.

    The column ``ms`` is the time since the start of the run, or of a response the time since its request.
    """
    message = Text(visible(view.text, 200), style=message_style(view))
    operation = operation_link(view.operation) if named and view.kind == "request" else None
    if operation:
        message.append(f"  {operation.name}", style=Style(dim=True, link=operation.url or None))
    if hint and view.kind == "request":
        message.append(f"\n{visible(hint, 400)}", style="dim")
    return (
        Text(str(view.number), style="bold red" if view.deviates else "dim"),
        Text("" if view.step is None else str(view.step), style="bold"),
        Text(f"{visible(view.sender, 40)} → {visible(view.receiver, 40) or '?'}"),
        message,
        Text(_milliseconds(view), style="dim"),
        Text(view.verdict or "", style=verdict_style(view.verdict)) if view.kind == "request" else Text(),
    )


def heading_lines(recording: Recording, file: str) -> list[Text]:
    """Return the lines above the messages: the file, the command, the release and the date, not cut."""
    facts = {
        "file": file,
        "command": recording.command or "not known",
        "release": recording.cloud.release or "not known",
        "recorded": recording.recorded or "not known",
    }
    width = max(map(len, facts))
    return [
        Text.assemble((f"{name:<{width}}  ", "dim"), (visible(value, len(value)), "bold"))
        for name, value in facts.items()
    ]


def verdict_line(recording: Recording) -> Text:
    """Return the run's verdict in one line.

    Unless the run conforms, the line names missing steps and deviations. It also names an interruption,
    the exit code of a failed command, and the first exchange without a response.
    """
    if recording.verdict == "undetermined":
        name = f" ({visible(recording.sequence, 60)})" if recording.sequence else ""
        problem = Undetermined(doubt=recording.doubt, has_notes=bool(recording.notes))
        remarks = [problem.evidence, *_deviations(recording)]
        line = Text(f"undetermined{name}: {'; '.join(remarks)}", style="yellow")
    elif recording.sequence is None or recording.verdict is None:
        name = recording.sequence or ""
        absence = NoSequence(
            "" if name in catalog() else name, failed_login=failed_login(recording.exchanges)
        )
        line = Text(visible(str(absence), 300), style="dim")
    elif recording.verdict == "conforms":
        line = Text(f"conforms to {visible(recording.sequence, 60)}: {_count(recording)}", style="green")
    else:
        name = visible(recording.sequence, 60)
        line = Text(f"deviates from {name}: {'; '.join(_deviations(recording))}", style="bold red")
    if recording.interrupted:
        line.append(f"; interrupted: {visible(recording.interrupted, 120)}", style="bold red")
    if recording.output is not None and recording.output.exit:
        line.append(f"; the command itself failed (exit code {recording.output.exit})", style="yellow")
    unanswered = next((exchange for exchange in recording.exchanges if exchange.response is None), None)
    if unanswered:
        reason = f": {visible(unanswered.error, 120)}" if unanswered.error else ""
        line.append(f"; no answer from {visible(unanswered.request.url, 80)}{reason}", style="bold red")
    return line


def note_lines(recording: Recording) -> list[Text]:
    """Return the notes of ``recording``, each as one line that is not cut."""
    texts = map(note_text, recording.notes)
    return [Text(f"note: {visible(text, len(text))}") for text in texts]


def _deviations(recording: Recording) -> Iterable[str]:
    if recording.missing:
        yield f"missing {noun_for(len(recording.missing), 'step')} {', '.join(map(str, recording.missing))}"
    for verdict, words in (("unexpected", "unexpected"), ("wrong-status", "wrong status")):
        named = [_short(exchange) for exchange in recording.exchanges if exchange.verdict == verdict]
        if named:
            more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
            yield f"{words}: {', '.join(named[:_NAMED])}{more}"
    for deviation in unlabelled_deviations(recording)[:_NAMED]:
        yield visible(deviation.text, 200)


def _short(exchange: Exchange) -> str:
    request, response = exchange_messages(exchange)
    answer = "no response" if response.status is None else str(response.status)
    return f"{visible(request.text, 80)} ({answer})"


def _count(recording: Recording) -> str:
    seen = {step for exchange in recording.exchanges for step in exchange.steps}
    sequence = catalog().get(recording.sequence or "")
    if sequence is None:
        return counted(len(seen), "step")
    count = f"{len(seen)} of {counted(len(sequence.steps), 'step')}"
    if left_out := set(sequence.steps) - seen:
        verb = "is" if len(left_out) == 1 else "are"
        count += f" ({noun_for(len(left_out), 'step')} {ranges(left_out)} {verb} optional)"
    if any(exchange.verdict == "fallback" for exchange in recording.exchanges):
        count += ", by its fallback"
    return count


def message_style(view: MessageView) -> str:
    """Return the colour of a response by its status; an empty text for a request."""
    if view.kind == "request":
        return ""
    return _STATUSES.get((view.status or 0) // 100, "bold red")


def verdict_style(verdict: ExchangeVerdict | None) -> str:
    """Return the colour of the verdict of an exchange."""
    return _VERDICTS.get(verdict or "", "")


def _milliseconds(view: MessageView) -> str:
    if view.kind == "request":
        return "" if view.time is None else f"{view.time * 1000:.0f}"
    return "" if view.took is None else f"+{view.took * 1000:.0f}"
