"""Generalization of values that differ between runs: in paths, and in query parameters."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tracer.sequences.templates import generic, member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tracer.sequences.learning.observing import LearnedRun, Seen

__all__ = ["generalized"]

_IDENTIFIER = re.compile(r"(?:.*_)?(?:id|name)")
_DIGITS = re.compile(r".*\d.*\d.*\d", re.DOTALL)  # no word of an API has three digits

_Request = tuple[str, str, str]
"""The receiver, method, and path template of a request."""


def generalized(runs: Iterable[LearnedRun]) -> list[LearnedRun]:
    """Return ``runs`` with one path template for equal requests, and with identifying query parameters."""
    given = [_with_arguments(run) for run in runs]
    while variants := _variants(given):
        given = [
            _mapped(run, lambda seen: seen._replace(path=variants.get(_request_of(seen), seen.path)))
            for run in given
        ]
    ambiguous = _ambiguous(given)

    def telling(seen: Seen) -> Seen:
        return seen._replace(telling=tuple(sorted(seen.query))) if _request_of(seen) in ambiguous else seen

    return [_mapped(run, telling) for run in given]


def _request_of(seen: Seen) -> _Request:
    return seen.receiver, seen.method, seen.path


def _mapped(run: LearnedRun, change: Callable[[Seen], Seen]) -> LearnedRun:
    return run._replace(exchanges=tuple(change(seen) for seen in run.exchanges))


def _with_arguments(run: LearnedRun) -> LearnedRun:
    """Mark arguments of the command as values in paths and queries, even if the API defines such a name."""

    def change(seen: Seen) -> Seen:
        segments = seen.path.split("/")
        for index, segment in enumerate(segments[1:], start=1):
            name = member(segments[index - 1])
            if name and segment in run.arguments:
                segments[index] = f"{{{name}}}"
        varying = (
            key for key, values in seen.query.items() if any(_varies(key, value, run) for value in values)
        )
        is_argument = unquote(seen.raw.rpartition("/")[2]) in run.arguments
        return seen._replace(
            path="/".join(segments),
            varying=seen.searched.union(varying),
            lookup=seen.lookup or (seen.method == "GET" and is_argument),
        )

    return _mapped(run, change)


def _varies(key: str, value: str, run: LearnedRun) -> bool:
    if _IDENTIFIER.fullmatch(key):
        return True
    return value in run.arguments or bool(_DIGITS.match(value)) or generic(f"/{value}") != f"/{value}"


def _variants(runs: Iterable[LearnedRun]) -> dict[_Request, str]:
    """Return templates that differ in one value only, each with the common template.

    Two templates in one run are different requests and stay.
    """
    together = [{_request_of(seen) for seen in run.exchanges} for run in runs]
    shapes: defaultdict[tuple[str, str, int], set[_Request]] = defaultdict(set)
    for requests in together:
        for request in requests:
            shapes[request[0], request[1], request[2].count("/")].add(request)
    templates: dict[_Request, str] = {}
    for alike in shapes.values():
        for first, second in combinations(sorted(alike), 2):
            common = _common(first[2], second[2])
            if common and not any(first in requests and second in requests for requests in together):
                templates.setdefault(first, common)
                templates.setdefault(second, common)
    return {request: path for request, path in templates.items() if path != request[2]}


def _common(first: str, second: str) -> str | None:
    """Return the common template of two that differ only in the segment after one collection, or None."""
    segments, other_segments = first.split("/"), second.split("/")
    different = [
        index for index, pair in enumerate(zip(segments, other_segments, strict=True)) if pair[0] != pair[1]
    ]
    if len(different) != 1:
        return None
    index = different[0]
    name = member(segments[index - 1])
    return "/".join([*segments[:index], f"{{{name}}}", *segments[index + 1 :]]) if name else None


def _ambiguous(runs: Iterable[LearnedRun]) -> set[_Request]:
    """Return the requests that occurred with different query parameters in one run."""
    ambiguous: set[_Request] = set()
    for run in runs:
        seen_with: dict[_Request, frozenset[str]] = {}
        for seen in run.exchanges:
            keys = frozenset(seen.query)
            if seen_with.setdefault(_request_of(seen), keys) != keys:
                ambiguous.add(_request_of(seen))
    return ambiguous
