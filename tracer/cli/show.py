"""``tracer show``: a recording in the terminal, as a sequence, a table, or message by message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.cli.options import add_fold, add_own_sequences, add_recordings, add_sequence, chosen_sequence
from tracer.cli.parsing import number_in
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from rich.console import Console

    from tracer.model import Recording

__all__ = ["arguments", "run"]

_NUMBER = number_in(range(10_000_000))


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the details."""
    add_recordings(parser)
    add_sequence(parser, "Without it, the labels in the file.")
    add_own_sequences(parser)
    parser.add_argument(
        "--table",
        action="store_true",
        help="Show a table, as on a narrow terminal.",
    )
    add_fold(parser)
    parser.add_argument("--headers", action="store_true", help="Show the headers of the messages.")
    parser.add_argument("--body", action="store_true", help="Show the bodies of the messages.")
    parser.add_argument("--step", metavar="N", type=_NUMBER, help="Show headers and body of one step.")
    parser.add_argument("--message", metavar="N", type=_NUMBER, help="Show headers and body of one message.")


def run(options: argparse.Namespace) -> None:
    """Print each recording or its chosen messages, below its facts and above its verdict and its notes."""
    if options.table and options.fold:
        raise InputError("--table", "a table is not folded: leave out --table or --fold")
    sequence = chosen_sequence(options)
    from rich.text import Text

    from tracer.cli.console import stdout
    from tracer.cli.progress import progress
    from tracer.recording import below, load
    from tracer.rendering.recording_table import heading_lines, note_lines, verdict_line
    from tracer.sequences import relabel

    console = stdout()
    in_detail = options.headers or options.body or options.step is not None or options.message is not None
    for number, path in enumerate(below(options.recordings)):
        with progress() as show:
            show(f"reading {path}")
            recording = relabel(load(path), sequence)
        for line in (*([Text()] if number else []), *heading_lines(recording, str(path)), Text()):
            console.print(line, soft_wrap=True)
        if in_detail:
            _details(console, recording, path, options)
        else:
            _overview(console, recording, options)
        for line in (verdict_line(recording), *note_lines(recording)):
            console.print(line, soft_wrap=True)


def _overview(console: Console, recording: Recording, options: argparse.Namespace) -> None:
    from tracer.rendering.messages import messages
    from tracer.rendering.recording_table import table
    from tracer.rendering.terminal_diagram import Drawing

    views = messages(recording)
    drawing = Drawing(recording, views, fold=options.fold)
    as_table = options.table or not drawing.fits(console.width)
    console.print(table(recording, views=views, width=console.width) if as_table else drawing)


def _details(console: Console, recording: Recording, path: Path, options: argparse.Namespace) -> None:
    from tracer.rendering.details import details
    from tracer.rendering.messages import messages

    views = messages(recording)
    if options.step is not None:
        steps = [view.step for view in views if view.step is not None]
        views = [view for view in views if view.step == options.step]
        _check(views, path, f"step {options.step}", steps)
    if options.message is not None:
        numbers = [view.number for view in views]
        views = [view for view in views if view.number == options.message]
        _check(views, path, f"message {options.message}", numbers)
    both = not (options.headers or options.body)
    for view in views:
        for line in details(recording, view, headers=options.headers or both, body=options.body or both):
            console.print(line, soft_wrap=True)
        console.print()


def _check(views: object, path: Path, wanted: str, there: Iterable[int]) -> None:
    if not views:
        numbers = sorted(set(there))
        available = f"it has {numbers[0]} to {numbers[-1]}" if numbers else "it has none"
        raise InputError(str(path), f"there is no {wanted}; {available}")
