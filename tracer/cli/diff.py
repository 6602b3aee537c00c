"""``tracer diff``: changes of behaviour between recordings, folders or releases."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.export_output import DIAGRAMS, check_diagram, warn
from tracer.cli.options import (
    add_alias,
    add_format,
    add_language,
    add_out,
    add_theme,
    check_output,
    spelling,
)
from tracer.cli.report_output import Reporter
from tracer.counting import counted
from tracer.errors import InputError
from tracer.rendering.format_tables import DIFF_REPORTS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from tracer.cli.sides import Side
    from tracer.comparison.folders import Compared, Pairing
    from tracer.comparison.report import SideComparison

__all__ = ["arguments", "run"]

_SUFFIXES = {
    ".txt": "text",
    ".md": "md",
    ".html": "html",
    ".htm": "html",
    ".json": "json",
    ".xml": "junit",
    ".sarif": "sarif",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the sides, the severity, the baseline and the report."""
    parser.add_argument(
        "sides",
        metavar="SIDE",
        nargs="+",
        help="Two recordings, two folders of them or two releases (folders in --recordings), the older one "
        "first; more of them, or a range such as zed..2026.2, are compared one after the other.",
    )
    parser.add_argument(
        "--recordings",
        metavar="DIR",
        type=Path,
        default=Path("recordings"),
        help="Where the recordings of releases are (default: %(default)s).",
    )
    parser.add_argument(
        "--strict", action="store_true", help="Suppress and fold nothing: what is volatile is different, too."
    )
    parser.add_argument(
        "--show-volatile",
        action="store_true",
        help="Show what was suppressed, with the reasons (text, md, html), and what was folded (text).",
    )
    parser.add_argument(
        "--fail-on",
        choices=("breaking", "additive", "any"),
        default="any",
        help="From which severity on a difference makes the exit code 1. The default, any, also counts "
        "recordings that one side has alone, and entries of the baseline that no longer occur.",
    )
    parser.add_argument(
        "--baseline", metavar="FILE", type=Path, help="Accept the differences that this file names."
    )
    parser.add_argument(
        "--write-baseline",
        metavar="FILE",
        type=Path,
        help="Write a baseline that accepts all that is different now, and nothing else.",
    )
    _add_report(parser)
    parser.epilog = (
        "Exit code 0 where nothing is different, 1 where something is (see --fail-on), 2 where something "
        "cannot be compared. Recordings of the same name in a folder again/ beside them are second ones of "
        "the same release: what differs between the two is volatile."
    )


def _add_report(parser: argparse.ArgumentParser) -> None:
    add_format(
        parser,
        DIFF_REPORTS,
        "A plug-in may add formats. Without it, what the name of the -o FILE ends in, else text.",
    )
    draw = parser.add_argument(
        "--draw",
        choices=("merged", "side-by-side"),
        help="Instead of a report, a sequence diagram of two recordings: one with what was added in green, "
        "removed in red and changed in amber; or both runs side by side. -o x.svg and x.png draw it.",
    )
    add_alias(parser, draw, "--diagram")
    add_out(
        parser,
        "FILE",
        "Its name ends in .txt, .md, .html, .json, .xml (JUnit) or .sarif; .mmd, .svg or .png is a diagram. "
        "Without it, stdout.",
    )
    add_language(parser, "It applies to md, html and diagrams.")
    add_theme(parser)


def run(options: argparse.Namespace) -> int:
    """Compare the sides, and print or write the report. Return 1 if a difference fails ``--fail-on``.

    With ``--write-baseline``, write the baseline instead of the report, and return 0.
    """
    from tracer.cli.sides import find_sides
    from tracer.comparison.baseline import load_baseline
    from tracer.comparison.folders import pair
    from tracer.comparison.report import make_report
    from tracer.i18n import section
    from tracer.recording import below
    from tracer.recording.finding import second_path

    section(options.lang, "changes")
    kind = _kind(options)
    baseline = None if options.baseline is None else load_baseline(options.baseline)
    sides = find_sides(options.sides, options.recordings)
    pairings = [pair(before.path, after.path) for before, after in pairwise(sides)]
    recordings = below(side.path for side in sides)
    for path in filter(None, (options.out, options.write_baseline)):
        check_output(path, [*recordings, *map(second_path, recordings)])
    if options.out is not None and options.baseline is not None:
        check_output(options.out, [options.baseline])
    reporter = Reporter(options, kind)
    steps = _steps(sides, pairings, reporter)
    if options.write_baseline is not None:
        return _write_baseline(options.write_baseline, steps)
    report = make_report(steps, baseline)
    for entry in report.stale:
        warn(f"{options.baseline}: no longer occurs, take it out: {entry}")
    code = 1 if report.fails(options.fail_on) else 0  # before a plug-in can change the report
    reporter.put(report)
    return code


def _kind(options: argparse.Namespace) -> str | None:
    """Return the format of the report, or None for a diagram. Raise InputError for options that conflict."""
    written = "" if options.out is None else options.out.suffix
    suffix = written.lower()
    if options.draw is not None or (options.format is None and suffix in DIAGRAMS):
        if options.format is not None:
            raise InputError(spelling(options, "draw"), "is drawn instead of a report: leave out --format")
        check_diagram(options.out, options.theme)
        return None
    if options.theme != "light":
        raise InputError("--theme", "is for pictures: -o x.svg or x.png draws one")
    if options.format is not None or not suffix:
        return str(options.format or "text")
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if written[1:] in DIFF_REPORTS:
        return written[1:]
    names = ", ".join(DIFF_REPORTS.names())
    raise InputError(str(options.out), f"unknown kind of report; --format says which: {names}")


def _steps(sides: Sequence[Side], pairings: Sequence[Pairing], reporter: Reporter) -> list[SideComparison]:
    from tracer.cli.console import stderr
    from tracer.comparison.folders import compare_files
    from tracer.comparison.report import compare_sides

    def compared(pairing: Pairing, names: tuple[str, str]) -> Iterator[Compared]:
        for number, couple in enumerate(pairing.couples, 1):
            status.update(f"comparing {number} of {len(pairing.couples)}…")
            result = compare_files(couple, strict=reporter.options.strict)
            _warn_of_undetermined(result)
            reporter.take(result, names)
            yield result

    reporter.check(pairings)
    with stderr().status("comparing…") as status:
        return [
            compare_sides(*names, pairing, compared(pairing, names))
            for (before, after), pairing in zip(pairwise(sides), pairings, strict=True)
            for names in [(before.name, after.name)]
        ]


def _warn_of_undetermined(compared: Compared) -> None:
    couple = compared.couple
    for path, recording in ((couple.before, compared.before), (couple.after, compared.after)):
        if recording.verdict == "undetermined" and recording.doubt == "exchanges":
            warn(f"{path} is undetermined: a difference may come from an exchange of another run")


def _write_baseline(path: Path, steps: Sequence[SideComparison]) -> int:
    from tracer.comparison.baseline import save_baseline
    from tracer.comparison.report import difference_keys

    count = save_baseline(path, difference_keys(steps))
    print(f"wrote {path}: {counted(count, 'accepted difference')}")
    return 0
