"""Data of a comparison. The structs define the format of ``tracer diff --format json``."""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple

import msgspec

from tracer.findings import DIFFERENCE_SEVERITIES, DifferenceSeverity

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "DueTo",
    "ExchangePair",
    "Kind",
    "Location",
    "Mismatch",
    "Reason",
    "Side",
    "State",
    "Suppressed",
    "shown",
]

Kind = Literal["added", "removed", "changed", "type", "moved", "status", "reordered"]
State = Literal["same", "changed", "added", "removed", "moved"]
Side = Literal["request", "response", "error", "run"]
"""The part of a run that contains a location; ``error`` is a response with a status of 400 or more."""

DueTo = Literal["cloud", "client", "both", "unknown"]
"""What has changed so that a difference occurs; ``unknown`` without recordings that tell."""

_PLAIN = re.compile(r"[\w-]+")
_LONGEST = 80


def shown(text: str) -> str:
    """Return ``text`` on one line, cut after 80 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


class Location(NamedTuple):
    """A location in a run.

    ``message`` names the message (``GET /image/v2/images/{image_id} → 200``), empty for the whole run.
    ``part`` names the part of the message (``body.token.roles[name=manager]``), empty for the whole
    message. The general forms are equal for all repetitions of a message and all elements of a list:
    ``body.token.roles[]``. They have names of header fields in lower case. A location inside of a list
    is ``unsure`` if the elements look alike, so that they may not be the same objects.
    """

    side: Side
    message: str
    general_message: str
    part: str = ""
    general: str = ""
    unsure: bool = False

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.message, self.part)))

    @property
    def everywhere(self) -> tuple[str, str, str]:
        """Return the parts of the location that are equal in all runs."""
        return self.side, self.general_message, self.general

    def within(self, part: str) -> Location:
        """Return the location of ``part``, counted from the whole message."""
        return self._replace(part=part, general=part)

    def field(self, name: str) -> Location:
        """Return the location of the header field ``name``."""
        return self._replace(part=f"headers.{shown(name)}", general=f"headers.{name.lower()}")

    def key(self, key: str) -> Location:
        """Return the location of the value of ``key`` in the object at this location."""
        step = (
            f".{shown(key)}" if _PLAIN.fullmatch(key) else f"[{json.dumps(shown(key), ensure_ascii=False)}]"
        )
        return self._replace(part=self.part + step, general=self.general + step)

    def item(self, name: str) -> Location:
        """Return the location of the element ``name`` in the list at this location."""
        return self._replace(part=f"{self.part}[{shown(name)}]", general=f"{self.general}[]")


class Mismatch(NamedTuple):
    """A pair of values that contradicts the rest of the run.

    ``expected`` is the partner of ``before`` in the rest of the run, empty if only ``after`` has another
    partner.
    """

    before: str
    after: str
    expected: str


class Change(NamedTuple):
    """A difference before the decision on volatility and severity.

    ``before`` and ``after`` are JSON values, None if there is none. ``reason`` is a reason in volatile.yaml
    that the comparison found together with the difference. The kind ``same`` is a pair of equal texts with
    volatile values: no difference, but evidence for values that belong together. ``index_before`` and
    ``index_after`` are the indexes of the exchange in the two recordings. ``mismatch`` is
    not None if the change breaks a one-to-one relation. A ``reference`` names an object by its ID in one
    run, and by its name in the other run.
    """

    kind: Kind | Literal["same"]
    location: Location
    before: object = None
    after: object = None
    reason: str = ""
    mismatch: Mismatch | None = None
    reference: bool = False
    index_before: int | None = None
    index_after: int | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """A release note that speaks of a difference: its release, the name of its file, and the shared words.

    ``url`` is the page of the release with the text of the note.
    """

    release: str
    note: str
    url: str
    words: tuple[str, ...]


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference between two recordings.

    ``before`` and ``after`` are texts: a string as it is, another value as JSON. ``exchange_before`` and
    ``exchange_after`` count from 1. ``side`` is the part of the exchange that differs. ``why`` names the
    rule in severities.yaml that gave the severity. ``expected`` is the value that belongs to ``before``
    elsewhere in the second run, if ``after`` has another one. ``cause`` is the place of the difference
    from which this one follows. ``due_to`` says whether the cloud or the client has changed, ``service`` is
    the receiver of the request, and ``reason`` a release note of the service.
    """

    place: str
    side: Side
    kind: Kind
    severity: DifferenceSeverity
    due_to: DueTo = "unknown"
    service: str = ""
    reason: Reason | None = None
    why: str = ""
    before: str | None = None
    after: str | None = None
    expected: str | None = None
    cause: str = ""
    exchange_before: int | None = None
    exchange_after: int | None = None

    @property
    def is_of_cloud(self) -> bool:
        """Whether the difference is in an answer, and due to the cloud, as far as recordings tell."""
        return self.due_to in ("cloud", "both") and self.side in ("response", "error")


class Suppressed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A volatile difference. ``reasons`` are names of kinds and reasons in volatile.yaml."""

    place: str
    kind: Kind
    reasons: tuple[str, ...]
    before: str | None = None
    after: str | None = None


class ExchangePair(NamedTuple):
    """One exchange by its indexes in the two recordings, None in a recording without it."""

    before: int | None
    after: int | None
    state: State


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The result of the comparison of two recordings.

    ``pairs`` has every exchange of both recordings in the order of the second one. An exchange that only
    the first recording has comes after its predecessor.
    """

    differences: list[Difference]
    folded: list[Difference] = []
    suppressed: list[Suppressed]
    pairs: list[ExchangePair]

    @property
    def severity(self) -> DifferenceSeverity | None:
        """Return the highest severity of the differences, or None if there are no differences."""
        severities = {difference.severity for difference in self.differences}
        return next((severity for severity in DIFFERENCE_SEVERITIES if severity in severities), None)
