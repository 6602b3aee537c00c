"""A quick look at a journal: whether a secret may stand in it, in whatever form.

A form that stands there is cut into fragments. Either one of them stands there as it is,
or each holds an escape, the border of a cell or a line break; so the journal has a place
with that many of them and, for the rest, nothing but characters that the form could have.
Such places are rare, and are made clear before they are searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tracer.redaction.encodings import BACKSLASH, View, from_backslash, views

__all__ = ["may_hold"]

_FRAGMENTS = 4  # of a form
_SHORTEST = 6  # characters of a fragment
_MOST_DENSE = 65_536  # characters of such places; of more, the whole journal is better redacted anew
_PLAIN = r"[A-Za-z0-9_+/=.~:?@!$*();-]"
_MARKS = r"[\\%&#']"
_ALL_PLAIN = re.compile(rf"(?:{_PLAIN}|{_MARKS})*+")
_KNOWN_CHARACTERS = frozenset(
    chr(code) for code in range(128) if re.match(rf"{_PLAIN}|{_MARKS}|[ |]", chr(code))
)
_ROWS = re.compile(
    r"\|(?: |\\[tr])*+\\n(?: |\\t)*+\|"
)  # of a table, whose broken cells ``find`` puts together
_BLANKS = rf"{_PLAIN}*+[ |]*+"


def may_hold(data: bytes, forms: Iterable[str]) -> bool:
    """Whether one of ``forms`` may stand in the texts of ``data``, lines of JSON, in clear or escaped."""
    fewest = _FRAGMENTS
    wanted = list(dict.fromkeys(forms))
    tried: set[bytes] = set()
    for form in wanted:
        if _ALL_PLAIN.fullmatch(form) is None:
            return True
        fragments = list(_fragments(form))
        fewest = min(fewest, len(fragments))
        for fragment in fragments:
            if fragment not in tried and fragment in data:
                return True
            tried.add(fragment)
    return bool(wanted) and _dense(data, wanted, fewest)


def _fragments(form: str) -> Iterator[bytes]:
    count = max(1, min(_FRAGMENTS, len(form) // _SHORTEST))
    size = len(form) // count
    for index in range(count):
        yield form[index * size : (index + 1) * size].encode("ascii")


def _dense(data: bytes, forms: list[str], fewest: int) -> bool:
    """Whether a form stands where there are at least ``fewest`` marks of escapes."""
    # An escaped quotation mark is a part of none of the forms, and most frequent in a journal.
    text = data.replace(b'\\"', b'"').decode("utf-8", "replace")
    if _ROWS.search(text):
        return True
    total = 0
    marks = rf"{_MARKS}(?:{_BLANKS}{_BLANKS}{_MARKS}){{{fewest - 1},}}+{_BLANKS}{_BLANKS}"
    for match in re.finditer(marks, text):
        start = match.start()
        while start and text[start - 1] in _KNOWN_CHARACTERS:
            start -= 1
        total += match.end() - start
        if total > _MOST_DENSE:
            return True
        place = View(text[start : match.end()], BACKSLASH, from_backslash, None).text
        seen = (place, *(view.text for view in views(place, quotes=True, spaces=False)))
        if any(form in one for one in seen for form in forms):
            return True
    return False
