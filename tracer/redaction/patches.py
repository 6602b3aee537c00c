"""Operations of a JSON Patch in any text: what the ``value`` of one holds is what its ``path`` says.

Source: RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Protocol, TypeVar

from tracer.redaction.objects import BEFORE_VALUE, Objects
from tracer.redaction.scalars import Span

__all__ = ["At", "may_patch", "secrets_in_patches"]

_POINTING = frozenset({"path", "add", "replace"})  # the latter in an older form of Glance

P = TypeVar("P")
P_co = TypeVar("P_co", covariant=True)

may_patch = re.compile(rf"op{BEFORE_VALUE}(?:add|replace|test)\b|(?:add|replace){BEFORE_VALUE}/").search
"""Find what a text holds in which there is an operation that has a value."""


class At(Protocol[P_co]):
    """A place in a document, see ``paths.Node``."""

    @property
    def rule(self) -> P_co | None:
        """What holds here."""

    def __getitem__(self, step: str | int, /) -> At[P_co]: ...


def secrets_in_patches(
    text: str, found: Objects, root: At[P], whole: Callable[[P], P | None]
) -> Iterator[tuple[Span, P]]:
    """Give where the secrets stand in the values of the operations among the objects of ``text``.

    ``whole`` returns the place of all that an object holds whose place is a secret as a whole.
    """
    trail = _Trail(root, whole)
    targets = {
        parent: trail.follow(_steps(text[slice(*span)]))
        for parent, key, span in found.scalars
        if key in _POINTING and text.startswith("/", span[0])
    }
    trails: list[_Trail[P] | None] = []
    for parent, key in found.objects:
        above = trails[parent] if parent >= 0 else None
        trails.append(targets.get(parent) if key == "value" else above and above.follow([_index(key)]))
    for parent, key, span in found.scalars:
        above = trails[parent] if parent >= 0 else None
        here = targets.get(parent) if key == "value" else above and above.follow([_index(key)])
        if here is not None and here.rule is not None:
            yield span, here.rule


class _Trail(Generic[P]):
    """The way to a place. ``held``: the place of an object on the way that is a secret as a whole."""

    def __init__(self, at: At[P], whole: Callable[[P], P | None], held: P | None = None) -> None:
        self._at = at
        self._whole = whole
        self._held = held

    @property
    def rule(self) -> P | None:
        """What holds at the place."""
        return self._at.rule if self._held is None else self._held

    def follow(self, steps: Iterable[str | int]) -> _Trail[P]:
        """Return the way with further steps."""
        at, held = self._at, self._held
        for step in steps:
            at = at[step]
            if held is None and at.rule is not None:
                held = self._whole(at.rule)
        return _Trail(at, self._whole, held)


def _steps(pointer: str) -> Iterator[str | int]:
    return (_index(step.replace("~1", "/").replace("~0", "~")) for step in pointer.split("/")[1:])


def _index(step: str) -> str | int:
    """Return a step of a path; what has no key is an item of a list."""
    return 0 if step in ("", "-") or step.isdecimal() else step
