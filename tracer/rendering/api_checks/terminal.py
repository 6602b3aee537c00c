"""The report of ``tracer check --api`` for a terminal: a paragraph for each rule and operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from tracer.conformance.api import fails
from tracer.conformance.api.finding_groups import operation_groups
from tracer.counting import counted, noun_for
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.conformance.api import ApiReport
    from tracer.conformance.api.finding_groups import FindingGroup

__all__ = ["api_lines"]

_STYLES = {"error": "bold red", "undocumented": "yellow"}
_SHOWN = 8
"""The most paths of a group in a line."""


def api_lines(report: ApiReport) -> Iterator[Text]:
    """Yield the problems of recordings, the findings, the known contradictions, and a summary.

    A finding that occurs in many exchanges is one line with its number and its first location.
    """
    yield from _problems(report)
    for group in operation_groups(report.findings):
        yield from _group(group)
    for stale in report.no_longer_occurring:
        where = f"{stale.operation} · {stale.location}, {stale.rule}"
        yield Text(
            visible(
                f"known contradiction that no longer occurs in {', '.join(stale.releases)}: {where}", 600
            ),
            style="yellow",
        )
    yield _summary(report)


def _problems(report: ApiReport) -> Iterator[Text]:
    """Yield a line for each different problem, with the number of its recordings."""
    by_problem: dict[str, list[str]] = {}
    for each in report.recordings:
        if each.problem:
            by_problem.setdefault(each.problem, []).append(each.recording)
    for problem, recordings in by_problem.items():
        more = f" and {len(recordings) - 1} more" if len(recordings) > 1 else ""
        yield Text(visible(f"{recordings[0]}{more}: {problem}", 600), style="bold red")


def _group(group: FindingGroup) -> Iterator[Text]:
    first = group.first
    head = Text(visible(first.severity, 20), style=_STYLES[first.severity])
    head.append(f"  {first.rule}  ", style="bold")
    head.append(visible(first.operation, 200))
    yield head
    texts = list(dict.fromkeys(f"{finding.path}: {finding.text}" for finding in group.findings))
    if len(texts) == 1:
        yield Text(f"  {visible(texts[0], 600)}")
    elif first.severity == "error":
        for text in texts[:_SHOWN]:
            yield Text(f"  {visible(text, 600)}")
        if len(texts) > _SHOWN:
            yield Text(f"  and {len(texts) - _SHOWN} more")
    else:
        yield Text(f"  {visible(_list(group.paths), 1200)}")
    yield Text(f"  {visible(_where(group), 600)}", style="dim")
    yield Text(f"  {visible(' '.join(filter(None, (first.source, first.link))), 600)}", style="dim")


def _where(group: FindingGroup) -> str:
    first, recordings = group.first, group.recordings
    exchanges = {(finding.recording, finding.exchange) for finding in group.findings}
    place = f"{first.recording}, exchange {first.exchange}"
    if len(exchanges) == 1:
        return place
    count = f"{counted(len(exchanges), 'exchange')} of {counted(len(recordings), 'recording')}"
    return f"{count} ({', '.join(group.releases)}), first {place}"


def _list(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _summary(report: ApiReport) -> Text:
    compared = [each for each in report.recordings if not each.problem]
    exchanges = sum(each.exchanges - each.without_reference for each in compared)
    counts = [
        (report.errors, noun_for(report.errors, "error", "errors")),
        (report.undocumented, "undocumented"),
        (report.known, noun_for(report.known, "known contradiction", "known contradictions")),
        (report.unchecked, "not compared"),
    ]
    found = ", ".join(f"{count} {words}" for count, words in counts if count) or "no findings"
    against = (
        f"the API reference and the schemas of {', '.join(report.releases_with_schemas)}"
        if report.releases_with_schemas
        else "the API reference"
    )
    failed = report.unchecked or any(fails(finding, report.fail_on) for finding in report.findings)
    numbers = f"{counted(len(compared), 'recording')}, {counted(exchanges, 'exchange')}"
    return Text(f"{numbers} compared with {against}: {found}", style="bold red" if failed else "green")
