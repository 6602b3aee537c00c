"""Documented sequences for a terminal: a list of sequences, and a sequence step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.i18n import DEFAULT, pick
from tracer.rendering.conditions import each, either, how_often, when
from tracer.rendering.visible_texts import visible
from tracer.rendering.words import words
from tracer.sequences import AnyOrder, Each, Loop, OneOf, usual_mount, with_query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Sequence as List

    from tracer.sequences import Entry, Item, Sequence

__all__ = ["heading", "listed", "steps"]

_LIMIT = 600
_INDENT = "  "
_Row = tuple[Text, Text, Text, Text, Text]


def listed(sequences: Iterable[Sequence], language: str = DEFAULT) -> Table:
    """Return a table with a row for each of ``sequences``."""
    table = _table()
    for title in ("sequence", "command"):
        table.add_column(title, overflow="fold")
    table.add_column("steps", justify="right", no_wrap=True)
    table.add_column("title", overflow="fold")
    for sequence in sequences:
        commands = "\n".join(visible(command, 120) for command in (sequence.command, *sequence.aliases))
        table.add_row(
            Text(sequence.name, style="bold"),
            Text(commands),
            Text(str(len(sequence.steps))),
            _text(sequence.title, language),
        )
    return table


def heading(sequence: Sequence, language: str = DEFAULT) -> Iterator[Text]:
    """Yield lines with the name, title, commands, purpose, reference, and parameters of the sequence."""
    title = _text(sequence.title, language)
    yield Text(sequence.name, style="bold").append(f": {title}" if title else "", style="bold")
    for command in (sequence.command, *sequence.aliases):
        yield Text(f"$ {visible(command, 200)}", style="cyan")
    reference = sequence.reference.replace("{release}", "latest")
    for line in (_text(sequence.purpose, language), Text(visible(reference, 300), style="dim")):
        if line:
            yield line
    if sequence.parameters:
        types = ", ".join(f"{{{name}}}: {kind}" for name, kind in sequence.parameters.items())
        yield Text(visible(types, _LIMIT), style="dim")


def steps(sequence: Sequence, language: str = DEFAULT) -> Table:
    """Return a table with a row for each exchange and its summary.

    Service calls and fallbacks are indented below their exchange.
    """
    table = _table()
    table.add_column("steps", no_wrap=True)
    table.add_column("from → to", overflow="fold")
    table.add_column("request", overflow="fold", ratio=2)
    table.add_column("status", overflow="fold")
    table.add_column("", overflow="fold", ratio=3)
    for row in _Rows(language).items(sequence.exchanges, ""):
        table.add_row(*row)
    return table


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)


def _text(text: dict[str, str], language: str) -> Text:
    return Text(visible(pick(text, language), _LIMIT))


class _Rows:
    def __init__(self, language: str) -> None:
        self._language = language
        self._words = words(language)

    def items(self, items: Iterable[Item], indent: str) -> Iterator[_Row]:
        for item in items:
            if isinstance(item, AnyOrder):
                yield _note(indent, self._words.any_order)
                for entry in item.any_order:
                    yield from self._entry(entry, indent + _INDENT)
            elif isinstance(item, OneOf):
                yield _note(indent, self._words.one_of)
                for number, branch in enumerate(item.one_of, 1):
                    yield _note(indent + _INDENT, f"{number}.")
                    yield from self.items(branch, indent + 2 * _INDENT)
            elif isinstance(item, Each):
                yield _note(indent, each(item, self._words))
                yield from self.items(item.each, indent + _INDENT)
            else:
                yield from self._entry(item, indent)

    def _entry(self, entry: Entry, indent: str, sender: str = "") -> Iterator[_Row]:
        yield self._row(entry, indent, sender or entry.sender)
        for call in entry.calls:
            yield from self._entry(call, indent + _INDENT, entry.receiver)
        if entry.afterwards:
            yield _note(indent + _INDENT, self._words.afterwards)
        for call in entry.afterwards:
            yield from self._entry(call, indent + 2 * _INDENT, entry.receiver)
        if entry.fallback:
            failed = self._words.answered.format(statuses=either(entry.fallback.status, self._words))
            yield _note(indent + _INDENT, failed, _text(entry.fallback.summary, self._language))
            for following in entry.fallback.then:
                yield from self._entry(following, indent + 2 * _INDENT)

    def _row(self, entry: Entry, indent: str, sender: str) -> _Row:
        path = usual_mount(entry.receiver) + with_query(entry.path, entry.query).removesuffix("/")
        return (
            Text(", ".join(map(str, entry.steps)), style="bold"),
            Text(f"{visible(sender, 40)} → {visible(entry.receiver, 40)}"),
            Text(f"{indent}{entry.method} {visible(path, 300) or '/'}"),
            Text(either(self._statuses(entry), self._words), style="dim"),
            self._description(entry),
        )

    def _statuses(self, entry: Entry) -> List[int]:
        return entry.statuses + (entry.loop.last_statuses if isinstance(entry.loop, Loop) else ())

    def _description(self, entry: Entry) -> Text:
        conditions = when(entry, self._words)
        if entry.loop:
            conditions.append(how_often(entry.loop, self._words))
        if entry.repeats:
            conditions.append(self._words.again)
        description = _text(entry.summary, self._language)
        if conditions:
            description.append("\n" if description else "").append(
                f"({visible(', '.join(conditions), _LIMIT)})", style="dim"
            )
        return description


def _note(indent: str, what: str, why: Text | None = None) -> _Row:
    return Text(), Text(), Text(f"{indent}{visible(what, 200)}", style="cyan"), Text(), why or Text()
