"""A comparison report for a terminal: a line for each difference, and a summary line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.text import Text

from tracer.comparison import Suppressed, reasons
from tracer.comparison.grouping import lines, sections
from tracer.counting import counted
from tracer.i18n import DEFAULT, pick
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison import Difference
    from tracer.comparison.grouping import Line
    from tracer.comparison.report import ComparisonReport, SideComparison

__all__ = ["STYLES", "report_lines", "summary", "values"]

STYLES = {"breaking": "bold red", "breaking-api": "red", "additive": "green", "cosmetic": "cyan"}

_PLACE = 240
_VALUE = 72
_NAME = 120
_SEVERITY = 9
"""The least width of the severities, as most reports have none that is longer."""


def report_lines(report: ComparisonReport, *, volatile: bool = False) -> Iterator[Text]:
    """Yield the lines of a report, not wrapped; with ``volatile`` include the suppressed differences."""
    for step in report.steps:
        if len(report.steps) > 1:
            yield Text(f"{_sides(step)}", style="bold underline")
        yield from _differences(step)
        yield from _alone(step)
        if volatile:
            yield from _folded(step)
            yield from _volatile(step)
        yield summary(step)
        if step is not report.steps[-1]:
            yield Text()


def values(difference: Difference | Suppressed, limit: int = _VALUE) -> str:
    """Return the values before and after, or the only value of an added or removed item.

    Each value is cut at ``limit`` characters and safe for a terminal.
    """
    before, after = (
        None if value is None else visible(value, limit) for value in (difference.before, difference.after)
    )
    if difference.kind == "added" or before is None:
        return after or ""
    if difference.kind == "removed" or after is None:
        return before
    expected = None if isinstance(difference, Suppressed) else difference.expected
    return f"{before} → {after}" + (f" (≠ {visible(expected, limit)})" if expected else "")


def _sides(step: SideComparison) -> str:
    return f"{visible(step.before, _NAME)} → {visible(step.after, _NAME)}"


def _differences(step: SideComparison) -> Iterator[Text]:
    follows = Counter(
        (row.recording, difference.cause) for row in step.recordings for difference in row.folded
    )
    grouped = sections([(row.recording, row.differences) for row in step.recordings])
    width = max((len(line.difference.severity) for line in lines(grouped)), default=0)
    for section in grouped:
        yield _heading(section.recordings, len(step.recordings))
        for line in section.lines:
            severity = line.difference.severity
            count = follows[section.recordings[0], line.difference.place]
            reason = line.difference.reason
            notes = [f"with {counted(count, 'consequence')}"] if count else []
            notes += [f"release note of {reason.release}: {reason.note}"] if reason else []
            due_to = "" if line.difference.due_to == "unknown" else f"{line.difference.due_to:7}"
            mark = f"{severity:{max(width, _SEVERITY)}} {due_to}"
            yield _line(line, (mark, STYLES[severity]), "; ".join(notes))
        yield Text()


def _folded(step: SideComparison) -> Iterator[Text]:
    for section in sections([(row.recording, row.folded) for row in step.recordings]):
        yield Text("folded ", style="dim").append_text(_heading(section.recordings, len(step.recordings)))
        for line in section.lines:
            yield _line(line, ("follows   ", "dim"), f"from {visible(line.difference.cause, _PLACE)}")
        yield Text()


def _volatile(step: SideComparison) -> Iterator[Text]:
    names = reasons()
    for section in sections([(row.recording, row.suppressed) for row in step.recordings]):
        yield Text("suppressed ", style="dim").append_text(_heading(section.recordings, len(step.recordings)))
        for line in section.lines:
            why = " + ".join(
                pick(names.get(reason, {}), DEFAULT) or reason for reason in line.difference.reasons
            )
            yield _line(line, ("volatile  ", "dim"), why)
        yield Text()


def _heading(recordings: Sequence[str], total: int) -> Text:
    if len(recordings) == 1:
        return Text(visible(recordings[0], _NAME), style="bold")
    if len(recordings) == total:
        return Text(f"in all {total} recordings", style="bold")
    names = ", ".join(visible(name, _NAME) for name in recordings)
    return Text.assemble((f"in {len(recordings)} of {total} recordings: ", "bold"), names)


def _line(line: Line[Difference] | Line[Suppressed], mark: tuple[str, str], why: str = "") -> Text:
    difference = line.difference
    text = (
        Text("  ")
        .append(*mark)
        .append(f"{difference.kind:10}")
        .append(visible(line.place, _PLACE), style="bold")
    )
    if line.times > 1:
        text.append(f" ×{line.times}")
    if change := values(difference):
        text.append(f": {'such as ' if line.varies else ''}{change}", style="dim")
    return text.append(f" ({why})") if why else text


def _alone(step: SideComparison) -> Iterator[Text]:
    for side, names in ((step.before, step.only_before), (step.after, step.only_after)):
        if names:
            recordings = ", ".join(visible(name, _NAME) for name in names)
            yield Text.assemble((f"only in {visible(side, _NAME)}: ", "bold"), recordings)
    if step.only_before or step.only_after:
        yield Text()


def summary(step: SideComparison) -> Text:
    """Return a line that counts the differences of ``step``, accepted and suppressed differences included."""
    text = Text(f"{_sides(step)}: ")
    total = len(step.recordings)
    if step.differing:
        count = sum(step.severities.values())
        text.append(f"{counted(count, 'difference')} (")
        for position, (severity, number) in enumerate((w, n) for w, n in step.severities.items() if n):
            text.append(", " if position else "").append(f"{number} {severity}", style=STYLES[severity])
        text.append(f") in {len(step.differing)} of {counted(total, 'recording')}")
    else:
        text.append(f"no difference in {counted(total, 'recording')}", style="green")
    if step.folded:
        text.append(f"; {counted(step.folded, 'consequence')} folded")
    if step.accepted:
        text.append(f"; {step.accepted} accepted by the baseline")
    if step.suppressed:
        names = reasons()
        counts = ", ".join(
            f"{each.count} {pick(names.get(each.reason, {}), DEFAULT) or each.reason}"
            for each in step.volatile
        )
        text.append(f"; {step.suppressed} suppressed as volatile: {counts}")
    else:
        text.append("; nothing suppressed")
    return text
