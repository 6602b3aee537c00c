"""Differences between two recordings of one release: values that vary without a change of behaviour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from tracer.comparison.severities import text
from tracer.comparison.trees import kind_of
from tracer.comparison.volatile import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.comparison.differences import Change

__all__ = ["NOTHING", "Learned"]

Aspect = Literal["presence", "value", "order"]
_ASPECTS: dict[str, Aspect] = {
    "added": "presence",
    "removed": "presence",
    "changed": "value",
    "moved": "order",
    "reordered": "order",
}

Seen = tuple[tuple[str, str, str], Aspect, str]
"""A location, the aspect that differs there, and a value without its IDs, times, and hosts."""


class Learned(NamedTuple):
    """The values that varied between two recordings of the same release, with their locations."""

    seen: frozenset[Seen] = frozenset()

    @classmethod
    def from_changes(cls, changes: Iterable[Change]) -> Learned:
        """Return the values of ``changes``. A status or a type is never learned."""
        return cls(frozenset(value for change in changes for value in _values(change)))

    def __or__(self, other: Learned) -> Learned:
        """Return the union of both."""
        return Learned(self.seen | other.seen)

    def explains(self, change: Change) -> bool:
        """Return whether each value of ``change`` was seen at its location, or has the type of such a value.

        Two values have the same type if they differ in nothing but IDs, times, tokens, and hosts.
        """
        if change.kind == "changed" and kind_of(change.before) != kind_of(change.after):
            return False
        values = list(_values(change))
        return bool(values) and all(value in self.seen for value in values)


NOTHING = Learned()


def _values(change: Change) -> Iterator[Seen]:
    aspect = _ASPECTS.get(change.kind)
    if aspect is None:
        return
    location = change.location.everywhere
    if aspect == "order":
        yield location, aspect, ""
        return
    if change.kind != "added":
        yield location, aspect, _without_volatile(change.before, location[2])
    if change.kind != "removed":
        yield location, aspect, _without_volatile(change.after, location[2])


def _without_volatile(value: object, general: str) -> str:
    """Return ``value`` as text. Texts and other values never look alike."""
    return f"{'s' if isinstance(value, str) else 'j'} {skeleton(text(value), general)}"
