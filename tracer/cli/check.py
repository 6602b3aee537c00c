"""``tracer check``: conformance of recordings to documented sequences, or to the documentation of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_fail_on,
    add_format,
    add_no_schemas,
    add_own_sequences,
    add_recordings,
    add_release,
    add_sequence,
    chosen_sequence,
    spelling,
)
from tracer.errors import InputError
from tracer.rendering.format_tables import API_REPORTS, CHECK_REPORTS

if TYPE_CHECKING:
    import argparse


__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the sequence, the comparison with the API, and the format."""
    add_recordings(parser)
    add_sequence(parser, "Without it, each recording's own.")
    add_own_sequences(parser)
    parser.add_argument(
        "--api",
        action="store_true",
        help="Compare each exchange with the official API reference, and with the JSON Schemas of the "
        "services. The first check of a release installs its packages.",
    )
    add_no_schemas(parser)
    add_release(parser, "With --api, in place of the release in the recordings.")
    add_fail_on(parser, ("error", "undocumented"), "With --api: error (default) or undocumented.")
    add_format(
        parser,
        CHECK_REPORTS,
        "A plug-in may add others.",
        "table",
    )


def run(options: argparse.Namespace) -> int:
    """Print the report. Return the exit code for the worst verdict."""
    _check_options(options)
    return _run_api(options) if options.api else _run_sequences(options)


def _check_options(options: argparse.Namespace) -> None:
    """Raise InputError for an option that has no effect."""
    if options.api:
        ineffective: tuple[str, ...] = ("sequence", "add_sequence")
        problem = "has no effect with --api"
    else:
        ineffective = ("no_schemas", "release", "fail_on")
        problem = "has no effect without --api"
    for name in ineffective:
        if getattr(options, name):
            raise InputError(spelling(options, name), problem)


def _run_sequences(options: argparse.Namespace) -> int:
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


def _run_api(options: argparse.Namespace) -> int:
    from tracer.cli.progress import counted_items, progress
    from tracer.cli.report_output import print_report
    from tracer.cli.schema_source import installed_schemas, no_schemas
    from tracer.conformance.api import api_exit_code, check_api
    from tracer.plugins import ReportOptions
    from tracer.recording import below

    with progress() as show:
        report = check_api(
            counted_items(below(options.recordings), show, "checking"),
            no_schemas if options.no_schemas else installed_schemas(show.installing),
            options.release,
            options.fail_on or "error",
        )
    code = api_exit_code(report)  # before a plug-in can change the report
    lines = API_REPORTS.run(options.format, report, ReportOptions())
    print_report(lines, trusted=options.format in [*API_REPORTS])
    return code
