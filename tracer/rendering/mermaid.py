"""Sequence diagrams of recordings and documented sequences as Mermaid text."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from tracer.i18n import DEFAULT
from tracer.rendering import blocks
from tracer.rendering.blocks import Arrow, Close, Event, Note, Open, Other
from tracer.rendering.documented import sequence_tree
from tracer.rendering.messages import client_first
from tracer.rendering.parts import split
from tracer.rendering.style import Style
from tracer.rendering.tree import recording_tree
from tracer.rendering.visible_texts import visible
from tracer.rendering.words import words
from tracer.sequences import participant_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from collections.abc import Sequence as List

    from tracer.model import Recording
    from tracer.rendering.messages import MessageView
    from tracer.sequences import Sequence

__all__ = [
    "BREAK",
    "LINK",
    "count_parts",
    "escape",
    "mermaid",
    "mermaid_parts",
    "mermaid_text",
    "participants_of",
    "sequence_mermaid",
]

BREAK = "<br/>"
"""A new line in the text of a message."""

LINK = "%% "
"""The beginning of the line with the link of the next message: a comment, as messages have no links."""

_NARROWEST = 30
_PLAIN = Style()
_RED = "rgba(255, 60, 60, 0.18)"
_GROUNDS = {
    "added": "rgba(40, 170, 80, 0.25)",
    "removed": _RED,
    "changed": "rgba(240, 165, 0, 0.28)",
    "moved": "rgba(240, 165, 0, 0.28)",
}
_ARROWS = {"request": "->>", "response": "-->>", "error": "--x"}
_SAFE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Keywords that cannot be the ID of a participant: the lexer recognises them at any position.
_RESERVED = frozenset({
    "actor", "activate", "alt", "and", "as", "autonumber", "box", "break", "create", "critical",
    "deactivate", "destroy", "details", "else", "end", "left", "link", "links", "loop", "note", "off", "opt",
    "option", "over", "par", "par_over", "participant", "properties", "rect", "right", "title",
})  # fmt: skip
# Mermaid reads these as the end of a statement, a comment, an entity (or a character that it replaces
# entities with internally), a tag, an escape, or a formula.
_SPECIAL = re.compile(
    r"[#;<>&%\\$`\u00b0\u00b6\ufb02]|(?<!\w)end(?!\w)|^:?(?:no)?wrap(?=\s*:)",
    re.IGNORECASE,
)


def mermaid(recording: Recording, style: Style = _PLAIN) -> str:
    """Return the sequence diagram of ``recording`` as one text of any length.

    Messages are in the order of time. Repetitions are folded into loops; the numbers remain those of
    the whole run. Messages that deviate from the sequence have a red background and a note. A note at
    the end names the required steps that are missing.
    """
    drawn = list(blocks.events(recording_tree(recording, style)))
    return mermaid_text(drawn, participants_of(drawn, recording.participants), style.title)


def mermaid_parts(
    recording: Recording,
    style: Style = _PLAIN,
    most: int | None = None,
    views: List[MessageView] | None = None,
) -> list[str]:
    """Return the diagram of ``recording`` as several readable diagrams, each with at most 60 messages.

    With ``most``, return only the first ``most`` of them. ``views`` are the messages of ``recording`` if the
    caller has them already.
    """
    drawn = list(blocks.events(recording_tree(recording, style, views)))
    named = participants_of(drawn, recording.participants)
    parts = split(drawn, words(style.language))
    numbered = bool(style.title) and len(parts) > 1
    return [
        mermaid_text(part, named, f"{style.title} ({number}/{len(parts)})" if numbered else style.title)
        for number, part in enumerate(parts[:most], 1)
    ]


def count_parts(recording: Recording) -> int:
    """Return the number of all diagrams of ``mermaid_parts``."""
    return len(split(list(blocks.events(recording_tree(recording))), words()))


def sequence_mermaid(sequence: Sequence, language: str = DEFAULT) -> str:
    """Return the diagram of a documented sequence, numbered with its steps.

    Messages without a step have no number. Frames mark exchanges that are optional, repeated,
    alternatives, or in any order.
    """
    drawn = list(blocks.events(sequence_tree(sequence, language)))
    return mermaid_text(drawn, participants_of(drawn, {}))


def mermaid_text(
    drawn: Iterable[Event],
    participants: Mapping[str, str],
    title: str = "",
    boxes: Mapping[str, Iterable[str]] | None = None,
) -> str:
    """Return the text of one diagram, with a newline at its end.

    ``participants`` maps names to labels, from left to right. ``boxes`` maps the title of a frame to the
    participants in it. Participants in boxes come first, box by box.
    """
    ids = _ids(participants)
    events = list(drawn)
    first = next((event.number for event in events if isinstance(event, Arrow)), 1)
    lines = ["sequenceDiagram"]
    if first is not None:
        lines.append(f"  {_autonumber(first)}")
    if title:
        lines.append(f"  title {escape(title)}")
    declared = {
        name: f"participant {ids[name]} as {escape(label, 40) or ids[name]}"
        for name, label in participants.items()
    }
    for heading, inside in (boxes or {}).items():
        lines += [
            f"  box transparent {escape(heading)}",
            *(f"    {declared.pop(name)}" for name in inside),
            "  end",
        ]
    lines += [f"  {line}" for line in declared.values()]
    lines += _Lines(ids, first).of(events)
    return "\n".join(lines) + "\n"


def _autonumber(number: int) -> str:
    return f"autonumber {number}" if number > 1 else "autonumber"


def escape(text: str, limit: int = 120) -> str:
    """Escape ``text`` to one line that Mermaid shows literally. Cut it at ``limit`` characters."""
    return _SPECIAL.sub(lambda special: _entities(special[0]), visible(text, limit))


def _entities(text: str) -> str:
    return "".join(f"#{ord(char)};" for char in text)


def participants_of(drawn: Iterable[Event], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the participants, the client first and the others in order of appearance."""
    names: list[str] = []
    for event in drawn:
        if isinstance(event, Arrow):
            names += (event.view.sender, event.view.receiver)
        elif isinstance(event, Note):
            names += event.over
    return {name: labels.get(name) or participant_label(name) for name in client_first(names)}


def _ids(names: Iterable[str]) -> dict[str, str]:
    """Return an identifier for each participant."""
    ids: dict[str, str] = {}
    taken = set(_RESERVED)
    for number, name in enumerate(names, 1):
        identifier = name.replace("-", "_")
        if not _SAFE_ID.fullmatch(identifier) or identifier in taken:
            identifier = f"Participant{number}"
        taken.add(identifier)
        ids[name] = identifier
    return ids


def _message(arrow: Arrow) -> str:
    """Return the text of an arrow: the name of the operation above method and path, or one line."""
    text = escape(arrow.text) + (f" · {arrow.time}" if arrow.time else "")
    if arrow.operation is None:
        return text
    # A long name would draw the lifelines apart.
    name = textwrap.wrap(arrow.operation.name, max(_NARROWEST, len(arrow.text)))
    return BREAK.join([*map(escape, name), text])


class _Lines:
    """The lines of a diagram. Indent, background, and number of a line depend on the lines before it."""

    def __init__(self, ids: Mapping[str, str], counted: int | None) -> None:
        self._ids = ids
        self._in_order = list(ids.values())
        self._positions = {name: position for position, name in enumerate(ids)}
        self._depth = 1
        self._ground = ""
        self._counted = counted

    def of(self, drawn: Iterable[Event]) -> Iterator[str]:
        for event in drawn:
            if isinstance(event, Arrow):
                yield from self._arrow(event)
                continue
            yield from self._mark("")
            if isinstance(event, Note):
                yield self._note(event.over or tuple(self._ids), event.text)
            elif isinstance(event, Open):
                yield self._line(f"{event.kind} {escape(event.title)}".rstrip())
                self._depth += 1
            else:
                self._depth -= 1
                yield self._line("end" if isinstance(event, Close) else self._next_branch(event))
                self._depth += isinstance(event, Other)
        yield from self._mark("")

    def _arrow(self, arrow: Arrow) -> Iterator[str]:
        view = arrow.view
        yield from self._mark(_RED if view.deviates else _GROUNDS.get(view.change, ""))
        yield from self._number(arrow.number)
        if arrow.note:
            yield self._note((view.sender, view.receiver), arrow.note)
        if arrow.operation and arrow.operation.url:
            yield self._line(f"{LINK}{arrow.operation.url}")
        sender, receiver = self._ids[view.sender], self._ids[view.receiver]
        yield self._line(f"{sender}{_ARROWS[view.kind]}{receiver}: {_message(arrow)}")

    def _number(self, number: int | None) -> Iterator[str]:
        if number is None and self._counted is not None:
            yield self._line("autonumber off")
        elif number is not None and number != self._counted:
            # A bare `autonumber` would continue from the number before.
            yield self._line(f"autonumber {number}")
        self._counted = None if number is None else number + 1

    def _mark(self, ground: str) -> Iterator[str]:
        """Yield the lines that end the current background and begin ``ground``, if it is not empty."""
        if ground == self._ground:
            return
        if self._ground:
            self._depth -= 1
            yield self._line("end")
        if ground:
            yield self._line(f"rect {ground}")
            self._depth += 1
        self._ground = ground

    def _note(self, over: Iterable[str], text: str) -> str:
        positions = [self._positions[name] for name in over]
        ends = dict.fromkeys(self._in_order[position] for position in (min(positions), max(positions)))
        return self._line(f"Note over {','.join(ends)}: {escape(text)}")

    def _next_branch(self, event: Other) -> str:
        return f"{'and' if event.kind == 'par' else 'else'} {escape(event.title)}".rstrip()

    def _line(self, text: str) -> str:
        return "  " * self._depth + text
