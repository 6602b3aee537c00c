"""Volatile values: kinds of values that differ in every run, and locations that do not count."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec

from tracer.formats.data_files import read_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison.differences import Change

__all__ = [
    "Rules",
    "explain",
    "identities",
    "is_shipped",
    "is_volatile",
    "lifetimes",
    "pages",
    "partners",
    "pattern",
    "reasons",
    "references",
    "rules",
    "skeleton",
    "unordered",
    "volatile_reasons",
]

_FILE = Path(__file__).with_name("volatile.yaml")
_DIGIT = re.compile(r"\d")

Text = dict[str, str]
Pattern = Annotated[str, msgspec.Meta(min_length=1)]


class VolatileKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of one kind: texts that contain ``pattern``. ``only`` limits the kind to some locations.

    With ``shape``, only the digits of two values may differ. With ``paired``, the values of two runs must
    correspond one to one.
    """

    name: str
    pattern: Pattern
    reason: Text
    only: tuple[str, ...] = ()
    shape: bool = False
    paired: bool = False

    def __post_init__(self) -> None:
        try:
            # All kinds become one pattern, in which a flag may not stand.
            compiled = re.compile(f"(?:{self.pattern})")
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"pattern of {self.name}: {error}") from None
        if compiled.groups or compiled.fullmatch(""):
            raise ValueError(f"pattern of {self.name}: it has a group, or matches nothing")
        _patterns(self.only)


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of volatile.yaml, or of a user's file with the same name."""

    kinds: tuple[VolatileKind, ...] = ()
    constants: tuple[str, ...] = ()
    unordered: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    lifetimes: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    reasons: dict[str, Text] = {}

    def __post_init__(self) -> None:
        _patterns((*self.constants, *self.unordered, *self.references, *self.pages))


class _Piece(NamedTuple):
    """A part of a text. For a part of a volatile kind, ``shape`` is the text that must still be equal."""

    kind: str
    shape: str
    text: str


@functools.cache
def rules() -> Rules:
    """Return the rules of users' files, then those that ship with tracer.

    Raises InputError for a file that cannot be used.
    """
    files = read_rules(_FILE, Rules)
    return Rules(
        kinds=tuple(kind for file in files for kind in file.kinds),
        constants=tuple(path for file in files for path in file.constants),
        unordered=tuple(path for file in files for path in file.unordered),
        identities=tuple(dict.fromkeys(key for file in files for key in file.identities)),
        lifetimes=tuple(dict.fromkeys(keys for file in files for keys in file.lifetimes)),
        references=tuple(path for file in files for path in file.references),
        pages=tuple(path for file in files for path in file.pages),
        reasons={name: text for file in reversed(files) for name, text in file.reasons.items()},
    )


def reasons() -> dict[str, Text]:
    """Return the text for each reason, by language: the kinds of values, and the other reasons."""
    return {kind.name: kind.reason for kind in rules().kinds} | rules().reasons


@functools.cache
def is_shipped(reason: str) -> bool:
    """Return whether ``reason`` is a reason of tracer, so that the documentation has it."""
    *_, shipped = read_rules(_FILE, Rules)
    return reason in shipped.reasons or any(kind.name == reason for kind in shipped.kinds)


def explain(before: str, after: str, general: str) -> tuple[str, ...] | None:
    """Return the kinds of the values that differ between two texts, or None if anything else differs.

    ``general`` is the general location of both. The kinds must be the same on both sides.
    """
    aligned = _aligned(before, after, general)
    if aligned is None:
        return None
    return tuple(dict.fromkeys(old.kind for old, new in aligned if old.text != new.text))


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
    if change.kind == "changed" and isinstance(change.before, str) and isinstance(change.after, str):
        return explain(change.before, change.after, change.location.general) or ()
    return ()


def skeleton(text: str, general: str) -> str:
    """Return ``text`` with the names of kinds in place of all volatile values."""
    kinds = _kinds_at(general)
    if not kinds:
        return text
    return "".join(f"\0{piece.kind}\0" if piece.kind else piece.text for piece in _pieces(text, kinds))


def is_volatile(text: str, general: str) -> bool:
    """Return whether ``text`` contains a volatile value."""
    kinds = _kinds_at(general)
    return bool(kinds) and _combined(kinds).search(text) is not None


def unordered(general: str) -> bool:
    """Return whether the list at the location ``general`` has no order."""
    return any(regex.fullmatch(general) for regex in _patterns(rules().unordered))


def references(general: str) -> bool:
    """Return whether the object at the location ``general`` names another object, by ID or by name."""
    return any(regex.fullmatch(general) for regex in _patterns(rules().references))


def pages(general: str) -> bool:
    """Return whether the value at the location ``general`` leads from one page of a list to the next."""
    return any(regex.fullmatch(general) for regex in _patterns(rules().pages))


def lifetimes() -> tuple[tuple[str, str], ...]:
    """Return the pairs of keys for the beginning and the end of a lifetime."""
    return rules().lifetimes


def identities() -> tuple[str, ...]:
    """Return the keys that identify the objects in a list, the best key first."""
    return rules().identities


@functools.cache
def pattern(location: str) -> re.Pattern[str]:
    """Return the compiled pattern of locations: ``*`` is one key, ``**`` any number of keys and elements.

    Raise ValueError for an invalid pattern.
    """
    if not location or "***" in location:
        raise ValueError(f"not a location: {location!r}")
    text = re.escape(location).replace(r"\*\*\.", r"(?:.*[.\]])?\.?").replace(r"\*\*", ".*")
    return re.compile(text.replace(r"\*", r"[^.\[\]]+"), re.DOTALL)


def _patterns(locations: Sequence[str]) -> list[re.Pattern[str]]:
    return [pattern(location) for location in locations]


@functools.lru_cache(maxsize=4096)
def _kinds_at(general: str) -> tuple[int, ...]:
    """Return the indexes of the kinds that apply at a location."""
    if any(regex.fullmatch(general) for regex in _patterns(rules().constants)):
        return ()
    return tuple(
        index
        for index, kind in enumerate(rules().kinds)
        if not kind.only or any(regex.fullmatch(general) for regex in _patterns(kind.only))
    )


@functools.cache
def _combined(kinds: tuple[int, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?P<k{index}>{rules().kinds[index].pattern})" for index in kinds))


def _pieces(text: str, kinds: tuple[int, ...]) -> Iterator[_Piece]:
    done = 0
    for match in _combined(kinds).finditer(text):
        if match.start() > done:
            yield _literal(text[done : match.start()])
        kind = rules().kinds[int((match.lastgroup or "k0")[1:])]
        shape = _DIGIT.sub("0", match[0]) if kind.shape else ""
        yield _Piece(kind.name, shape, match[0])
        done = match.end()
    if done < len(text):
        yield _literal(text[done:])


def _aligned(before: str, after: str, general: str) -> list[tuple[_Piece, _Piece]] | None:
    """Return the pieces of two texts in pairs, None if they differ in anything but volatile values."""
    kinds = _kinds_at(general)
    if not kinds:
        return None
    pieces_before, pieces_after = list(_pieces(before, kinds)), list(_pieces(after, kinds))
    if len(pieces_before) != len(pieces_after):
        return None
    aligned = list(zip(pieces_before, pieces_after, strict=True))
    if any((old.kind, old.shape) != (new.kind, new.shape) for old, new in aligned):
        return None
    return aligned


def _literal(text: str) -> _Piece:
    return _Piece("", text, text)
