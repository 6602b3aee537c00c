"""JSON texts as values that keep doubled keys and the spelling of numbers."""

from __future__ import annotations

import json
import re
from collections import defaultdict

__all__ = ["STRING", "WrittenFloat", "compact", "other_spelling", "read_json"]

STRING = r'"(?:[^"\\]|\\.)*+"'
_SPACE = re.compile(rf"({STRING})|\s+", re.DOTALL)
_TOKEN = re.compile(STRING, re.DOTALL)


class WrittenFloat(float):
    """A number with a fraction or an exponent. ``written`` is its text: ``1.0`` and ``1.00`` differ."""

    __slots__ = ("written",)

    written: str

    def __new__(cls, written: str) -> WrittenFloat:
        """Return the number that ``written`` stands for."""
        number = super().__new__(cls, written)
        number.written = written
        return number


def read_json(text: str) -> object:
    """Parse a JSON text. A doubled key gets a number: ``a``, ``a (2)``.

    Raise ValueError if it is not JSON, or is nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_float=WrittenFloat)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def compact(text: str) -> str:
    """Return JSON text without the white space between its tokens."""
    return _SPACE.sub(lambda token: token[1] or "", text)


def other_spelling(before: str, after: str) -> tuple[str, str] | None:
    r"""Return both spellings of the first string that two texts write differently (``\u00e9``, ``é``)."""
    if before == after or ("\\" not in before and "\\" not in after):
        return None
    spellings_before, spellings_after = _spellings(before), _spellings(after)
    for value, spelled in spellings_before.items():
        if value in spellings_after and spelled != spellings_after[value]:
            return " ".join(sorted(spelled)), " ".join(sorted(spellings_after[value]))
    return None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    members = {}
    for key, value in pairs:
        name, number = key, 1
        while name in members:
            number += 1
            name = f"{key} ({number})"
        members[name] = value
    return members


def _spellings(text: str) -> dict[object, set[str]]:
    spellings: defaultdict[object, set[str]] = defaultdict(set)
    for token in _TOKEN.findall(text):
        spellings[json.loads(token, strict=False)].add(token)
    return spellings
