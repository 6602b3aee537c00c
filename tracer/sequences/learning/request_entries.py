"""Entries for learned requests, with the operation of the API reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences.learning.summaries import summary
from tracer.sequences.operation_facts import operation_facts
from tracer.sequences.schema import Entry

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.sequences.learning.observing import Seen

__all__ = ["common_operation", "request_entry"]


def request_entry(receiver: str, method: str, path: str, operation: str, kind: str = "") -> Entry:
    """Return an entry with the status 200 and a text. ``kind`` is a key of the texts of ``learning.yaml``.

    With the ID of an ``operation``, the entry has its link and, if the name exists in all languages of the
    other texts, the name as text.
    """
    facts = operation_facts(operation) if operation else {}
    text = summary(kind, receiver, method, path)
    name = facts.get("summary", {})
    return Entry(
        operation=operation if facts else "",
        receiver=receiver,
        method=method,
        path=path,
        action=facts.get("action", ""),
        status=200,
        summary=dict(name) if name.keys() >= text.keys() else text,
        reference=facts.get("reference", ""),
    )


def common_operation(seen: Iterable[Seen]) -> str:
    """Return the operation that all of ``seen`` have, empty if there is none."""
    operations = {exchange.operation for exchange in seen}
    return operations.pop() if len(operations) == 1 else ""
