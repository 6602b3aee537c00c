"""``tracer learn``: a sequence file from recordings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli.options import add_name, add_out, add_recordings, check_output
from tracer.counting import counted, noun_for
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping
    from pathlib import Path

    from tracer.model import Recording
    from tracer.sequences import Sequence

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the sequence."""
    add_recordings(parser, "Recordings of one command, and folders of them. Different ones help.")
    add_out(parser, "FILE", "Without it, stdout.")
    add_name(parser, "sequence", "Without it, the name follows from the command.")
    parser.add_argument("--replace", action="store_true", help="Overwrite an existing file.")
    parser.add_argument("--command", help="Command of the recordings, if they do not contain it.")
    parser.epilog = (
        "Recordings of failed commands are left out: a failing exit code, or a response of 500 or more."
    )


def run(options: argparse.Namespace) -> int:
    """Write the sequence file, and check the recordings with it. Return 1 if a recording deviates.

    The names of deviating recordings appear on stderr, and of recordings that are left out.
    """
    from tracer.cli.progress import counted_items, progress
    from tracer.recording import below, load
    from tracer.rendering.visible_texts import visible
    from tracer.sequences.learning import dumps, failures
    from tracer.storage import write

    if options.out is not None and options.out.exists() and not options.replace:
        raise InputError(
            str(options.out), "is there already; its texts may be yours: --replace overwrites it"
        )
    paths = below(options.recordings)
    if options.out is not None:
        check_output(options.out, paths)
    with progress() as show:
        recordings = {str(path): load(path) for path in counted_items(paths, show, "reading")}
    failed = failures(recordings)
    for name, reason in failed.items():
        print(f"tracer: {visible(f'{name} is left out: {reason}', 600)}", file=sys.stderr)
    recordings = {name: recording for name, recording in recordings.items() if name not in failed}
    if failed and not recordings:
        raise InputError("learn", "no recording of a successful command to learn from")
    with progress() as show:
        show(f"learning from {counted(len(recordings), 'recording')}")
        learned = _learned(recordings, options)
    text = dumps(learned, _note(len(recordings)))
    if options.out is None:
        sys.stdout.write(text)
    else:
        write(options.out, text)
    return _summarise(learned, recordings, options.out)


def _learned(recordings: Mapping[str, Recording], options: argparse.Namespace) -> Sequence:
    from tracer.sequences.learning import learn

    try:
        return learn(recordings, name=options.name, command=options.command)
    except InputError as error:
        if error.location != "name":
            raise
        raise InputError("--name", error.problem) from None


def _note(count: int) -> str:
    return (
        f"Learned from {counted(count, 'recording')}. Its texts and names of operations are a beginning:\n"
        "say in your own words what each exchange is for (summary, request, response). Then try it:\n"
        "tracer check --sequence THIS RECORDING…"
    )


def _summarise(learned: Sequence, recordings: Mapping[str, Recording], output: Path | None) -> int:
    from tracer.conformance import check
    from tracer.rendering.visible_texts import visible

    checks = [check(recording, name, learned) for name, recording in recordings.items()]
    deviating = [result for result in checks if result.verdict != "conforms"]
    for result in deviating:
        reason = f": {result.problem}" if result.problem else f" deviates: {result.deviations[0].text}"
        print(f"tracer: {visible(f'{result.recording}{reason}', 600)}", file=sys.stderr)
    wrote = f"wrote {output}: " if output else ""
    steps = f"{counted(len(learned.steps), 'step')} of {learned.command!r}"
    conforming = len(checks) - len(deviating)
    conform = noun_for(conforming, "conforms", "conform")
    print(f"{wrote}{steps}; {conforming} of {counted(len(checks), 'recording')} {conform}", file=sys.stderr)
    return 1 if deviating else 0
