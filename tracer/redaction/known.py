"""The known secrets of a run: each value registered as a secret, and its pseudonym."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from tracer.model import RunNote
from tracer.redaction.encodings import Form, forms, views, without_spaces
from tracer.redaction.pseudonyms import PSEUDONYM, REMOVED, is_pseudonym
from tracer.redaction.rules import load_policy
from tracer.redaction.tables import cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.redaction.rules import Policy

__all__ = ["Hit", "KnownSecrets"]

_PSEUDONYM = re.compile(PSEUDONYM)
_NUMBERED = re.compile(r"<([a-z]+(?:-[a-z]+)*)-([0-9]{1,9})>")
_BASE64_CHARACTER = re.compile(r"[A-Za-z0-9+/_-]")
_DATE_OR_NUMBER = re.compile(r"[0-9.:/T +-]{1,11}|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?[0-9:.Z+]*")
_PEM_LINE = re.compile(r"^[A-Za-z0-9+/=]{24,}$", re.MULTILINE)
_MOST_SECRETS = 4096
_MOST_CHARACTERS = 4_000_000  # of all values together
_LONGEST = 65_536
_SHORTEST_BARE = 8  # characters


class Hit(NamedTuple):
    """The span of a known secret in a text, in any form, and the secret itself (never show it)."""

    start: int
    end: int
    secret: str


class KnownSecrets:
    """Values to remove at every location, with typed pseudonyms numbered in order of appearance.

    A value that is too short or too common gets a pseudonym too, but is not searched for. The limits are
    4096 values and 4,000,000 characters: a value beyond is removed only at locations that the policy names.

    ``policy``: the policy for the redaction of the run, and for the scan of its files.
    """

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or load_policy()
        self._common = self.policy.common
        self._words = self.policy.vocabulary
        self._kinds: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._numbers: dict[str, int] = {}
        self._forms: dict[str, tuple[Form, str]] = {}
        self._size = 0
        self._quotes = False
        self._full = False
        self._spaces = False
        self._only_named: dict[str, set[str]] = {}
        self.version = 0

    def __repr__(self) -> str:
        return f"<KnownSecrets: {len(self._kinds)} values>"

    def __len__(self) -> int:
        return len(self._kinds)

    def add(self, kind: str, value: str, *, spread: bool = True) -> None:
        """Register ``value`` as a secret. Increase ``version`` for a new value that can be searched for.

        With ``spread=False``, the value is not searched for at other locations.
        """
        if not value or is_pseudonym(value):
            return
        full = len(self._kinds) >= _MOST_SECRETS or self._size + len(value) > _MOST_CHARACTERS
        if value not in self._kinds:
            if full:
                self._full = True
                return
            self._kinds[value] = kind
            self._size += len(value)
        sought = _bare(value) in self._forms
        if spread and not sought and value not in self._only_named.get(kind, ()):
            if self.is_common(value) or len(value) > _LONGEST:
                self._only_named.setdefault(kind, set()).add(value)
            else:
                self._search_for(value, value)

    def pseudonym(self, kind: str, value: str) -> str:
        """Return the pseudonym of ``value``, with a number by the order of first calls.

        Return ``<removed>`` for a value that is not registered.
        """
        name = self._names.get(value)
        if name is not None:
            return name
        if value not in self._kinds:
            return REMOVED
        kind = self._kinds[value]
        number = self._numbers.get(kind, 0) + 1
        self._numbers[kind] = number
        name = self._names[value] = f"<{kind}-{number}>"
        return name

    def reserve(self, text: str) -> None:
        """Reserve the pseudonyms in ``text``: no new secret gets one of them."""
        for kind, number in _NUMBERED.findall(text):
            self._numbers[kind] = max(self._numbers.get(kind, 0), int(number))

    def find(self, text: str, *, document: bool = False) -> list[Hit]:
        """Return the known secrets in ``text``, plain or encoded, in order. Overlapping hits are merged.

        ``document``: the text is JSON.
        """
        if not self._forms or not text:
            return []
        hits = list(self._search(text))
        for view in views(text, quotes=self._quotes, spaces=self._spaces, document=document):
            hits += [Hit(*view.span(hit.start, hit.end), hit.secret) for hit in self._search(view.text)]
        hits += self._search_cells(text)
        return _merged(hits, text) if hits else []

    def find_bytes(self, data: bytes) -> list[int]:
        """Return the offsets of known secrets in binary data, in bytes."""
        return [hit.start for hit in self.find(data.decode("latin-1"))]

    def replace(self, text: str) -> tuple[str, int]:
        """Return ``text`` with known secrets replaced by pseudonyms, and the number of replacements."""
        hits = self.find(text)
        if not hits:
            return text, 0
        parts: list[str] = []
        done = 0
        for hit in hits:
            parts += (text[done : hit.start], self.pseudonym(self._kinds[hit.secret], hit.secret))
            done = hit.end
        parts.append(text[done:])
        return "".join(parts), len(hits)

    def is_common(self, value: str) -> bool:
        """Return whether ``value`` is too short or too common for a search."""
        bare = _bare(value)
        return (
            len(bare) < self._common.shortest
            or bare in self._words
            or len(set(bare)) < 3
            or _DATE_OR_NUMBER.fullmatch(bare) is not None
            or self._looks_like_pseudonym(bare)
        )

    def notes(self) -> list[RunNote]:
        """Return notes for the recording about values without a search. They do not quote the values."""
        notes = [
            RunNote(code="values-in-place", values={"count": len(values), "kind": kind})
            for kind, values in sorted(self._only_named.items())
        ]
        if self._full:
            notes.append(RunNote(code="too-many-secrets"))
        return notes

    def _looks_like_pseudonym(self, value: str) -> bool:
        """Return whether ``value`` is a pseudonym or a part of one, as ``password-1``."""
        if is_pseudonym(value):
            return True
        match = re.search(r"([a-z-]+)-?([0-9]*)>?$", value)
        if match is None:
            return False
        kinds = {*self._kinds.values(), "password", "token", "secret", "credentials", "signature", "removed"}
        return any(value in f"<{kind}-{match[2] or 1}>" for kind in kinds)

    def _search_for(self, value: str, secret: str) -> None:
        bare = _bare(value)
        if bare in self._forms:
            return
        self.version += 1
        self._quotes = self._quotes or "'" in bare
        self._spaces = self._spaces or any(map(str.isspace, bare))
        for form in forms(bare):
            if len(form.text) >= self._common.shortest and form.text not in self._words:
                self._forms.setdefault(form.text, (form, secret))
        if "\n" in bare:  # tables and block texts have characters between the lines of a key
            for line in _PEM_LINE.findall(bare.replace("\r", "")):
                self._search_for(line, secret)

    def _search(self, text: str) -> Iterator[Hit]:
        for key, (form, secret) in self._forms.items():
            start = text.find(key)
            while start >= 0:
                end = start + len(key)
                yield _with_edges(text, start, end, form, secret)
                start = text.find(key, end)

    def _search_cells(self, text: str) -> Iterator[Hit]:
        broken = cells(text)
        if broken is None:
            return
        for hit in self._search(broken.text):
            yield from (Hit(*span, hit.secret) for span in broken.spans(hit.start, hit.end))
        if self._spaces:
            view = without_spaces(broken.text)
            for hit in self._search(view.text):
                spans = broken.spans(*view.span(hit.start, hit.end))
                yield from (Hit(*span, hit.secret) for span in spans)


def _bare(value: str) -> str:
    """Return the part of ``value`` to search for: without quotes around it, and without a leading colon."""
    bare = value.strip().lstrip(": \t").strip("\"'").strip()
    return bare if len(bare) >= _SHORTEST_BARE else value.strip()


def _with_edges(text: str, start: int, end: int, form: Form, secret: str) -> Hit:
    """Return the hit extended by adjacent base64 characters with bits of the secret, and by the padding."""
    if form.before and start and _BASE64_CHARACTER.match(text[start - 1]):
        start -= 1
    if form.after and end < len(text) and _BASE64_CHARACTER.match(text[end]):
        end += 1
    while form.base64 and end < len(text) and text[end] == "=":
        end += 1
    return Hit(start, end, secret)


def _merged(hits: list[Hit], text: str) -> list[Hit]:
    pseudonyms = [match.span() for match in _PSEUDONYM.finditer(text)]
    starts = [start for start, _ in pseudonyms]
    merged: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        before = bisect_right(starts, hit.start) - 1
        if before >= 0 and hit.end <= pseudonyms[before][1]:
            continue
        if merged and hit.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = Hit(last.start, max(last.end, hit.end), last.secret)
        else:
            merged.append(hit)
    return merged
