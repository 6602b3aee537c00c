"""Secrets in JSON Patch operations in any text. The ``path`` of an operation classifies its ``value``.

Source: RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from tracer.redaction.objects import BEFORE_VALUE, Objects

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracer.redaction.scalars import Span

__all__ = ["At", "may_patch", "secrets_in_patches"]

_POINTING = frozenset({"path", "add", "replace"})  # ``add`` and ``replace``: an older format of Glance

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)

may_patch = re.compile(rf"op{BEFORE_VALUE}(?:add|replace|test)\b|(?:add|replace){BEFORE_VALUE}/").search
"""Search a text for an operation with a value."""


class At(Protocol[P_co]):
    """A location in a document, see ``paths.Node``."""

    @property
    def rule(self) -> P_co | None:
        """Return the rule of the policy for this location."""

    def __getitem__(self, step: str | int, /) -> At[P_co]: ...


def secrets_in_patches(
    text: str, tree: Objects, root: At[P], whole: Callable[[P], P | None]
) -> Iterator[tuple[Span, P]]:
    """Yield the spans and rules of secrets in the values of JSON Patch operations.

    ``tree``: the objects of ``text``. ``root``: the root location of a document. ``whole`` returns the
    rule for the content of an object that is secret as a whole; None for other objects.
    """
    trail = _Trail(root, whole)
    targets = {
        parent: trail.follow(_steps(text[slice(*span)]))
        for parent, key, span in tree.scalars
        if key in _POINTING and text.startswith("/", span[0])
    }
    trails: list[_Trail[P] | None] = []
    for parent, key in tree.objects:
        above = trails[parent] if parent >= 0 else None
        trails.append(targets.get(parent) if key == "value" else above and above.follow([_index(key)]))
    for parent, key, span in tree.scalars:
        above = trails[parent] if parent >= 0 else None
        here = targets.get(parent) if key == "value" else above and above.follow([_index(key)])
        if here is not None and here.rule is not None:
            yield span, here.rule


class _Trail(Generic[P]):
    """A location in a document. ``enclosing_rule``: the rule for an object around it, secret as a whole."""

    def __init__(self, at: At[P], whole: Callable[[P], P | None], enclosing_rule: P | None = None) -> None:
        self._at = at
        self._whole = whole
        self._enclosing_rule = enclosing_rule

    @property
    def rule(self) -> P | None:
        """Return the rule for the location."""
        return self._at.rule if self._enclosing_rule is None else self._enclosing_rule

    def follow(self, steps: Iterable[str | int]) -> _Trail[P]:
        """Return the location that ``steps`` lead to from this location."""
        at, enclosing_rule = self._at, self._enclosing_rule
        for step in steps:
            at = at[step]
            if enclosing_rule is None and at.rule is not None:
                enclosing_rule = self._whole(at.rule)
        return _Trail(at, self._whole, enclosing_rule)


def _steps(pointer: str) -> Iterator[str | int]:
    return (_index(step.replace("~1", "/").replace("~0", "~")) for step in pointer.split("/")[1:])


def _index(step: str) -> str | int:
    """Return a key unchanged; return 0, the index of any list item, for a number, ``-``, or no key."""
    return 0 if step in ("", "-") or step.isdecimal() else step
