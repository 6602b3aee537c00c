"""A recording as the text of a Mermaid sequence diagram."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tracer.rendering.messages import MessageView, messages
from tracer.rendering.texts import visible
from tracer.sequences import participant_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.model import Recording

__all__ = ["escape", "mermaid"]

_MARK = "rgba(255, 60, 60, 0.18)"
_NOTES = {"unexpected": "unexpected", "wrong-status": "wrong status"}
_SAFE_ID = re.compile(r"[a-z][a-z0-9_]{0,39}")
# Words of the grammar that a participant must not be called by: the lexer does not ask where they stand.
_RESERVED = frozenset({
    "actor", "activate", "alt", "and", "as", "autonumber", "box", "break", "create", "critical",
    "deactivate", "destroy", "details", "else", "end", "left", "link", "links", "loop", "note", "off", "opt",
    "option", "over", "par", "par_over", "participant", "properties", "rect", "right", "title",
})  # fmt: skip
# Mermaid ends a statement at these, or sees a comment, an entity (also in the signs that it turns
# entities into while it works), a tag, an escape or a formula in them.
_SPECIAL = re.compile(
    r"[#;<>&%\\$`\u00b0\u00b6\ufb02]|(?<!\w)end(?!\w)|^(?:no)?wrap(?=\s*:)",
    re.IGNORECASE,
)


def mermaid(recording: Recording) -> str:
    """The sequence diagram of ``recording``: its messages in the order of time, ending with a newline.

    What deviates from the sequence is on a red ground with a note; required steps that
    were not seen are named in a note at the end.
    """
    views = messages(recording)
    ids = _ids(views)
    lines = ["sequenceDiagram", "  autonumber"]
    for name, identifier in ids.items():
        label = recording.participants.get(name) or participant_label(name)
        lines.append(f"  participant {identifier} as {escape(label, 40) or identifier}")
    lines += _arrows(views, ids)
    if recording.missing and ids:
        steps = ", ".join(map(str, recording.missing))
        lines.append(
            f"  Note over {_span(ids.values())}: missing: step{'s' * (len(recording.missing) > 1)} {steps}"
        )
    return "\n".join(lines) + "\n"


def escape(text: str, limit: int = 120) -> str:
    """``text`` as Mermaid shows it unchanged: one line, nothing in it is taken for syntax."""
    return _SPECIAL.sub(lambda found: _entities(found[0]), visible(text, limit))


def _entities(text: str) -> str:
    return "".join(f"#{ord(char)};" for char in text)


def _ids(views: list[MessageView]) -> dict[str, str]:
    """An identifier for each participant, the client first and the others in order of appearance."""
    names = dict.fromkeys(name for view in views for name in (view.sender, view.receiver))
    ordered = [name for name in names if name == "client"] + [name for name in names if name != "client"]
    ids: dict[str, str] = {}
    for number, name in enumerate(ordered, 1):
        identifier = name.replace("-", "_")
        if not _SAFE_ID.fullmatch(identifier) or identifier in _RESERVED or identifier in ids.values():
            identifier = f"Participant{number}"
        ids[name] = identifier
    return ids


def _arrows(views: list[MessageView], ids: dict[str, str]) -> Iterator[str]:
    marked = False
    for view in views:
        if marked and not view.deviates:
            yield "  end"
        if view.deviates and not marked:
            yield f"  rect {_MARK}"
        marked = view.deviates
        indent = "    " if marked else "  "
        sender, receiver = ids[view.sender], ids[view.receiver]
        if view.kind == "request" and view.verdict in _NOTES:
            yield f"{indent}Note over {_span([sender, receiver])}: {_NOTES[view.verdict]}"
        arrow = {"request": "->>", "response": "-->>", "error": "--x"}[view.kind]
        yield f"{indent}{sender}{arrow}{receiver}: {escape(view.text)}"
    if marked:
        yield "  end"


def _span(identifiers: Iterable[str]) -> str:
    """The first and the last participant: a note over them spans all between."""
    ends = list(dict.fromkeys(identifiers))
    return ends[0] if len(ends) == 1 else f"{ends[0]},{ends[-1]}"
