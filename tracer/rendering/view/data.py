"""The data of a recording for the script of the page.

The summaries of all exchanges come first, so that the page appears while the browser still reads
the contents (headers and bodies, most of the bytes).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tracer.i18n import note_text
from tracer.rendering.messages import MessageView, client_first, messages
from tracer.rendering.operation_links import operation_link
from tracer.rendering.view.descriptions import Descriptions
from tracer.rendering.view.deviations import explanations
from tracer.rendering.visible_texts import visible
from tracer.rendering.words import words
from tracer.sequences import participant_label

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

__all__ = ["contents", "summary"]

_LINE = 400


def summary(name: str, recording: Recording, lang: str) -> dict[str, Any]:
    """Return a recording without the contents of its messages.

    ``order`` has the messages in the order of time: twice the index of the exchange, plus one for the
    response. ``participants`` are pairs of ID and label, the client first. In an exchange, ``from`` and
    ``to`` are indexes of ``participants``, ``said`` is an index of ``descriptions``, and ``operation`` of
    ``operations``. Times are in seconds since the start of the run.
    """
    views = messages(recording)
    names = _participants(views)
    descriptions = Descriptions(recording, lang)
    operations = list(
        dict.fromkeys(exchange.operation for exchange in recording.exchanges if exchange.operation)
    )
    numbers = {operation: number for number, operation in enumerate(operations)}
    why = explanations(recording, lang)
    ended = words(lang).ended
    requests = {view.exchange: view for view in views if view.kind == "request"}
    answers = {view.exchange: view for view in views if view.kind != "request"}
    exchanges = [
        _slim(
            {
                **_exchange(exchange, requests[index], answers[index], names),
                "reason": visible(answers[index].reason or ("" if exchange.response else ended), _LINE),
                "why": visible(why.get(index, ""), _LINE),
                "said": descriptions.number(exchange),
                "operation": numbers.get(exchange.operation),
            }
        )
        for index, exchange in enumerate(recording.exchanges)
    ]
    return _about(name, recording, lang) | {
        "participants": [
            [visible(key, 80), visible(recording.participants.get(key) or participant_label(key), 80) or "?"]
            for key in names
        ],
        "descriptions": descriptions.texts,
        "operations": [_operation(operation, recording.cloud.release, lang) for operation in operations],
        "exchanges": exchanges,
        "order": [2 * view.exchange + (view.kind != "request") for view in views],
    }


def contents(recording: Recording) -> list[list[Any]]:
    """Return the request and the response (or None) of each exchange, in the shape of ``tracer.model``."""
    return [[exchange.request, exchange.response] for exchange in recording.exchanges]


def _about(name: str, recording: Recording, lang: str) -> dict[str, Any]:
    output = recording.output
    return {
        "name": visible(name, _LINE),
        "command": None if recording.command is None else visible(recording.command, 20_000),
        "sequence": visible(recording.sequence or "", _LINE),
        "verdict": recording.verdict,
        "missing": recording.missing,
        "interrupted": visible(recording.interrupted, _LINE),
        "release": visible(recording.cloud.release or "", _LINE),
        "url": visible(recording.cloud.url, _LINE),
        "client": visible(recording.client, _LINE),
        "recorded": visible(recording.recorded, _LINE),
        "notes": [visible(note_text(note, lang), 2000) for note in recording.notes],
        "redacted": [[visible(what, _LINE), count] for what, count in recording.redacted.items()],
        "output": None if output is None else output,
    }


def _participants(views: list[MessageView]) -> dict[str, int]:
    """Return the index of each participant: the client first, the others in order of appearance."""
    names = client_first(name for view in views for name in (view.sender, view.receiver))
    return {name: index for index, name in enumerate(names)}


def _operation(operation_id: str, release: str | None, lang: str) -> dict[str, str]:
    operation = operation_link(operation_id, lang, release)
    assert operation, "the ID is not empty"
    return {"id": operation.id, "name": operation.name, "url": operation.url}


def _exchange(
    exchange: Exchange, request: MessageView, answer: MessageView, names: dict[str, int]
) -> dict[str, Any]:
    return {
        "from": names[request.sender],
        "to": names[request.receiver],
        "method": visible(request.method, 40),
        "path": visible(request.path, _LINE),
        "status": answer.status,
        "started": _finite(exchange.started),
        "ended": _finite(exchange.ended),
        "steps": exchange.steps,
        "verdict": exchange.verdict,
        "redaction": exchange.redaction,
    }


def _slim(values: dict[str, Any]) -> dict[str, Any]:
    """Return ``values`` without empty values; the method stays even if it is empty."""
    return {key: value for key, value in values.items() if key == "method" or value not in (None, "", [])}


def _finite(seconds: float | None) -> float | None:
    return None if seconds is None or not math.isfinite(seconds) else seconds
