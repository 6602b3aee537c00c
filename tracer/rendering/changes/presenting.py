"""A comparison report in one language, ready for templates. No text is escaped: templates do that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from tracer.comparison import Suppressed, reasons, whys
from tracer.comparison.grouping import sections
from tracer.comparison.severities import rule_url
from tracer.comparison.volatile_rules import is_shipped
from tracer.documentation import findings_url
from tracer.i18n import section
from tracer.i18n.translator import Translator

if TYPE_CHECKING:
    from tracer.comparison import Difference
    from tracer.comparison.grouping import Line, SharedDifferences
    from tracer.comparison.report import SideComparison, SideOrigin

__all__ = [
    "Drawings",
    "Phrases",
    "ShownDrawing",
    "ShownLine",
    "ShownSection",
    "ShownStep",
    "phrases",
    "present",
]

Drawings = Mapping[str, Sequence[str]]
"""The merged diagrams as Mermaid text, in parts, by the name of the recording."""


_MOST_PARTS = 5
"""The most parts of a diagram in a report. A longer diagram takes minutes to draw, and nobody reads it."""


Phrases = Translator[str]
"""The texts of reports in one language. They escape nothing: templates do that."""


def phrases(language: str) -> Phrases:
    """Return the texts of reports in ``language``. Raises InputError for an unknown language."""
    return Translator(language, section(language, "changes"), str, str)


class ShownLine(NamedTuple):
    """A difference, with translated words. If suppressed, it has no severity.

    ``due_to`` is empty if it is unknown. ``note`` names a release note, or says that none was found.
    ``kind_url`` and ``why_url`` are addresses in the documentation, empty for a rule of the user.
    """

    severity: str
    severity_word: str
    kind: str
    place: str
    times: int
    before: str | None
    after: str | None
    varies: bool
    why: str
    kind_url: str
    why_url: str
    due_to: str
    note: str
    note_url: str


class ShownSection(NamedTuple):
    """The differences that the same recordings share.

    ``heading`` is empty for a single recording. A section that is ``everywhere`` covers all recordings,
    so templates need not name them.
    """

    heading: str
    everywhere: bool
    recordings: Sequence[str]
    lines: list[ShownLine]


class ShownDrawing(NamedTuple):
    """The parts of a diagram as Mermaid text, or the reason in ``remark`` if the report omits them."""

    recording: str
    parts: Sequence[str]
    remark: str


class ShownStep(NamedTuple):
    """The comparison of two sides, ready for a template.

    ``origins`` says when each side was recorded. ``only`` names the recordings of one side alone.
    ``summary`` and ``remarks`` contain no text of recordings.
    """

    before: str
    after: str
    origins: list[str]
    summary: str
    remarks: list[str]
    sections: list[ShownSection]
    only: list[tuple[str, Sequence[str]]]
    drawings: list[ShownDrawing]
    volatile: list[ShownSection]


def present(step: SideComparison, say: Phrases, drawings: Drawings, *, volatile: bool = False) -> ShownStep:
    """Return the texts for ``step``; with ``volatile`` include the suppressed differences."""
    total = len(step.recordings)
    rows = [(row.recording, row.differences) for row in step.recordings]
    left_out = [(row.recording, row.suppressed) for row in step.recordings] if volatile else []
    alone = [(step.before, step.only_before), (step.after, step.only_after)]
    return ShownStep(
        before=step.before,
        after=step.after,
        origins=[_origin(origin, say) for origin in step.origins],
        summary=_summary(step, say),
        remarks=list(_remarks(step, say)),
        sections=list(_sections(sections(rows), total, say)),
        only=[(say("only", side=side), names) for side, names in alone if names],
        drawings=[_drawing(name, parts, say) for name, parts in drawings.items() if parts],
        volatile=list(_sections(sections(left_out), total, say)),
    )


def _origin(origin: SideOrigin, say: Phrases) -> str:
    days = origin.first if origin.first == origin.last else f"{origin.first} – {origin.last}"
    return say("origin", side=origin.side, days=days, clients="; ".join(origin.clients))


def _drawing(name: str, parts: Sequence[str], say: Phrases) -> ShownDrawing:
    if len(parts) > _MOST_PARTS:
        return ShownDrawing(name, (), say("too-long", count=len(parts)))
    return ShownDrawing(name, parts, "")


def _summary(step: SideComparison, say: Phrases) -> str:
    total = len(step.recordings)
    count = sum(step.severities.values())
    if not count:
        return say.count("none", total, total=total)
    severities = ", ".join(
        say("counted", count=number, what=say(severity))
        for severity, number in step.severities.items()
        if number
    )
    recordings = say.count("recordings", total, total=total)
    differing = len(step.differing)
    return say.count(
        "summary", count, count=count, differing=differing, recordings=recordings, severities=severities
    )


def _remarks(step: SideComparison, say: Phrases) -> Iterator[str]:
    if step.folded:
        yield say.count("folded", step.folded, count=step.folded)
    if step.unattributed:
        yield say.count("not-crossed", step.unattributed, count=step.unattributed)
    if step.accepted:
        yield say("accepted", count=step.accepted)
    if not step.suppressed:
        yield say("nothing-suppressed")
        return
    names = reasons()
    counts = [
        say("counted", count=each.count, what=say.pick(names.get(each.reason, {})) or each.reason)
        for each in step.volatile
    ]
    yield say.count("suppressed", step.suppressed, count=step.suppressed, reasons=", ".join(counts))


def _sections(
    grouped: Iterable[SharedDifferences[Difference]] | Iterable[SharedDifferences[Suppressed]],
    total: int,
    say: Phrases,
) -> Iterator[ShownSection]:
    for group in grouped:
        count = len(group.recordings)
        everywhere = count == total
        heading = say("all" if everywhere else "some", count=count, total=total) if count > 1 else ""
        yield ShownSection(heading, everywhere, group.recordings, [_line(line, say) for line in group.lines])


def _line(line: Line[Difference] | Line[Suppressed], say: Phrases) -> ShownLine:
    difference = line.difference
    severity = "" if isinstance(difference, Suppressed) else difference.severity
    return ShownLine(
        severity=severity,
        severity_word=say(severity) if severity else "",
        kind=say(difference.kind),
        place=line.place,
        times=line.times,
        before=difference.before,
        after=difference.after,
        varies=line.varies,
        why=_why(difference, say),
        kind_url=findings_url("difference", difference.kind, say.language),
        why_url=_why_url(difference, say.language),
        due_to=_due_to(difference, say),
        note=_note(difference, say),
        note_url=_note_url(difference),
    )


def _note(difference: Difference | Suppressed, say: Phrases) -> str:
    if isinstance(difference, Suppressed):
        return ""
    if reason := difference.reason:
        return say("release-note", release=reason.release, words=", ".join(reason.words))
    return say("no-release-note") if difference.is_of_cloud and difference.severity != "cosmetic" else ""


def _note_url(difference: Difference | Suppressed) -> str:
    if isinstance(difference, Suppressed) or difference.reason is None:
        return ""
    return difference.reason.url


def _due_to(difference: Difference | Suppressed, say: Phrases) -> str:
    if isinstance(difference, Suppressed) or difference.due_to == "unknown":
        return ""
    return say(difference.due_to)


def _why_url(difference: Difference | Suppressed, language: str) -> str:
    if isinstance(difference, Suppressed):
        reason = difference.reasons[0]
        return findings_url("volatile", reason, language) if is_shipped(reason) else ""
    return rule_url(difference.why, language)


def _why(difference: Difference | Suppressed, say: Phrases) -> str:
    if isinstance(difference, Suppressed):
        names = reasons()
        return ", ".join(say.pick(names.get(reason, {})) or reason for reason in difference.reasons)
    return say.pick(whys().get(difference.why, {})) or difference.why
