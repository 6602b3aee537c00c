"""Rules for volatile values: the content of volatile.yaml, and of the users' files with that name."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from tracer.formats.data_files import read_rules

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "RepeatedCalls",
    "Rules",
    "ShuffledParts",
    "TransitionalState",
    "VolatileKind",
    "identities",
    "is_among",
    "is_shipped",
    "lifetimes",
    "pages",
    "pattern",
    "reasons",
    "references",
    "repeated_call",
    "rules",
    "shows_state",
    "transitional_state",
    "unordered",
]

_FILE = Path(__file__).with_name("volatile.yaml")

Text = dict[str, str]
Pattern = Annotated[str, msgspec.Meta(min_length=1)]


class VolatileKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of one kind: texts that contain ``pattern``. ``only`` limits the kind to some locations.

    With ``shape``, only the digits of two values may differ, with ``numbers`` only the numbers. With
    ``paired``, the values of two runs must correspond one to one. With ``optional``, a run may lack the
    value.
    """

    name: str
    pattern: Pattern
    reason: Text
    only: tuple[str, ...] = ()
    shape: bool = False
    numbers: bool = False
    paired: bool = False
    optional: bool = False

    def __post_init__(self) -> None:
        try:
            # All kinds become one pattern, in which a flag may not stand.
            compiled = re.compile(f"(?:{self.pattern})")
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"pattern of {self.name}: {error}") from None
        if compiled.groups or compiled.fullmatch(""):
            raise ValueError(f"pattern of {self.name}: it has a group, or matches nothing")
        _patterns(self.only)


class ShuffledParts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Parts of a text in no order, at the locations ``only``.

    The group of ``pattern`` is the parts with ``separator`` between them.
    """

    name: str
    pattern: Pattern
    separator: Annotated[str, msgspec.Meta(min_length=1)]
    only: tuple[str, ...]
    reason: Text

    def __post_init__(self) -> None:
        try:
            compiled = re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"pattern of {self.name}: {error}") from None
        if compiled.groups != 1:
            raise ValueError(f"pattern of {self.name}: it needs one group, for the parts")
        _patterns(self.only)


class TransitionalState(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A state of an object that another state follows: ``pattern`` is its text at the locations ``only``.

    The object is a JSON body, or the value of a key in it. Who waits for another state repeats the request.
    While the object is in one state, the values at the locations ``varying`` change, and those at the
    locations ``optional`` may be missing, also in responses to the service calls for this response.
    """

    name: str
    only: tuple[str, ...]
    pattern: Pattern
    reason: Text
    varying: tuple[str, ...] = ("**",)
    optional: tuple[str, ...] = ("**",)

    def __post_init__(self) -> None:
        try:
            re.compile(self.pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise ValueError(f"pattern of {self.name}: {error}") from None
        _patterns((*self.only, *self.varying, *self.optional))


class RepeatedCalls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Calls of services, of which a run may have any number.

    ``requests`` are methods with path templates, written like locations: ``GET **/v3/auth/tokens``.
    """

    name: str
    requests: tuple[str, ...]
    reason: Text

    def __post_init__(self) -> None:
        _patterns(self.requests)


class Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of volatile.yaml, or of a user's file with the same name."""

    kinds: tuple[VolatileKind, ...] = ()
    constants: tuple[str, ...] = ()
    shuffled: tuple[ShuffledParts, ...] = ()
    unordered: tuple[str, ...] = ()
    transitional: tuple[TransitionalState, ...] = ()
    calls: tuple[RepeatedCalls, ...] = ()
    identities: tuple[str, ...] = ()
    lifetimes: tuple[tuple[str, str], ...] = ()
    references: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    reasons: dict[str, Text] = {}

    def __post_init__(self) -> None:
        _patterns((*self.constants, *self.unordered, *self.references, *self.pages))


@functools.cache
def rules() -> Rules:
    """Return the rules of users' files, then those that ship with tracer.

    Raises InputError for a file that cannot be used.
    """
    files = read_rules(_FILE, Rules)
    return Rules(
        kinds=tuple(kind for file in files for kind in file.kinds),
        constants=tuple(path for file in files for path in file.constants),
        shuffled=tuple(parts for file in files for parts in file.shuffled),
        unordered=tuple(path for file in files for path in file.unordered),
        transitional=tuple(state for file in files for state in file.transitional),
        calls=tuple(calls for file in files for calls in file.calls),
        identities=tuple(dict.fromkeys(key for file in files for key in file.identities)),
        lifetimes=tuple(dict.fromkeys(keys for file in files for keys in file.lifetimes)),
        references=tuple(path for file in files for path in file.references),
        pages=tuple(path for file in files for path in file.pages),
        reasons={name: text for file in reversed(files) for name, text in file.reasons.items()},
    )


def reasons() -> dict[str, Text]:
    """Return the text for each reason, by language."""
    return _reasons(rules())


@functools.cache
def is_shipped(reason: str) -> bool:
    """Return whether ``reason`` is a reason of tracer, so that the documentation has it."""
    *_, shipped = read_rules(_FILE, Rules)
    return reason in _reasons(shipped)


def is_among(general: str, locations: Sequence[str]) -> bool:
    """Return whether the location ``general`` fits a pattern in ``locations``."""
    return any(regex.fullmatch(general) for regex in _patterns(locations))


@functools.lru_cache(maxsize=4096)
def unordered(general: str) -> bool:
    """Return whether the list at the location ``general`` has no order."""
    return is_among(general, rules().unordered)


def transitional_state(general: str, state: str) -> TransitionalState | None:
    """Return the first rule on transitional states that fits, None if an object stays in ``state``."""
    return next((rule for rule in _transitional_at(general) if re.fullmatch(rule.pattern, state)), None)


def shows_state(general: str) -> bool:
    """Return whether the text at the location ``general`` tells the state of an object."""
    return bool(_transitional_at(general))


@functools.lru_cache(maxsize=4096)
def _transitional_at(general: str) -> tuple[TransitionalState, ...]:
    return tuple(state for state in rules().transitional if is_among(general, state.only))


@functools.lru_cache(maxsize=4096)
def repeated_call(request: str) -> str:
    """Return the reason why a run may have any number of calls of ``request``, empty if it may not."""
    return next((calls.name for calls in rules().calls if is_among(request, calls.requests)), "")


def references(general: str) -> bool:
    """Return whether the object at the location ``general`` names another object, by ID or by name."""
    return is_among(general, rules().references)


def pages(general: str) -> bool:
    """Return whether the value at the location ``general`` leads from one page of a list to the next."""
    return is_among(general, rules().pages)


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


def _reasons(source: Rules) -> dict[str, Text]:
    kinds = {kind.name: kind.reason for kind in source.kinds}
    shuffled = {parts.name: parts.reason for parts in source.shuffled}
    transitional = {state.name: state.reason for state in source.transitional}
    calls = {calls.name: calls.reason for calls in source.calls}
    return kinds | shuffled | transitional | calls | source.reasons
