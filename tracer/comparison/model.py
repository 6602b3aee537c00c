"""What a comparison is made of. The structs are also the shape of ``tracer diff --format json``."""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple

import msgspec

__all__ = [
    "Change",
    "Comparison",
    "Difference",
    "Kind",
    "Pair",
    "Place",
    "Severity",
    "Side",
    "State",
    "Suppressed",
    "shown",
]

Kind = Literal["added", "removed", "changed", "type", "moved", "status", "reordered"]
Severity = Literal["breaking", "additive", "cosmetic"]
State = Literal["same", "changed", "added", "removed", "moved"]
Side = Literal["request", "response", "error", "run"]
"""What part of a run a place is in; ``error`` is a response with a status of 400 or more."""

_PLAIN = re.compile(r"[\w-]+")
_LONGEST = 80


def shown(text: str) -> str:
    """``text`` as part of a place: on one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


class Place(NamedTuple):
    """Where in a run something is.

    ``message`` names the message (``GET /image/v2/images/{image_id} → 200``), empty for the run
    as a whole; ``part`` says where in it (``body.token.roles[name=manager]``), empty for the
    message as a whole. The general forms are the same for each repetition of the message and for all
    elements of a list: ``body.token.roles[]``; names of header fields are in lower case in it.
    """

    side: Side
    message: str
    general_message: str
    part: str = ""
    general: str = ""

    def __str__(self) -> str:
        return " · ".join(filter(None, (self.message, self.part)))

    @property
    def everywhere(self) -> tuple[str, str, str]:
        """What is the same for this place in each run."""
        return self.side, self.general_message, self.general

    def within(self, part: str) -> Place:
        """The place ``part`` of the whole message."""
        return self._replace(part=part, general=part)

    def field(self, name: str) -> Place:
        """The header field ``name``."""
        return self._replace(part=f"headers.{shown(name)}", general=f"headers.{name.lower()}")

    def key(self, key: str) -> Place:
        """The value of ``key`` in the object that is here."""
        step = (
            f".{shown(key)}" if _PLAIN.fullmatch(key) else f"[{json.dumps(shown(key), ensure_ascii=False)}]"
        )
        return self._replace(part=self.part + step, general=self.general + step)

    def item(self, name: str) -> Place:
        """The element called ``name`` of the list that is here."""
        return self._replace(part=f"{self.part}[{shown(name)}]", general=f"{self.general}[]")


class Change(NamedTuple):
    """A difference as it was found, before anything is excused or weighed.

    ``before`` and ``after`` are JSON values, None for what is not there. ``excuse`` names a
    reason that was found together with it; see volatile.yaml. ``number`` and ``other`` are the
    indexes of the exchange in the two recordings.
    """

    kind: Kind
    place: Place
    before: object = None
    after: object = None
    excuse: str = ""
    number: int | None = None
    other: int | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One difference between two recordings.

    ``before`` and ``after`` are texts: JSON for what is no string. ``exchange_before`` and
    ``exchange_after`` count from 1; ``side`` is what of the exchange differs. ``why`` names the rule
    that gave it its severity; see severities.yaml.
    """

    place: str
    side: Side
    kind: Kind
    severity: Severity
    why: str = ""
    before: str | None = None
    after: str | None = None
    exchange_before: int | None = None
    exchange_after: int | None = None


class Suppressed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A difference that is volatile. ``reasons`` name kinds and reasons of volatile.yaml."""

    place: str
    kind: Kind
    reasons: tuple[str, ...]
    before: str | None = None
    after: str | None = None


class Pair(NamedTuple):
    """What became of one exchange: its indexes in the two recordings, None where it is not there."""

    before: int | None
    after: int | None
    state: State


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two recordings held against each other.

    ``pairs`` has every exchange of both, in the order of the second recording, with what is
    only in the first where it was.
    """

    differences: list[Difference]
    suppressed: list[Suppressed]
    pairs: list[Pair]

    @property
    def severity(self) -> Severity | None:
        """The heaviest severity of a difference; None where there is none."""
        severities = {difference.severity for difference in self.differences}
        heaviest: tuple[Severity, ...] = ("breaking", "additive", "cosmetic")
        return next((severity for severity in heaviest if severity in severities), None)
