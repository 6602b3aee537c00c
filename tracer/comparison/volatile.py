"""Volatile values: texts of two runs are equal but for the values of the kinds that the rules name."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison.json_values import WrittenFloat
from tracer.comparison.volatile_rules import is_among, rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.comparison.differences import Change
    from tracer.comparison.volatile_rules import ShuffledParts

__all__ = ["explain", "is_volatile", "partners", "skeleton", "volatile_reasons", "written"]

_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+")


class _Piece(NamedTuple):
    """A part of a text. For a part of a volatile kind, ``shape`` is the text that must still be equal."""

    kind: str
    shape: str
    text: str


def explain(before: str, after: str, general: str) -> tuple[str, ...] | None:
    """Return the reasons why two texts differ, or None if anything but volatile values differs.

    ``general`` is the general location of both. The kinds of values must be the same on both sides.
    """
    aligned = _aligned(before, after, general)
    if aligned is None:
        return None
    kinds = [old.kind for old, new in aligned if old.text != new.text]
    return tuple(dict.fromkeys([*kinds, *_normalised(before, after, general)]))


def partners(before: str, after: str, general: str) -> Iterator[tuple[str, str, str]]:
    """Yield the values of two texts that must correspond one to one: the kind, and the value in each text.

    Yield nothing if the texts differ in anything but volatile values.
    """
    paired = {kind.name for kind in rules().kinds if kind.paired}
    for old, new in _aligned(before, after, general) or ():
        if old.kind in paired:
            yield old.kind, old.text, new.text


def volatile_reasons(change: Change) -> tuple[str, ...]:
    """Return the reasons why ``change`` is volatile in every run, empty if it is not."""
    if change.reason:
        return (change.reason,)
    if change.kind != "changed":
        return ()
    before, after = written(change.before), written(change.after)
    if before is None or after is None:
        return ()
    return explain(before, after, change.location.general) or ()


def written(value: object) -> str | None:
    """Return a string, or the text of a number. Return None for any other value, which is never volatile."""
    if isinstance(value, str):
        return value
    if isinstance(value, WrittenFloat):
        return value.written
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def skeleton(text: str, general: str) -> str:
    """Return ``text`` in its normal form, with the names of kinds in place of all volatile values."""
    return _skeleton(_normal(text, general), _kinds_at(general))


def is_volatile(text: str, general: str) -> bool:
    """Return whether ``text`` contains a volatile value."""
    kinds = _kinds_at(general)
    return bool(kinds) and _combined(kinds).search(text) is not None


@functools.lru_cache(maxsize=4096)
def _kinds_at(general: str, *, optional: bool = False) -> tuple[int, ...]:
    """Return the indexes of the kinds that apply at a location."""
    if is_among(general, rules().constants):
        return ()
    return tuple(
        index
        for index, kind in enumerate(rules().kinds)
        if kind.optional == optional and (not kind.only or is_among(general, kind.only))
    )


@functools.lru_cache(maxsize=4096)
def _shuffled_at(general: str) -> tuple[ShuffledParts, ...]:
    """Return the rules on shuffled parts that apply at a location."""
    return tuple(parts for parts in rules().shuffled if is_among(general, parts.only))


def _normal(text: str, general: str) -> str:
    """Return ``text`` without optional values, and with shuffled parts in alphabetical order."""
    if optional := _kinds_at(general, optional=True):
        text = _combined(optional).sub("", text)
    for parts in _shuffled_at(general):
        text = re.sub(parts.pattern, functools.partial(_sorted, parts.separator, _kinds_at(general)), text)
    return text


def _sorted(separator: str, kinds: tuple[int, ...], match: re.Match[str]) -> str:
    """Return the text of ``match`` with the parts of its group in the order of their skeletons."""
    if match[1] is None:
        return match[0]
    parts = sorted(match[1].split(separator), key=lambda part: _skeleton(part, kinds))
    start, end = match.start(1) - match.start(), match.end(1) - match.start()
    return match[0][:start] + separator.join(parts) + match[0][end:]


def _normalised(before: str, after: str, general: str) -> Iterator[str]:
    """Yield the reasons for differences that the normal forms of two texts lack."""
    for index in _kinds_at(general, optional=True):
        kind = rules().kinds[index]
        if re.findall(kind.pattern, before) != re.findall(kind.pattern, after):
            yield kind.name
    kinds = _kinds_at(general)
    for parts in _shuffled_at(general):
        groups = [
            [
                [_skeleton(part, kinds) for part in group.split(parts.separator)]
                for group in re.findall(parts.pattern, text)
            ]
            for text in (before, after)
        ]
        if groups[0] != groups[1]:
            yield parts.name


def _skeleton(text: str, kinds: tuple[int, ...]) -> str:
    if not kinds:
        return text
    return "".join(f"\0{piece.kind}\0" if piece.kind else piece.text for piece in _pieces(text, kinds))


@functools.cache
def _combined(kinds: tuple[int, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{index}>{rules().kinds[index].pattern})" for index in kinds))


def _pieces(text: str, kinds: tuple[int, ...]) -> Iterator[_Piece]:
    done = 0
    for match in _combined(kinds).finditer(text):
        if match.start() > done:
            yield _literal(text[done : match.start()])
        kind = rules().kinds[int((match.lastgroup or "k0")[1:])]
        shape = ""
        if kind.shape or kind.numbers:
            shape = (_NUMBER if kind.numbers else _DIGIT).sub("0", match[0])
        yield _Piece(kind.name, shape, match[0])
        done = match.end()
    if done < len(text):
        yield _literal(text[done:])


def _aligned(before: str, after: str, general: str) -> list[tuple[_Piece, _Piece]] | None:
    """Return the pieces of two texts in pairs, None if they differ in anything but volatile values."""
    kinds = _kinds_at(general)
    if not kinds:
        return None
    pieces_before, pieces_after = (list(_pieces(_normal(text, general), kinds)) for text in (before, after))
    if len(pieces_before) != len(pieces_after):
        return None
    aligned = list(zip(pieces_before, pieces_after, strict=True))
    if any((old.kind, old.shape) != (new.kind, new.shape) for old, new in aligned):
        return None
    return aligned


def _literal(text: str) -> _Piece:
    return _Piece("", text, text)
