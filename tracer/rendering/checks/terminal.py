"""The report of ``tracer check`` for a terminal: a table, and the reasons below it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from tracer.counting import counted, noun_for
from tracer.rendering.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.conformance.report import Check, ConformanceReport

__all__ = ["reasons", "summary", "table"]

_STYLES = {
    "conforms": "green",
    "deviates": "bold red",
    "undetermined": "yellow",
    "error": "bold red",
    "no sequence": "yellow",
}
_SHOWN = 8
"""The most numbers of steps or exchanges in one cell."""


def table(report: ConformanceReport) -> Table:
    """Return a table with a row for each recording.

    The table omits the folder that contains all recordings, and columns without a value.
    """
    made = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    made.add_column("recording", overflow="fold", min_width=12)
    made.add_column("sequence", overflow="fold")
    made.add_column("verdict", no_wrap=True)
    made.add_column("exchanges", justify="right", no_wrap=True)
    numbers = {
        "missing steps": [one.missing for one in report.recordings],
        "unexpected": [one.unexpected for one in report.recordings],
        "wrong status": [one.wrong_status for one in report.recordings],
    }
    shown = [name for name, cells in numbers.items() if any(cells)]
    for name in shown:
        made.add_column(name, overflow="fold")
    common = _common([one.recording for one in report.recordings])
    for row, one in enumerate(report.recordings):
        verdict = _verdict(one)
        made.add_row(
            Text(visible(one.recording[common:], 300)),
            Text(visible(one.sequence or "", 80)),
            Text(verdict, style=_STYLES[verdict]),
            Text("" if one.error else str(one.exchanges)),
            *(Text(_numbers(numbers[name][row])) for name in shown),
        )
    return made


def _common(names: list[str]) -> int:
    """Return the length of the folder that contains all recordings; 0 for a single recording."""
    same = os.path.commonprefix(names)  # noqa: RUF071 - cut at a slash right away
    return same.rfind("/") + 1 if len(names) > 1 else 0


def reasons(report: ConformanceReport) -> Iterator[Text]:
    """Yield the name of each recording that does not conform, followed by its problem and deviations."""
    for one in report.recordings:
        if one.verdict == "conforms":
            continue
        yield Text(visible(one.recording, 300), style="bold")
        for text in filter(None, [one.problem, *(each.text for each in one.deviations)]):
            yield Text(f"  {visible(text, 600)}")


def summary(report: ConformanceReport) -> Text:
    """Return a line that counts the recordings by result."""
    total = len(report.recordings)
    counts = [
        (report.conforming, noun_for(report.conforming, "conforms", "conform")),
        (report.deviating, noun_for(report.deviating, "deviates", "deviate")),
        (report.undetermined, "undetermined"),
        (report.without_sequence, "without a sequence"),
        (report.errors, "not readable"),
    ]
    ends = ", ".join(f"{count} {words}" for count, words in counts if count)
    return Text(
        f"{counted(total, 'recording')}: {ends}",
        style="green" if report.conforming == total else "bold red",
    )


def _verdict(one: Check) -> str:
    return "error" if one.error else one.verdict or "no sequence"


def _numbers(numbers: list[int]) -> str:
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return ", ".join(map(str, numbers[:_SHOWN])) + more
