"""Operations of a JSON Patch in any text: what the ``value`` of one holds is what its ``path`` says.

Source: RFC 6902 (JSON Patch), RFC 6901 (JSON Pointer).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Protocol, TypeVar

from tracer.redaction.objects import Objects
from tracer.redaction.scalars import Span

__all__ = ["At", "at_pointer", "may_patch", "secrets_in_patches"]

P_co = TypeVar("P_co", covariant=True)

may_patch = re.compile(r"op\W{1,24}(?:add|replace|test)\b").search
"""Find what a text holds in which there is an operation that has a value."""


class At(Protocol[P_co]):
    """A place in a document, see ``paths.Node``."""

    @property
    def rule(self) -> P_co | None:
        """What holds here."""

    def __getitem__(self, step: str | int, /) -> At[P_co]: ...


def at_pointer(root: At[P_co], pointer: str) -> At[P_co]:
    """Return the place that a JSON Pointer leads to."""
    at = root
    for step in pointer.split("/")[1:]:
        at = at[_index(step.replace("~1", "/").replace("~0", "~"))]
    return at


def secrets_in_patches(text: str, found: Objects, root: At[P_co]) -> Iterator[tuple[Span, P_co]]:
    """Give where the secrets stand in the values of the operations among the objects of ``text``."""
    targets = {
        parent: at_pointer(root, text[slice(*span)])
        for parent, key, span in found.scalars
        if key == "path" and text.startswith("/", span[0])
    }
    places: list[At[P_co] | None] = []
    for parent, key in found.objects:
        above = places[parent] if parent >= 0 else None
        places.append(targets.get(parent) if key == "value" else _below(above, key))
    for parent, key, span in found.scalars:
        at = places[parent] if parent >= 0 else None
        place = targets.get(parent) if key == "value" else _below(at, key)
        if place is not None and place.rule is not None:
            yield span, place.rule


def _below(at: At[P_co] | None, step: str) -> At[P_co] | None:
    # A place that nobody has gone on from is an empty dictionary, and false.
    return None if at is None else at[_index(step)]


def _index(step: str) -> str | int:
    """Return a step of a path; what has no key is an item of a list."""
    return 0 if step in ("", "-") or step.isdecimal() else step
