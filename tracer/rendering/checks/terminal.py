"""The report of ``tracer check`` for a terminal: a table, and the reasons below it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.conformance.findings import findings
from tracer.counting import counted, noun_for
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check, ConformanceReport
    from tracer.sequences import Origin

__all__ = ["basis", "reasons", "summary", "table"]

_STYLES = {
    "conforms": "green",
    "deviates": "bold red",
    "undetermined": "yellow",
    "error": "bold red",
    "no sequence": "yellow",
    "fails as expected": "green",
}
_SHOWN = 8
"""The most numbers, names of sequences, and recordings with the same reasons in one list."""


def table(report: ConformanceReport) -> Table:
    """Return a table with a row for each recording.

    The table omits the folder that contains all recordings, and columns without a value.
    """
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("recording", overflow="fold", min_width=12)
    table.add_column("sequence", overflow="fold")
    table.add_column("verdict", no_wrap=True)
    table.add_column("exchanges", justify="right", no_wrap=True)
    numbers = {
        "missing steps": [check.missing for check in report.recordings],
        "unexpected": [check.unexpected for check in report.recordings],
        "wrong status": [check.wrong_status for check in report.recordings],
    }
    if report.failed:
        table.add_column("command", no_wrap=True)
    shown = [name for name, cells in numbers.items() if any(cells)]
    for name in shown:
        table.add_column(name, overflow="fold")
    common = _common([check.recording for check in report.recordings])
    for row, check in enumerate(report.recordings):
        verdict = _verdict(check)
        table.add_row(
            Text(visible(check.recording[common:], 300)),
            Text(visible(check.sequence or "", 80)),
            Text(verdict, style=_STYLES[verdict]),
            Text("" if check.error else str(check.exchanges)),
            *([Text("failed" if check.fails_unexpectedly else "", style="yellow")] if report.failed else []),
            *(Text(_numbers(numbers[name][row])) for name in shown),
        )
    return table


def _common(names: list[str]) -> int:
    """Return the length of the folder that contains all recordings; 0 for a single recording."""
    same = os.path.commonprefix(names)  # noqa: RUF071 - cut at a slash right away
    return same.rfind("/") + 1 if len(names) > 1 else 0


def reasons(report: ConformanceReport) -> Iterator[Text]:
    """Yield the recordings that do not conform or whose command failed, and the reasons.

    Recordings with the same reasons stand together. Of those without a sequence, which the table names as
    well, the list has the first ones.
    """
    groups: dict[tuple[str, ...], list[Check]] = {}
    for check in report.recordings:
        if check.expected_failure or (check.verdict == "conforms" and not check.failure):
            continue
        problems = [finding.text for finding in findings(check)]
        texts = tuple(str(text) for text in (check.failure, *problems) if text)
        groups.setdefault((_verdict(check), *texts), []).append(check)
    for (verdict, *lines), checks in groups.items():
        shown = checks[:_SHOWN] if verdict == "no sequence" else checks
        for check in shown:
            yield Text(visible(check.recording, 300), style="bold")
        if len(shown) < len(checks):
            yield Text(f"and {len(checks) - len(shown)} more", style="bold")
        for text in lines:
            yield Text(f"  {visible(text, 600)}")


def basis(report: ConformanceReport) -> Iterator[Text]:
    """Yield the criteria of ``conforms``, and the origins of the sequences."""
    if not report.sequences:
        return
    yield Text("A run conforms if:", style="dim")
    for criterion in report.criteria:
        yield Text(f"  {criterion.name}: {criterion.text}", style="dim")
    names: dict[str, list[str]] = {}
    for each in report.sequences:
        names.setdefault(_origin(each.origin), []).append(each.sequence)
    for origin, sequences in names.items():
        yield Text(f"{visible(_listed(sequences), 600)}: {origin}", style="dim")


def _origin(origin: Origin | None) -> str:
    if origin is None:
        return "the file of the sequence does not state its origin"
    if origin.source == "written":
        return "written by hand"
    releases = ", ".join(visible(release, 80) for release in origin.releases)
    return f"recorded from {releases}" if releases else "recorded, from unknown releases"


def summary(report: ConformanceReport) -> Text:
    """Return a line that counts the recordings by result."""
    total = len(report.recordings)
    counts = [
        (report.conforming, noun_for(report.conforming, "conforms", "conform")),
        (report.deviating, noun_for(report.deviating, "deviates", "deviate")),
        (report.undetermined, "undetermined"),
        (report.without_sequence, "without a sequence"),
        (report.errors, "not readable"),
        (report.failed, noun_for(report.failed, "command failed", "commands failed")),
        (
            report.expected_failures,
            noun_for(report.expected_failures, "fails as expected", "fail as expected"),
        ),
    ]
    ends = ", ".join(f"{count} {words}" for count, words in counts if count)
    parts = [f"{counted(total, 'recording')}: {ends}"] if total or not report.requests else []
    if report.requests:
        parts.append(f"{counted(report.requests, 'single request')}, for tracer check --api")
    return Text(
        "; ".join(parts),
        style="green" if report.conforming + report.expected_failures == total else "bold red",
    )


def _verdict(check: Check) -> str:
    if check.expected_failure:
        return "fails as expected"
    return "error" if check.error else check.verdict or "no sequence"


def _numbers(numbers: list[int]) -> str:
    return _listed([str(number) for number in numbers])


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - _SHOWN} more" if len(texts) > _SHOWN else ""
    return ", ".join(texts[:_SHOWN]) + more
