"""``tracer label``: today's labels for existing recordings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_own_sequences,
    add_recordings,
    add_sequence,
    chosen_sequence,
)
from tracer.counting import counted
from tracer.errors import InputError, TracerError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from pathlib import Path

    from tracer.model import Exchange, Recording
    from tracer.sequences import Sequence

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the sequence."""
    add_recordings(parser, "Recordings to label in place, and folders with all recordings below them.")
    add_sequence(parser, "Without it, each recording's own.")
    add_own_sequences(parser)
    parser.epilog = (
        "Nothing else in a file changes. Draw their diagrams anew afterwards, with tracer diagram."
    )


def run(options: argparse.Namespace) -> int:
    """Label each recording in place, and print the changes. Return 2 if a recording cannot be labelled."""
    from tracer.cli.progress import counted_items, progress
    from tracer.recording import editable
    from tracer.rendering.visible_texts import visible

    sequence = chosen_sequence(options)
    paths = editable(options.recordings)
    changed = failed = 0
    with progress() as show:
        for path in counted_items(paths, show, "labelling"):
            try:
                lines = _label(path, sequence)
            except TracerError as error:
                show.remove()
                print(f"tracer: {visible(' '.join(str(error).split()), 4000)}", file=sys.stderr)
                failed += 1
                continue
            changed += bool(lines)
            first, *of_exchanges = lines or [f"{path}: nothing to change"]
            show.hide()
            print(visible(first, 4000))
            for line in of_exchanges:
                print(f"  {visible(line, 4000)}")
    print(f"{changed} of {counted(len(paths), 'recording')} changed", file=sys.stderr)
    return TracerError.exit_code if failed else 0


def _label(path: Path, sequence: Sequence | None) -> list[str]:
    """Label the recording in the file ``path``. Return the changes as lines, none if nothing changed."""
    from tracer.formats.data_files import read
    from tracer.formats.file_kinds import expecting
    from tracer.recording import label_edits, loads
    from tracer.sequences import label, own_sequence
    from tracer.storage import write

    with expecting("recording", path):
        text = read(path, exact=True)
        before = loads(text, str(path))
    if sequence is None:
        own = own_sequence(before)
        if own.absence and own.absence.name:
            raise InputError(str(path), str(own.absence))
        sequence = own.sequence
    after = label(before, sequence)
    edited = label_edits.with_labels(text, before, after, str(path))
    if edited == text:
        return []
    write(path.resolve(), edited)  # a link stays a link
    return list(_changes(path, before, after))


def _changes(path: Path, before: Recording, after: Recording) -> Iterator[str]:
    from tracer.recording.label_edits import EXCHANGE_LABELS, RUN_LABELS

    of_run = _differences(before, after, RUN_LABELS)
    pairs = enumerate(zip(before.exchanges, after.exchanges, strict=True), 1)
    of_exchanges = {number: _differences(old, new, EXCHANGE_LABELS) for number, (old, new) in pairs}
    changed = {number: differences for number, differences in of_exchanges.items() if differences}
    of_all = [f"{counted(len(changed), 'exchange')} labelled anew"] if changed else []
    yield f"{path}: {', '.join([*of_run, *of_all])}"
    for number, differences in changed.items():
        yield f"exchange {number}: {', '.join(differences)}"


def _differences(
    before: Recording | Exchange, after: Recording | Exchange, labels: tuple[str, ...]
) -> list[str]:
    pairs = {name: (getattr(before, name), getattr(after, name)) for name in labels}
    return [f"{name} {old or 'none'} → {new or 'none'}" for name, (old, new) in pairs.items() if old != new]
