"""Output of the reports of ``tracer check`` and ``tracer diff`` in the chosen format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.cli.export_output import put_diagram
from tracer.cli.options import spelling
from tracer.errors import InputError
from tracer.plugins import ReportOptions
from tracer.rendering.format_tables import DIFF_REPORTS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tracer.comparison.folders import Compared, Pairing
    from tracer.comparison.report import ComparisonReport
    from tracer.rendering.format_tables import ReportPart

__all__ = ["Reporter", "print_report"]

_WITHOUT_DIAGRAMS = frozenset({"text", "json", "junit", "sarif"})


def print_report(lines: Sequence[ReportPart], *, trusted: bool) -> None:
    """Print the lines of a report, in colours on a terminal, where untrusted text cannot control it."""
    from tracer.cli.console import print_text, stdout

    console = None
    for line in lines:
        if isinstance(line, str):
            print_text(line, trusted=trusted)
            continue
        from rich.text import Text

        console = console or stdout()
        console.print(line, soft_wrap=isinstance(line, Text))


class Reporter:
    """The writer of a comparison report in the format ``kind``, or of a diagram if ``kind`` is None.

    It draws the diagrams of each compared pair of recordings.
    """

    def __init__(self, options: argparse.Namespace, kind: str | None) -> None:
        self.options = options
        self._kind = kind
        self._diagrams: dict[tuple[str, str], dict[str, list[str]]] = {}

    def check(self, pairings: Sequence[Pairing]) -> None:
        """Raise InputError if a diagram is wanted of more than one pair of recordings."""
        count = sum(len(pairing.couples) for pairing in pairings)
        if self._kind is None and count > 1:
            option = spelling(self.options, "draw")
            raise InputError(option, f"draws two recordings, and here are {count} pairs: name two files")

    def take(self, compared: Compared, names: tuple[str, str]) -> None:
        """Draw the diagram of two recordings, if the output needs it, and keep it for ``put``."""
        from tracer.rendering.changes.diagrams import SideNames, flow_changes, merged, side_by_side
        from tracer.rendering.style import Style

        if self._kind is None or (self._kind not in _WITHOUT_DIAGRAMS and flow_changes(compared)):
            make = side_by_side if self.options.draw == "side-by-side" else merged
            style = Style(language=self.options.lang)
            of_step = self._diagrams.setdefault(names, {})
            of_step[compared.couple.name] = make(compared, SideNames(*names), style)

    def put(self, report: ComparisonReport) -> None:
        """Print the report or the diagram, or write it to the file of ``--out``."""
        if self._kind is None:
            texts = [text for step in self._diagrams.values() for parts in step.values() for text in parts]
            put_diagram(self.options.out, texts, self.options.theme)
            return
        lines = self._lines(report, self._kind)
        if self.options.out is None:
            print_report(lines, trusted=self._kind in [*DIFF_REPORTS])
            return
        from tracer.storage import write

        write(
            self.options.out,
            "".join(line if isinstance(line, str) else f"{line}\n" for line in lines),
        )
        self._say_summary(report)

    def _lines(self, report: ComparisonReport, kind: str) -> Sequence[ReportPart]:
        from tracer.cli.progress import progress

        options = self.options
        with progress() as show:
            show("writing the report")
            given = ReportOptions(
                language=options.lang,
                volatile=options.show_volatile,
                fail_on=options.fail_on,
                drawings=self._diagrams,
                progress=show,
            )
            return DIFF_REPORTS.run(kind, report, given)

    def _say_summary(self, report: ComparisonReport) -> None:
        from tracer.cli.console import stderr
        from tracer.rendering.changes.terminal import summary

        console = stderr()
        for step in report.steps:
            console.print(summary(step), soft_wrap=True)
        console.out(f"wrote {self.options.out}", highlight=False)
