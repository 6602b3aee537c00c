"""Known contradictions between the documentation of OpenStack and its services, as data with evidence."""

from __future__ import annotations

import functools
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from tracer.conformance.api.violations import ApiRule
from tracer.formats.data_files import read_rules
from tracer.releases import canonical, holds, is_openstack, order

if TYPE_CHECKING:
    from tracer.conformance.api.report import ApiFinding

__all__ = ["Contradiction", "Contradictions", "KnownContradictions", "contradictions"]

_FILE = Path(__file__).with_name("contradictions.yaml")

_WILDCARDS = "*?"

Text = Annotated[str, msgspec.Meta(min_length=1)]


class Contradiction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contradiction: an operation violates a rule at locations, in releases from ``since`` to ``until``.

    ``operation`` is an ID of the API reference, or service, method and path template of a request without
    one: ``keystone GET /``. ``evidence`` says what the documentation states, and what the service does.
    ``only_if`` is the condition under which the contradiction occurs; without it, it always occurs.
    """

    operation: Text
    rule: ApiRule
    locations: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
    since: Text
    until: Text
    evidence: Text
    only_if: str = ""

    def __post_init__(self) -> None:
        for text in (self.operation, *self.locations):
            if any(character in text for character in _WILDCARDS):
                raise ValueError(f"a wildcard is refused: {text}: name each operation and location")
        for release in (self.since, self.until):
            if not is_openstack(release):
                raise ValueError(f"not an OpenStack release: {release}")
        if order(canonical(self.since)) > order(canonical(self.until)):
            raise ValueError(f"since {self.since} is after until {self.until}")

    def holds_in(self, release: str) -> bool:
        """Return whether ``release`` is in the range."""
        return bool(holds(self.since, self.until, release))


class Contradictions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of contradictions.yaml, or of a user's file with the same name."""

    contradictions: tuple[Contradiction, ...]


@functools.cache
def contradictions() -> tuple[Contradiction, ...]:
    """Return the contradictions of users' files, of installed packages, and of tracer.

    Raises InputError for a file that cannot be used.
    """
    return tuple(each for file in read_rules(_FILE, Contradictions) for each in file.contradictions)


class KnownContradictions:
    """The known contradictions by operation, rule and location."""

    def __init__(self) -> None:
        self._entries: dict[tuple[str, ApiRule, str], list[Contradiction]] = defaultdict(list)
        for entry in contradictions():
            for location in entry.locations:
                self._entries[entry.operation, entry.rule, location].append(entry)

    def find(self, finding: ApiFinding) -> Contradiction | None:
        """Return the entry for a finding, None if the finding is not known."""
        entries = self._entries.get((finding.operation, finding.rule, finding.path), ())
        return next((entry for entry in entries if entry.holds_in(finding.release)), None)
