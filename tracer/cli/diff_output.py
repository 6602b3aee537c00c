"""Output of the report of ``tracer diff`` in the chosen format."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tracer.cli.options import spelling
from tracer.cli.pictures import put_diagram
from tracer.errors import InputError

if TYPE_CHECKING:
    from tracer.comparison.folders import Compared, Pairing
    from tracer.comparison.report import ComparisonReport

__all__ = ["Reporter"]


class Reporter:
    """The writer of a report or a diagram. It draws the diagrams of each compared pair of recordings."""

    def __init__(self, options: argparse.Namespace, kind: str) -> None:
        self.options = options
        self._kind = kind
        self._diagrams: dict[tuple[str, str], dict[str, list[str]]] = {}

    def check(self, pairings: Sequence[Pairing]) -> None:
        """Raise InputError if a diagram is wanted of more than one pair of recordings."""
        count = sum(len(pairing.couples) for pairing in pairings)
        if self._kind == "diagram" and count > 1:
            option = spelling(self.options, "draw")
            raise InputError(option, f"draws two recordings, and here are {count} pairs: name two files")

    def take(self, compared: Compared, names: tuple[str, str]) -> None:
        """Draw the diagram of two recordings, if the output needs it, and keep it for ``put``."""
        from tracer.rendering.changes.diagrams import SideNames, flow_changes, merged, side_by_side
        from tracer.rendering.style import Style

        wanted = self._kind == "diagram" or (self._kind in ("md", "html") and flow_changes(compared))
        if wanted:
            make = side_by_side if self.options.draw == "side-by-side" else merged
            style = Style(language=self.options.lang)
            of_step = self._diagrams.setdefault(names, {})
            of_step[compared.couple.name] = make(compared, SideNames(*names), style)

    def put(self, report: ComparisonReport) -> None:
        """Print the report or the diagram, or write it to the file of ``--out``."""
        if self._kind == "diagram":
            texts = [text for step in self._diagrams.values() for parts in step.values() for text in parts]
            put_diagram(self.options.out, texts, self.options.theme)
        elif self.options.out is None:
            self._print(report)
        else:
            from tracer.storage import write

            write(self.options.out, self._text(report))
            self._say_summary(report)

    def _print(self, report: ComparisonReport) -> None:
        if self._kind != "text":
            sys.stdout.write(self._text(report))
            return
        from tracer.cli.console import stdout
        from tracer.rendering.changes.terminal import report_lines

        console = stdout()
        for line in report_lines(report, volatile=self.options.show_volatile):
            console.print(line, soft_wrap=True)

    def _text(self, report: ComparisonReport) -> str:
        options = self.options
        if self._kind == "md":
            from tracer.rendering.changes.markdown import markdown

            return markdown(report, options.lang, self._diagrams, volatile=options.show_volatile)
        if self._kind == "html":
            from tracer.cli.console import stderr
            from tracer.rendering.changes.html import page

            with stderr().status("…") as status:
                return page(
                    report,
                    options.lang,
                    self._diagrams,
                    volatile=options.show_volatile,
                    progress=status.update,
                )
        if self._kind == "junit":
            from tracer.rendering.changes.junit import junit

            return junit(report, options.fail_on)
        if self._kind == "sarif":
            from tracer.rendering.changes.sarif import sarif

            return sarif(report)
        if self._kind == "json":
            from tracer.formats.json_text import dump

            return dump(report)
        from tracer.rendering.changes.terminal import report_lines

        return "".join(f"{line.plain}\n" for line in report_lines(report, volatile=options.show_volatile))

    def _say_summary(self, report: ComparisonReport) -> None:
        from tracer.cli.console import stderr
        from tracer.rendering.changes.terminal import summary

        console = stderr()
        for step in report.steps:
            console.print(summary(step), soft_wrap=True)
        console.out(f"wrote {self.options.out}", highlight=False)
