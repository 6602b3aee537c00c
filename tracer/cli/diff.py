"""``tracer diff``: changes of behaviour between recordings, folders or releases."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.export_output import DIAGRAMS, check_diagram, warn
from tracer.cli.options import (
    add_alias,
    add_fail_on,
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
from tracer.findings import DIFFERENCE_SEVERITIES
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
        help="Recordings, folders, archives or releases, the oldest first. Each is compared with the next. "
        "A range such as zed..2026.2 names all its releases.",
    )
    parser.add_argument(
        "--recordings",
        metavar="DIR",
        type=Path,
        default=Path("recordings"),
        help="Folder with the releases (default: %(default)s).",
    )
    parser.add_argument(
        "--strict", action="store_true", help="Suppress and fold nothing, not even volatile values."
    )
    parser.add_argument(
        "--show-volatile",
        action="store_true",
        help="Show suppressed differences (text, md, html) and folded ones (text).",
    )
    add_fail_on(
        parser,
        (*DIFFERENCE_SEVERITIES, "any"),
        "breaking, breaking-api, additive, cosmetic; any (default) also counts recordings of one side and "
        "stale baseline entries.",
        "any",
    )
    parser.add_argument(
        "--baseline", metavar="FILE", type=Path, help="Accept the differences that this file names."
    )
    parser.add_argument(
        "--write-baseline",
        metavar="FILE",
        type=Path,
        help="Write a baseline of all differences, and no report.",
    )
    _add_report(parser)
    parser.epilog = "Repetitions in again/ show volatile values."


def _add_report(parser: argparse.ArgumentParser) -> None:
    add_format(
        parser,
        DIFF_REPORTS,
        "Without it, the suffix of -o FILE decides, else text.",
    )
    draw = parser.add_argument(
        "--draw",
        choices=("merged", "side-by-side"),
        metavar="KIND",
        help="Draw two recordings: merged (green is new, red is gone, amber is changed) or side-by-side.",
    )
    add_alias(parser, draw, "--diagram")
    add_out(
        parser,
        "FILE",
        "Its suffix is .txt, .md, .html, .json, .xml (JUnit) or .sarif; of a diagram .mmd, .svg or .png. "
        "Without it, stdout.",
    )
    add_language(parser)
    add_theme(parser)


def run(options: argparse.Namespace) -> int:
    """Compare the sides, and print or write the report. Return 1 if a difference fails ``--fail-on``.

    With ``--write-baseline``, write the baseline instead of the report, and return 0.
    """
    from tracer.cli.sides import find_sides
    from tracer.comparison.baseline import load_baseline
    from tracer.comparison.folders import pair
    from tracer.comparison.report import make_report
    from tracer.i18n import check_language
    from tracer.recording import below
    from tracer.recording.finding import second_path

    check_language(options.lang)
    kind = _kind(options)
    baseline = None if options.baseline is None else load_baseline(options.baseline)
    sides = find_sides(options.sides, options.recordings)
    pairings = [pair(before.paths, after.paths) for before, after in pairwise(sides)]
    recordings = below(path for side in sides for path in side.paths)
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
    from tracer.cli.progress import progress
    from tracer.comparison.folders import compare_files
    from tracer.comparison.report import compare_sides

    def compared(pairing: Pairing, names: tuple[str, str]) -> Iterator[Compared]:
        for number, couple in enumerate(pairing.couples, 1):
            show(f"comparing {number} of {len(pairing.couples)}: {couple.name}")
            result = compare_files(couple, strict=reporter.options.strict)
            _warn_of_undetermined(result)
            reporter.take(result, names)
            yield result

    reporter.check(pairings)
    with progress() as show:
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
