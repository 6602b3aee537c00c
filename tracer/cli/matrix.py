"""``tracer matrix``: recordings of suites of commands on the clouds of several releases."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.options import add_diagram, add_out, naming_options
from tracer.cli.parsing import number_in
from tracer.counting import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tracer.matrix import Cell, MatrixOutput, MatrixPlan, Pool

__all__ = ["arguments", "run"]

_RESUMING = (
    "The same command again continues an interrupted matrix: it records what is missing, failed, or has "
    "another suite or other versions. Each suite is recorded twice (the second time in folders again/); "
    "an unfinished round begins anew."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the releases, clients, suites, machines and the output folder."""
    parser.epilog = _RESUMING
    add = parser.add_argument
    add(
        "--releases",
        metavar="RELEASES",
        required=True,
        help="Comma-separated releases and ranges of them, such as zed,2026.2 or zed..2026.2.",
    )
    add(
        "--suite",
        metavar="SUITE",
        action="append",
        default=[],
        help="Suite of commands, or its file (*.yaml); all stands for those that ship (default); "
        "may be given again.",
    )
    add(
        "--clients",
        metavar="RELEASES",
        help="Releases of clients, each on every cloud; or neighbours: the cloud's own release, the one "
        "before, and the one after (default: each cloud's own). Other clients record only commands.",
    )
    add(
        "--jobs",
        metavar="N",
        type=number_in(range(1, 65)),
        help="Number of clouds at once (default: one for each core).",
    )
    add(
        "--cluster",
        metavar="ADDRESS",
        help="Scheduler of a Dask cluster to record on, such as tcp://10.0.0.5:8786.",
    )
    add("--fresh", action="store_true", help="Record all anew.")
    add_out(parser, "DIR", "Each release is a folder in it.", default=Path("recordings"))
    add_diagram(parser)


def run(options: argparse.Namespace) -> int:
    """Record the suites, and print the table. Return 1 if a cell does not have the expected verdict."""
    from tracer.matrix import MatrixOutput, make_plan, select_clients, select_releases, select_suites
    from tracer.rendering import draw
    from tracer.runs.settings import Settings

    releases = select_releases(options.releases)
    clients = select_clients(options.clients, releases) if options.clients is not None else None
    suites = select_suites(options.suite)
    kinds = tuple(filter(None, options.diagram.split(",")))
    with naming_options(options):
        Settings(folder=options.out, diagrams=kinds)  # raises an error for a wrong setting
    if options.cluster and options.jobs:
        from tracer.errors import InputError

        raise InputError("--jobs", "says nothing of a cluster: there, each worker's threads are its jobs")
    plan = make_plan(options.out, releases, suites, clients, fresh=options.fresh)
    _record(plan, MatrixOutput(options.out, kinds, draw), options)
    return _print(plan, releases, options.out)


def _record(plan: MatrixPlan, order: MatrixOutput, options: argparse.Namespace) -> None:
    from tracer.cli.progress import progress
    from tracer.cloud.service_processes import stoppable
    from tracer.matrix import drive

    todo = plan.todo
    if not todo:
        return
    try:
        with stoppable(), progress(plain=True) as show, _pool(options, len(todo)) as pool:
            drive(plan, order, pool, show, lambda complaint: _complain(str(complaint)))
    except (KeyboardInterrupt, SystemExit) as stop:
        recorded = sum(map(len, plan.recordings.values()))
        line = f"stopped with {recorded} recorded; the same command goes on from there"
        if isinstance(stop, KeyboardInterrupt):
            raise KeyboardInterrupt(line) from None
        print(f"tracer: {line}", file=sys.stderr)
        raise


def _pool(options: argparse.Namespace, units: int) -> Pool:
    from tracer.matrix import Local, cores

    if not options.cluster:
        return Local(min(options.jobs or cores(), units))
    from tracer.matrix.cluster import Cluster

    return Cluster(options.cluster)


def _print(plan: MatrixPlan, releases: list[str], out: Path) -> int:
    from tracer.cli.console import stdout
    from tracer.matrix import changed, legend, tables

    cells = plan.cells()
    console = stdout()
    for table in tables(cells, releases, changed):
        console.print(table)
    console.print(legend(cells), markup=False)
    for line in _unavailable(cells):
        print(line)
    bad = [cell for cell in cells if not cell.good]
    for cell in bad:
        if not cell.problems and cell.verdict != "missing":
            _complain(_summary(cell))
    written = sum(map(len, plan.recordings.values()))
    print(f"{counted(written, 'recording')} below {out}, {written // 2} of them to compare with (again)")
    return 1 if bad else 0


def _unavailable(cells: Sequence[Cell]) -> list[str]:
    """Return a line for each reason why entries were not recorded: a role that a release does not have."""
    names: dict[str, list[str]] = {}
    for cell in cells:
        if cell.verdict == "unavailable":
            names.setdefault(cell.unavailable, []).append(cell.name)
    return [
        f"{reason}: not recorded: {', '.join(dict.fromkeys(entries))}" for reason, entries in names.items()
    ]


def _summary(cell: Cell) -> str:
    from tracer.rendering.recording_table import verdict_line

    problem = cell.complaint or (str(verdict_line(cell.recording)) if cell.recording else "")
    return f"{cell.release} {cell.name}: {problem}"


def _complain(line: str) -> None:
    from tracer.rendering.visible_texts import visible

    print(f"tracer: {visible(' '.join(line.split()), 1000)}", file=sys.stderr)
