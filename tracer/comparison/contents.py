"""Comparison of the contents of two messages, and of their sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.differences import Change
from tracer.comparison.json_values import STRING, compact, other_spelling, read_json
from tracer.comparison.severities import text
from tracer.comparison.trees import compare_values
from tracer.comparison.volatile import volatile_reasons

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison.differences import Location
    from tracer.model import Body

__all__ = ["ContentComparison", "compare_contents"]

_SECRET = re.compile(r"<[a-z][a-z0-9-]*-\d+>")
_SEPARATOR = re.compile(rf"{STRING}|([,:])", re.DOTALL)
_CODING_OVERHEAD = 16
"""The number of bytes by which a content coding can vary beside the characters that differ."""
_GENERATED_KEY = re.compile(r"<key-\d+>")
_KEY_VARIATION = 16
"""The number of bytes by which the texts of two RSA keys of one size can vary."""


class ContentComparison(NamedTuple):
    """The differences between two contents, without their sizes.

    ``size_reason`` is ``size`` if these differences explain the difference in size, else empty.
    """

    changes: list[Change]
    size_reason: str


def compare_contents(before: Body | None, after: Body | None, location: Location) -> ContentComparison:
    """Compare two contents. ``location`` is that of the message."""
    if before is None and after is None:
        return ContentComparison([], "")
    if before is None or after is None:
        kind, content = ("added", after) if before is None else ("removed", before)
        value = _content_of(content) if content is not None else None
        sides = (None, value) if kind == "added" else (value, None)
        return ContentComparison([Change(kind, location.within("body"), *sides)], "")  # type: ignore[arg-type]
    changes = list(_described(before, after, location))
    contents = list(_contents(before, after, location))
    differing = [change for change in contents if change.kind != "same"]
    return ContentComparison(changes + contents, _size_reason(before, after, differing))


def _described(before: Body, after: Body, location: Location) -> Iterator[Change]:
    for name, value_before, value_after in (
        ("type", before.type, after.type),
        ("encoding", before.encoding, after.encoding),
    ):
        if value_before != value_after:
            yield Change("changed", location.within(f"content.{name}"), value_before, value_after)


def _contents(before: Body, after: Body, location: Location) -> Iterator[Change]:
    if before.omitted != after.omitted:
        yield Change("changed", location.within("content.omitted"), before.omitted, after.omitted)
        return
    if before.sha256 != after.sha256:
        yield Change("changed", location.within("content.sha256"), before.sha256, after.sha256)
    here = location.within("body")
    if _form(before) != _form(after):
        yield Change("type", here, _form(before), _form(after))
    elif before.json is not None and after.json is not None:
        yield from _json(before.json, after.json, here)
    else:
        yield from compare_values(_content_of(before), _content_of(after), here)


def _json(before: str, after: str, location: Location) -> Iterator[Change]:
    try:
        changes = list(compare_values(read_json(before), read_json(after), location))
    except (ValueError, RecursionError):
        if before != after:
            yield Change("changed", location, before, after)
        return
    yield from changes
    if before == after:
        return
    if spelling := other_spelling(before, after):
        yield Change("changed", location, *spelling)
    elif all(change.kind == "same" for change in changes):
        # The recorder lays out JSON, so white space is not content. A number may be -0.
        yield Change("changed", location, before, after, _layout_reason(before, after))


def _layout_reason(before: str, after: str) -> str:
    return "layout" if compact(before) == compact(after) else ""


def _size_reason(before: Body, after: Body, changes: Sequence[Change]) -> str:
    """Return ``size`` if ``changes`` of the content explain the difference in size, else an empty string."""
    contents = _content_of(before), _content_of(after)
    if before.size == after.size or None in contents or all(change.reason == "layout" for change in changes):
        return ""
    if (_form(before), before.encoding) != (_form(after), after.encoding):
        return ""
    grown = after.size - before.size
    if not before.encoding and grown in {
        b - a for a, b in zip(_lengths(before), _lengths(after), strict=True)
    }:
        return "size"
    secrets_before, secrets_after = (_SECRET.findall(content or "") for content in contents)
    # The length of the sent content is not known: tracer recorded it without its coding, or without secrets.
    if not (before.encoding or secrets_before or secrets_after):
        return ""
    if secrets_before != secrets_after or not all(map(volatile_reasons, changes)):
        return "size"
    is_key = any(map(_GENERATED_KEY.fullmatch, secrets_before))
    variation = _KEY_VARIATION if is_key else 0
    if before.encoding:
        variation = max(variation, _differing(changes) + _CODING_OVERHEAD)
    return "size" if abs(grown) <= variation else ""


def _differing(changes: Sequence[Change]) -> int:
    return sum(len(text(change.before)) + len(text(change.after)) for change in changes)


def _lengths(body: Body) -> tuple[int, ...]:
    """Return the lengths that the recorded content may have had, in bytes.

    JSON has two: without white space, and with the usual space after commas and colons.
    """
    if body.json is None:
        return (len((_content_of(body) or "").encode(errors="surrogatepass")),)
    dense = len(compact(body.json).encode(errors="surrogatepass"))
    return dense, dense + sum(1 for token in _SEPARATOR.finditer(body.json) if token[1])


def _form(body: Body) -> str:
    forms = {"json": body.json, "text": body.text, "base64": body.base64}
    return " + ".join(form for form, content in forms.items() if content is not None)


def _content_of(body: Body) -> str | None:
    return next((content for content in (body.json, body.text, body.base64) if content is not None), None)
