"""The comparison report as data. The structs define the format of ``tracer diff --format json``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tracer.comparison.baseline import WHOLE, Baseline, DifferenceKey
from tracer.comparison.differences import Difference, Suppressed
from tracer.comparison.grouping import lines, sections
from tracer.findings import DIFFERENCE_SEVERITIES, DifferenceSeverity, FailOn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer.comparison.folders import Compared, Pairing
    from tracer.model import Recording

__all__ = [
    "ComparisonReport",
    "RecordingComparison",
    "SideComparison",
    "SideOrigin",
    "VolatileCount",
    "compare_sides",
    "counted_severities",
    "difference_keys",
    "make_report",
]

FORMAT = 2


class RecordingComparison(msgspec.Struct, frozen=True, kw_only=True):
    """One recording that both sides have, in the files ``before`` and ``after``.

    ``accepted`` are the differences in the baseline. ``folded`` are differences with a cause among the
    others.
    """

    recording: str
    before: str
    after: str
    differences: list[Difference]
    accepted: list[Difference] = []
    folded: list[Difference] = []
    suppressed: list[Suppressed]


class SideOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The first and last day of recording (``2026-11-23``) and the clients of one side."""

    side: str
    first: str
    last: str
    clients: list[str]


class VolatileCount(msgspec.Struct, frozen=True, kw_only=True):
    """The number of differences that are suppressed for a reason."""

    reason: str
    count: int


class SideComparison(msgspec.Struct, frozen=True, kw_only=True):
    """The comparison of two sides.

    ``severities`` counts differences; a difference that several recordings share counts once. ``volatile``
    counts suppressed differences by reason, separately for each recording. The reasons are no keys: the
    reason ``token`` would look like the name of a secret.
    """

    before: str
    after: str
    origins: list[SideOrigin] = []
    severities: dict[str, int] = {}
    volatile: list[VolatileCount] = []
    recordings: list[RecordingComparison]
    only_before: list[str] = []
    only_after: list[str] = []
    accepted_alone: list[str] = []

    @property
    def suppressed(self) -> int:
        """Return the number of suppressed differences."""
        return sum(len(row.suppressed) for row in self.recordings)

    @property
    def folded(self) -> int:
        """Return the number of differences that follow from another one, separately for each recording."""
        return sum(len(row.folded) for row in self.recordings)

    @property
    def unattributed(self) -> int:
        """Return the number of differences that no recording attributes to the cloud or the client."""
        grouped = sections([(row.recording, row.differences) for row in self.recordings])
        return sum(line.difference.due_to == "unknown" for line in lines(grouped))

    @property
    def accepted(self) -> int:
        """Return the number of differences in the baseline, counted separately for each recording."""
        return sum(len(row.accepted) for row in self.recordings) + len(self.accepted_alone)

    @property
    def differing(self) -> list[RecordingComparison]:
        """Return the recordings with differences."""
        return [row for row in self.recordings if row.differences]


class ComparisonReport(msgspec.Struct, frozen=True, kw_only=True):
    """All steps, from one side to the next, and the entries of the baseline that no longer occur."""

    format: int = FORMAT
    steps: list[SideComparison]
    stale: list[str] = []

    def fails(self, limit: FailOn) -> bool:
        """Return whether a difference is as severe as ``limit`` or more.

        ``any`` also counts recordings that only one side has, and entries of the baseline that do not occur.
        """
        if any(
            step.severities.get(severity) for step in self.steps for severity in counted_severities(limit)
        ):
            return True
        alone = any(step.only_before or step.only_after for step in self.steps)
        return limit == "any" and bool(alone or self.stale)


def counted_severities(limit: FailOn) -> tuple[DifferenceSeverity, ...]:
    """Return the severities at or above ``limit``."""
    if limit == "any":
        return DIFFERENCE_SEVERITIES
    return DIFFERENCE_SEVERITIES[: DIFFERENCE_SEVERITIES.index(limit) + 1]


def compare_sides(before: str, after: str, pairing: Pairing, compared: Iterable[Compared]) -> SideComparison:
    """Return the report on two sides. ``before`` and ``after`` are the user's names of the sides."""
    results = list(compared)
    rows = [
        RecordingComparison(
            recording=result.couple.name,
            before=str(result.couple.before),
            after=str(result.couple.after),
            differences=result.comparison.differences,
            folded=result.comparison.folded,
            suppressed=result.comparison.suppressed,
        )
        for result in results
    ]
    return _counted(
        SideComparison(
            before=before,
            after=after,
            origins=[
                _origin(before, [result.before for result in results]),
                _origin(after, [result.after for result in results]),
            ],
            recordings=rows,
            only_before=pairing.only_before,
            only_after=pairing.only_after,
        )
    )


def _origin(side: str, recordings: Sequence[Recording]) -> SideOrigin:
    days = sorted(recording.recorded[:10] for recording in recordings)
    clients = dict.fromkeys(recording.client for recording in recordings if recording.client)
    return SideOrigin(side=side, first=days[0], last=days[-1], clients=list(clients))


def make_report(steps: Sequence[SideComparison], baseline: Baseline | None = None) -> ComparisonReport:
    """Return the report on all steps, without the differences that ``baseline`` accepts."""
    if baseline is None:
        return ComparisonReport(steps=list(steps))
    left = [_counted(_without(step, baseline)) for step in steps]
    return ComparisonReport(steps=left, stale=[str(key) for key in baseline.stale()])


def difference_keys(steps: Sequence[SideComparison]) -> Iterator[DifferenceKey]:
    """Yield the keys of all differences. With several steps, the keys include the two sides."""
    for step in steps:
        sides = (step.before, step.after) if len(steps) > 1 else ("", "")
        for row in step.recordings:
            for difference in row.differences:
                yield DifferenceKey(row.recording, difference.place, difference.kind, *sides)
        for name in step.only_before:
            yield DifferenceKey(name, WHOLE, "removed", *sides)
        for name in step.only_after:
            yield DifferenceKey(name, WHOLE, "added", *sides)


def _counted(step: SideComparison) -> SideComparison:
    grouped = sections([(row.recording, row.differences) for row in step.recordings])
    severities: Counter[str] = Counter(line.difference.severity for line in lines(grouped))
    volatile = Counter(
        reason for row in step.recordings for difference in row.suppressed for reason in difference.reasons
    )
    return msgspec.structs.replace(
        step,
        severities={severity: severities[severity] for severity in DIFFERENCE_SEVERITIES},
        volatile=[VolatileCount(reason=reason, count=count) for reason, count in volatile.most_common()],
    )


def _without(step: SideComparison, baseline: Baseline) -> SideComparison:
    def accepts(recording: str, location: str, kind: str) -> bool:
        return baseline.accepts(DifferenceKey(recording, location, kind, step.before, step.after))  # type: ignore[arg-type]

    rows: list[RecordingComparison] = []
    for row in step.recordings:
        taken = [accepts(row.recording, difference.place, difference.kind) for difference in row.differences]
        for difference in row.folded:  # a difference that an earlier version did not fold is not stale
            accepts(row.recording, difference.place, difference.kind)
        rows.append(
            msgspec.structs.replace(
                row,
                differences=[
                    difference for difference, gone in zip(row.differences, taken, strict=True) if not gone
                ],
                accepted=[
                    difference for difference, gone in zip(row.differences, taken, strict=True) if gone
                ],
            )
        )
    alone = {
        kind: {name for name in names if accepts(name, WHOLE, kind)}
        for kind, names in (("removed", step.only_before), ("added", step.only_after))
    }
    return msgspec.structs.replace(
        step,
        recordings=rows,
        only_before=[name for name in step.only_before if name not in alone["removed"]],
        only_after=[name for name in step.only_after if name not in alone["added"]],
        accepted_alone=sorted(alone["removed"] | alone["added"]),
    )
