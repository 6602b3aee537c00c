"""Severity of a difference: the first matching rule in users' files and in severities.yaml."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Annotated

import msgspec

from tracer.comparison.differences import Change, Kind, Side
from tracer.comparison.json_values import WrittenFloat
from tracer.comparison.volatile_rules import pattern
from tracer.documentation import findings_url
from tracer.findings import DifferenceSeverity
from tracer.formats.data_files import read_rules
from tracer.i18n import DEFAULT

__all__ = ["SeverityRule", "SeverityRules", "rule_for", "rule_url", "text", "whys"]

_VERSION = re.compile(r"(?P<service>[a-z-]+ )?(?P<major>[0-9]{1,4})\.(?P<minor>[0-9]{1,4})")
_FILE = Path(__file__).with_name("severities.yaml")


class SeverityRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of severity. A rule that names no kinds, sides, messages, or locations matches all of them.

    ``message`` is a pattern of the method and the path of the request. With ``whole``, the rule matches only
    whole messages. With ``mismatch``, it matches only values that belong to another value elsewhere in the
    run. With ``rises``, it matches only a version that becomes a higher one, such as ``compute 2.96`` and
    2.100.
    """

    name: str
    severity: DifferenceSeverity
    why: dict[str, str]
    kinds: tuple[Kind, ...] = ()
    sides: tuple[Side, ...] = ()
    message: str = ""
    places: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    whole: bool = False
    mismatch: bool = False
    rises: bool = False

    def __post_init__(self) -> None:
        for text in (self.message, self.before, self.after):
            try:
                re.compile(text)
            except (re.error, OverflowError, RecursionError) as error:
                raise ValueError(f"pattern of {self.name}: {error}") from None
        for location in self.places:
            pattern(location)

    def matches(self, change: Change) -> bool:
        """Return whether the rule matches ``change``."""
        return (
            (not self.mismatch or change.mismatch is not None)
            and (not self.kinds or change.kind in self.kinds)
            and (not self.sides or change.location.side in self.sides)
            and (not self.whole or not change.location.part)
            and _fits(self.message, change.location.general_message.partition(" → ")[0])
            and (
                not self.places
                or any(pattern(location).fullmatch(change.location.general) for location in self.places)
            )
            and (not self.rises or _rises(change.before, change.after))
            and _fits(self.before, change.before)
            and _fits(self.after, change.after)
        )


class SeverityRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of severities.yaml, or of a user's file with the same name."""

    rules: Annotated[tuple[SeverityRule, ...], msgspec.Meta(min_length=1)]


@functools.cache
def rules() -> tuple[SeverityRule, ...]:
    """Return the rules of users' files, then those that ship with tracer. The last one matches everything.

    Raises InputError for a file that cannot be used.
    """
    return tuple(rule for file in read_rules(_FILE, SeverityRules) for rule in file.rules)


def rule_url(name: str, language: str = DEFAULT) -> str:
    """Return the address of the rule ``name`` in the documentation, which has no rule of a user.

    The address of a rule of a user is empty.
    """
    return findings_url("severity", name, language) if name in _shipped() else ""


@functools.cache
def _shipped() -> frozenset[str]:
    """Return the names of the rules of tracer."""
    *_, shipped = read_rules(_FILE, SeverityRules)
    return frozenset(rule.name for rule in shipped.rules)


def whys() -> dict[str, dict[str, str]]:
    """Return the reason for the severity of each rule, by the name of the rule and by language."""
    return {rule.name: rule.why for rule in reversed(rules())}


def rule_for(change: Change) -> SeverityRule:
    """Return the first rule that matches ``change``."""
    return next(rule for rule in rules() if rule.matches(change))


def text(value: object) -> str:
    """Return a JSON value as text: a string unchanged, any other value as JSON."""
    if isinstance(value, WrittenFloat):
        return value.written
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rises(before: object, after: object) -> bool:
    lower, higher = _VERSION.fullmatch(text(before)), _VERSION.fullmatch(text(after))
    if lower is None or higher is None or lower["service"] != higher["service"]:
        return False
    return (int(lower["major"]), int(lower["minor"])) < (int(higher["major"]), int(higher["minor"]))


def _fits(wanted: str, value: object) -> bool:
    return not wanted or re.fullmatch(wanted, text(value)) is not None
