"""Secrets in JSON documents, by path; also in JSON inside JSON strings and in JSON Patch (RFC 6902)."""

from __future__ import annotations

import json
import operator
import re
from typing import TYPE_CHECKING, Protocol

from tracer import jsontext
from tracer.redaction.patches import At, at_pointer
from tracer.redaction.rules import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.ledger import Taker
    from tracer.redaction.paths import Node

__all__ = ["document", "literal_at", "patch", "scrubbed", "torn"]

_INNER = re.compile(r'"(?:\ufeff|\\u[fF][eE][fF][fF])?(?:[ ]|\\[nrt])*[\[{]')


class _Root(At[Place], Protocol):
    """That of a document."""

    def is_silent(self, text: str, /) -> bool: ...

    def is_mute(self, text: str, /) -> bool: ...


def document(text: str, root: _Root, ledger: Taker, *, verbatim: bool = False) -> str:
    """``text`` with its secrets exchanged, laid out anew (or as it was sent: ``verbatim``).

    Raises ``ValueError`` if ``text`` is not JSON; nothing may have been exchanged then.
    """
    if root.is_mute(text):
        ledger.mute = text if verbatim else jsontext.rewrite(text)
        return ledger.mute
    if root.is_silent(text):
        laid_out = jsontext.rewrite(text)
        return text if verbatim else laid_out
    return _exchanged(text, root, ledger, verbatim=verbatim)


def torn(text: str, root: At[Place], ledger: Taker) -> str:
    """``text``, which is not quite JSON, with the secrets exchanged that still have a place."""

    def replace(at: At[Place], literal: str) -> str | None:
        if at.rule is None or (literal[0] not in "\"'" and not literal[0].isdigit()):
            return None
        value = jsontext.string(literal) if literal[0] in "\"'" else literal
        new = ledger.take(at.rule, value)
        return None if new == value else json.dumps(new)

    return jsontext.rewrite_torn(text, root, operator.getitem, replace)


def literal_at(at: At[Place], literal: str, ledger: Taker) -> str | None:
    """Return the literal of a scalar with its secrets exchanged; None if it has none."""
    place = at.rule
    if literal[0] == '"':
        if (place is None or place.follow) and _INNER.match(literal):
            inner = _inner(at, literal, ledger)
            if inner is not None:
                return inner
        if place is None:
            return None
        value = jsontext.string(literal)
        new = ledger.take(place, value)
        return None if new == value else json.dumps(new)
    if place is not None and place.numbers and literal[0] in "-0123456789":
        return json.dumps(ledger.take(place, literal))
    return None


def patch(text: str, root: Node[Place], content_type: str = "") -> _Root:
    """The root for a JSON Patch: what an operation's ``value`` holds is what its ``path`` says.

    Glance's older form, ``{"replace": "/name", "value": …}``, is understood too. Clients send a patch under
    other content types as well. For another document it is ``root``.
    """
    bare = text.removeprefix("\ufeff").lstrip()
    if bare[:1] != "[" or not ('"path"' in text or "patch" in content_type):
        return root
    try:
        operations = json.loads(bare)
    except (ValueError, RecursionError):
        return root
    targets: dict[int, At[Place]] = {}
    for index, operation in enumerate(operations if isinstance(operations, list) else []):
        named = operation if isinstance(operation, dict) else {}
        for pointer in (named.get("path"), named.get("add"), named.get("replace")):
            if isinstance(pointer, str):
                targets[index] = at_pointer(root, pointer)
                break
    return _Patch(root, targets) if targets else root


def scrubbed(text: str, scrub: Callable[[str], str]) -> str:
    """A laid-out JSON text with ``scrub`` done to each key and scalar, so that it stays JSON."""

    def replace(_: None, literal: str) -> str | None:
        if literal[0] != '"':
            new = scrub(literal)
            return None if new == literal else json.dumps(new)
        return _changed(literal, scrub)

    def rename(key: str) -> str:
        return _changed(key, scrub) or key

    return jsontext.rewrite_from(text, None, lambda _, __: None, replace, rename=rename, verbatim=True)


def _exchanged(text: str, at: At[Place], ledger: Taker, *, verbatim: bool) -> str:
    def replace(at: At[Place], literal: str) -> str | None:
        return literal_at(at, literal, ledger)

    return jsontext.rewrite_from(text, at, operator.getitem, replace, verbatim=verbatim)


def _changed(literal: str, scrub: Callable[[str], str]) -> str | None:
    value = jsontext.string(literal)
    new = scrub(value)
    return None if new == value else json.dumps(new)


def _inner(at: At[Place], literal: str, ledger: Taker) -> str | None:
    """The literal of a string that holds JSON, redacted; None if it holds none."""
    value = jsontext.string(literal)
    try:
        jsontext.rewrite(value, indent=None)
    except ValueError:
        if at.rule is not None:
            return None
        new = torn(value, at, ledger)
        return None if new == value else json.dumps(new)
    new = _exchanged(value, at, ledger, verbatim=True)
    return literal if new == value else json.dumps(new)


class _Operation:
    """One operation of a patch."""

    rule = None

    def __init__(self, base: At[Place], target: At[Place]) -> None:
        self._base = base
        self._target = target

    def __getitem__(self, step: str | int, /) -> At[Place]:
        return self._target if step == "value" else self._base[step]


class _Patch:
    """A list of operations."""

    rule = None

    def __init__(self, base: Node[Place], targets: dict[int, At[Place]]) -> None:
        self._base = base
        self._targets = targets

    def is_silent(self, text: str, /) -> bool:
        return self._base.is_silent(text)

    def is_mute(self, text: str, /) -> bool:
        return self._base.is_mute(text)

    def __getitem__(self, step: str | int, /) -> At[Place]:
        base = self._base[step]
        target = self._targets.get(step) if isinstance(step, int) else None
        return base if target is None else _Operation(base, target)
