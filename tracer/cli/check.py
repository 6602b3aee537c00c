"""``tracer check``: conformance of recordings to their documented sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_format,
    add_own_sequences,
    add_recordings,
    add_sequence,
    chosen_sequence,
)
from tracer.rendering.format_tables import CHECK_REPORTS

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the sequence and the format."""
    add_recordings(parser)
    add_sequence(parser, "Without it, each recording's own.")
    add_own_sequences(parser)
    add_format(
        parser,
        CHECK_REPORTS,
        "A plug-in may add others.",
        "table",
    )


def run(options: argparse.Namespace) -> int:
    """Print the report. Return the exit code for the worst verdict."""
    from tracer.cli.progress import counted_items, progress
    from tracer.cli.report_output import print_report
    from tracer.conformance import check_all, exit_code
    from tracer.plugins import ReportOptions
    from tracer.recording import below

    sequence = chosen_sequence(options)
    with progress() as show:
        report = check_all(counted_items(below(options.recordings), show, "checking"), sequence)
    code = exit_code(report)  # before a plug-in can change the report
    lines = CHECK_REPORTS.run(options.format, report, ReportOptions())
    print_report(lines, trusted=options.format in [*CHECK_REPORTS])
    return code
