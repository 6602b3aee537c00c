"""How much a difference weighs: the first rule of weights.yaml that holds for it."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Annotated

import msgspec

from tracer import yamltext
from tracer.comparison.model import Change, Kind, Side, Weight
from tracer.comparison.volatile import pattern
from tracer.datafiles import read, typed

__all__ = ["Rule", "text", "weigh", "whys"]

_FILE = Path(__file__).with_name("weights.yaml")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule. It holds for all kinds, sides and places where it names none."""

    name: str
    weight: Weight
    why: dict[str, str]
    kinds: tuple[Kind, ...] = ()
    sides: tuple[Side, ...] = ()
    places: tuple[str, ...] = ()
    before: str = ""
    after: str = ""

    def holds(self, change: Change) -> bool:
        """Whether this rule is for ``change``."""
        return (
            (not self.kinds or change.kind in self.kinds)
            and (not self.sides or change.place.side in self.sides)
            and (not self.places or any(pattern(one).fullmatch(change.place.general) for one in self.places))
            and _fits(self.before, change.before)
            and _fits(self.after, change.after)
        )


class _Rules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rules: Annotated[tuple[Rule, ...], msgspec.Meta(min_length=1)]


@functools.cache
def rules() -> tuple[Rule, ...]:
    """The rules that ship with the program; the last one holds for everything."""
    return typed(yamltext.load(read(_FILE), _FILE.name), _Rules, _FILE.name).rules


def whys() -> dict[str, dict[str, str]]:
    """Why each rule weighs as it does, by language."""
    return {rule.name: rule.why for rule in rules()}


def weigh(change: Change) -> Rule:
    """The rule for ``change``."""
    return next(rule for rule in rules() if rule.holds(change))


def text(value: object) -> str:
    """A JSON value as text: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fits(wanted: str, value: object) -> bool:
    return not wanted or re.fullmatch(wanted, text(value)) is not None
