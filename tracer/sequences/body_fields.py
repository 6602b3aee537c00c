"""Fields in the JSON bodies of responses: the end of a loop, and the values that an entry expects."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracer.sequences.json_bodies import json_content
from tracer.sequences.schema import Entry, Loop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Exchange
    from tracer.sequences.schema import Scalar

    _Fields = Mapping[str, Scalar | list[Scalar]]

__all__ = ["body_problem", "ends_loop", "loops_until"]

_LONGEST_VALUE = 60  # characters of a value in a reason


def loops_until(entry: Entry) -> bool:
    """Return whether the body of a response ends the loop of ``entry``."""
    return isinstance(entry.loop, Loop) and bool(entry.loop.until_body)


def ends_loop(exchange: Exchange, entry: Entry) -> bool:
    """Return whether the body of this response has the values that end the loop of ``entry``."""
    if not isinstance(entry.loop, Loop) or not entry.loop.until_body or exchange.response is None:
        return False
    return _differing(json_content(exchange.response.body), entry.loop.until_body) is None


def body_problem(exchange: Exchange, entry: Entry) -> str | None:
    """Return the first field of the response's body that contradicts ``entry.expect``, or None.

    A status that the entry does not expect, and a body that the recording omits, contradict nothing. Neither
    does a response before the end of a loop that a body ends.
    """
    response = exchange.response
    if not entry.expect or response is None or response.status not in entry.statuses:
        return None
    if response.body is not None and response.body.omitted is not None:
        return None
    if loops_until(entry) and not ends_loop(exchange, entry):
        return None
    data = json_content(response.body)
    path = _differing(data, entry.expect)
    if path is None:
        return None
    expected = " or ".join(map(_shown, _alternatives(entry.expect, path)))
    value = _value(data, path)
    if value is None:
        return f"the body of the response has no {path} where {expected} is expected"
    return f"{path} in the body of the response is {_shown(value)} where {expected} is expected"


def _differing(data: object, wanted: _Fields) -> str | None:
    """Return the first path with another value than ``wanted``, or None."""
    return next(
        (
            path
            for path in wanted
            if not any(_equal(_value(data, path), value) for value in _alternatives(wanted, path))
        ),
        None,
    )


def _alternatives(wanted: _Fields, path: str) -> list[Scalar]:
    values = wanted[path]
    return values if isinstance(values, list) else [values]


def _equal(value: object, wanted: object) -> bool:
    # In Python, True is 1.
    return isinstance(value, bool) == isinstance(wanted, bool) and value == wanted


def _value(data: object, path: str) -> object:
    for key in path.split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data


def _shown(value: object) -> str:
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"
