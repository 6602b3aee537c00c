"""Conditions of an exchange on the options of the command line."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import msgspec

__all__ = ["Invocation", "Option", "Presence", "When", "presence"]

# A text with constraints beside a struct makes msgspec 0.22 free memory twice, so ``When`` checks the names.
_OPTION = re.compile(r"--[a-z0-9][a-z0-9-]{0,61}")
Option = str
Options = tuple[Option, ...]

Presence = Literal["required", "optional", "absent", "as-declared"]
"""The occurrence of an exchange in a run. ``as-declared``: the field ``optional`` of the entry decides."""


class When(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The options that imply an exchange: one of ``any_of``, all of ``all_of``, and none of ``none_of``.

    With these options, the exchange is required, or optional if ``then`` says so. Otherwise it does not
    occur, or is optional if ``otherwise`` says so. ``failed`` says whether a command that fails may leave it
    out. A condition that names only ``none_of`` does not require the exchange.
    """

    any_of: Options = ()
    all_of: Options = ()
    none_of: Options = ()
    then: Literal["required", "optional"] = "required"
    otherwise: Literal["absent", "optional"] = "absent"
    failed: Literal["required", "optional"] = "required"

    @property
    def options(self) -> Options:
        """Return all options that the condition names."""
        return self.any_of + self.all_of + self.none_of

    def __post_init__(self) -> None:
        if not self.options:
            raise ValueError("when must name an option")
        for option in self.options:
            if not _OPTION.fullmatch(option):
                raise ValueError(f"when must name options such as --file, not {option!r}")


class Invocation(NamedTuple):
    """The command line of a run as far as its sequence depends on it, and the success of the command.

    ``options`` has each given option that the sequence names, with the number of its occurrences.
    ``arguments`` is the number of arguments that are no options, None if that is not certain. ``failed`` is
    None if the exit code is not known.
    """

    options: tuple[tuple[str, int], ...] = ()
    arguments: int | None = None
    failed: bool | None = None

    def occurrences(self, name: str) -> int | None:
        """Return how often the option ``name`` is given, or the number of ``arguments``."""
        return self.arguments if name == "arguments" else dict(self.options).get(name, 0)


def presence(when: When | None, invocation: Invocation | None) -> Presence:
    """Return the occurrence that ``when`` demands of an exchange.

    Without a condition, and without a known command line, it is ``as-declared``.
    """
    if when is None or invocation is None:
        return "as-declared"
    given = {name for name, _ in invocation.options}
    if not given.isdisjoint(when.none_of):
        return "absent"
    if not when.any_of and not when.all_of:
        return "as-declared"
    if (when.any_of and given.isdisjoint(when.any_of)) or not given.issuperset(when.all_of):
        return when.otherwise
    return "optional" if when.failed == "optional" and invocation.failed else when.then
