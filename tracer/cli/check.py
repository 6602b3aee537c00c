"""``tracer check``: conformance of recordings to their documented sequences."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from tracer.cli.options import add_format, add_recordings, add_sequence, naming_options

if TYPE_CHECKING:
    from tracer.conformance import ConformanceReport

__all__ = ["arguments", "run"]

_FORMATS = ("table", "json", "junit")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the sequence and the format."""
    add_recordings(parser)
    add_sequence(parser, "Without it, each recording's own.")
    add_format(parser, _FORMATS, "A table is for people; json and junit are for machines.", _FORMATS[0])
    parser.epilog = (
        "Exit code 0 where all conform, 1 where one deviates, is undetermined or has no sequence, "
        "2 where one can't be read."
    )


def run(options: argparse.Namespace) -> int:
    """Print the report. Return the exit code for the worst verdict."""
    from tracer.conformance import check_all, exit_code
    from tracer.recording import below
    from tracer.sequences import find

    with naming_options(options):
        sequence = None if options.sequence is None else find(options.sequence)
    report = check_all(below(options.recordings), sequence)
    _PRINT[options.format](report)
    return exit_code(report)


def _table(report: ConformanceReport) -> None:
    from tracer.cli.console import stdout
    from tracer.rendering.checks.terminal import reasons, summary, table

    console = stdout()
    console.print(table(report))
    for line in reasons(report):
        console.print(line, soft_wrap=True)
    console.print(summary(report), soft_wrap=True)


def _json(report: ConformanceReport) -> None:
    from tracer.formats.json_text import dump

    sys.stdout.write(dump(report))


def _junit(report: ConformanceReport) -> None:
    from tracer.rendering.checks.junit import junit

    sys.stdout.write(junit(report))


_PRINT = {"table": _table, "json": _json, "junit": _junit}
