"""Causes of differences: a difference that follows from another one is folded under it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.severities import text
from tracer.comparison.volatile import explain
from tracer.comparison.volatile_rules import pages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tracer.comparison.differences import Change

__all__ = ["causes"]

_SCHEME = re.compile(r"\b(http|ws)s?(?=://)")
_VERSION = re.compile(r"/v\d+(\.\d+)?/?$")
_WORD = re.compile(r"[^\s\"'{}\[\](),:;=]+")
_KEY = re.compile(r"[\w-]+(?=(?:\"\])?$)")
"""The last key of a location."""


class _Numbered(NamedTuple):
    number: int
    change: Change


def causes(changes: Sequence[Change]) -> dict[int, int]:
    """Return the index of the cause for each of ``changes`` that follows from another one.

    A cause has no cause itself.
    """
    numbered = [_Numbered(index, change) for index, change in enumerate(changes)]
    follows: dict[int, int] = {}
    roots: set[int] = set()
    for rule in _RULES:
        for effect, cause in rule(numbered).items():
            if effect not in follows and effect not in roots:
                follows[effect] = cause
                roots.add(cause)
    return {effect: _root(cause, follows) for effect, cause in follows.items()}


def _root(cause: int, follows: Mapping[int, int]) -> int:
    while cause in follows:
        cause = follows[cause]
    return cause


def _of_status(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold the rest of a response under its status, and the rest of the run under a request that fails."""
    statuses = {_exchange(change): index for index, change in changes if change.kind == "status"}
    turns = [item for item in changes if item.change.kind == "status" and _turns(item.change)]
    # The consequences of a later request that fails follow from the first one.
    firsts = [turns[0]] if turns else []
    firsts += [item for item in turns if _fails(item.change.before) != _fails(firsts[0].change.before)][:1]
    follows: dict[int, int] = {}
    for index, change in changes:
        if change.kind == "status":
            continue
        if change.location.side in ("response", "error") and _exchange(change) in statuses:
            follows[index] = statuses[_exchange(change)]
            continue
        for cause, status in firsts:
            if _is_printed(change) or _is_later_request(change, status):
                follows.setdefault(index, cause)
    return follows


def _exchange(change: Change) -> tuple[int | None, int | None]:
    return change.index_before, change.index_after


def _turns(status: Change) -> bool:
    """Return whether the request fails in one of the runs only."""
    return _fails(status.before) != _fails(status.after)


def _fails(outcome: object) -> bool:
    return not isinstance(outcome, int) or outcome >= 400


def _is_printed(change: Change) -> bool:
    return change.location.general.startswith("output")


def _is_later_request(change: Change, status: Change) -> bool:
    """Return whether ``change`` is a whole exchange of the run that succeeds, after ``status``."""
    if change.location.part or change.kind not in ("added", "removed"):
        return False
    if change.kind == "removed" and not _fails(status.before):
        return (change.index_before or 0) > (status.index_before or 0)
    if change.kind == "added" and not _fails(status.after):
        return (change.index_after or 0) > (status.index_after or 0)
    return False


def _of_scheme(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold the scheme of all URLs under the first request over another scheme."""
    first = _first(changes, lambda change: change.location.part == "scheme")
    if first is None:
        return {}
    return {index: first for index, change in changes if index != first and _is_of_scheme(change)}


def _is_of_scheme(change: Change) -> bool:
    if change.location.part == "scheme":
        return True
    before, after = change.before, change.after
    if change.kind != "changed" or not isinstance(before, str) or not isinstance(after, str):
        return False
    equal = [_SCHEME.sub(r"\1", value) for value in (before, after)]
    return equal[0] == equal[1] or explain(equal[0], equal[1], change.location.general) is not None


def _of_command(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold the form of the output under another command line."""
    first = _first(changes, lambda change: change.location.part == "command")
    if first is None:
        return {}
    return {
        index: first
        for index, change in changes
        if change.kind == "type" and change.location.general == "output.stdout"
    }


def _of_reference(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold references by ID or by name under the first one."""
    first = _first(changes, lambda change: change.reference)
    if first is None:
        return {}
    return {index: first for index, change in changes if index != first and change.reference}


def _of_mismatch(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold the locations of one wrong value under the first one."""
    firsts: dict[tuple[str, str], int] = {}
    follows: dict[int, int] = {}
    for index, change in sorted(changes, key=lambda item: _is_printed(item.change)):
        if change.mismatch is not None:
            first = firsts.setdefault((change.mismatch.before, change.mismatch.after), index)
            if first != index:
                follows[index] = first
    return follows


def _of_page(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold the links to a page under the page that is missing."""
    missing = {
        change.location.general_message: index
        for index, change in changes
        if not change.location.part and change.kind in ("added", "removed")
    }
    follows: dict[int, int] = {}
    for index, change in changes:
        request = change.location.general_message.partition(" → ")[0]
        if request in missing and change.location.part and pages(change.location.general):
            follows[index] = missing[request]
    return follows


def _of_discovery(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold discovery at the URL of a version under discovery at the URL without it, or the reverse.

    The client discovers the URL that it is given: ``OS_AUTH_URL`` with or without ``/v3``.
    """
    unpaired: dict[tuple[str, bool, str], int] = {}
    follows: dict[int, int] = {}
    for index, change in changes:
        request = change.location.general_message.partition(" → ")[0]
        if change.location.part or change.kind not in ("added", "removed") or not request.startswith("GET "):
            continue
        root = _VERSION.sub("", request)
        is_versioned = root != request
        counterpart = ("removed" if change.kind == "added" else "added", not is_versioned, root.rstrip("/"))
        if counterpart in unpaired:
            follows[index] = unpaired.pop(counterpart)
        else:
            unpaired[change.kind, is_versioned, root.rstrip("/")] = index
    return follows


def _of_content(changes: Sequence[_Numbered]) -> dict[int, int]:
    """Fold printed values under the same values in responses."""
    sources: dict[str, int] = {}
    for index, change in changes:
        if change.location.general.startswith("body") and change.location.side == "response":
            for word in _differing_words(change):
                sources.setdefault(word, index)
    follows: dict[int, int] = {}
    for index, change in changes:
        words = _differing_words(change) if change.location.general.startswith("output.stdout") else set()
        if words and words <= sources.keys():
            follows[index] = min(sources[word] for word in words)
    return follows


def _differing_words(change: Change) -> set[str]:
    """Return the words of one value that the other value lacks. A new value has a new key."""
    if change.kind not in ("changed", "added", "removed"):
        return set()
    before, after = (
        set(_WORD.findall("" if value is None else text(value))) for value in (change.before, change.after)
    )
    key = set() if change.kind == "changed" else set(_KEY.findall(change.location.part))
    return before ^ after | key


def _first(changes: Iterable[_Numbered], accept: Callable[[Change], bool]) -> int | None:
    return next((index for index, change in changes if accept(change)), None)


_RULES = (
    _of_status,
    _of_mismatch,
    _of_scheme,
    _of_command,
    _of_reference,
    _of_page,
    _of_discovery,
    _of_content,
)
"""The first rule that finds a cause decides."""
