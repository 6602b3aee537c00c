"""``tracer sequences list|show|schema``: the documented sequences and the schema of their files."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.options import add_format, add_language
from tracer.cli.parsing import Verb, add_verbs, run_verb

if TYPE_CHECKING:
    import argparse

    from tracer.sequences import Sequence

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the group."""
    add_verbs(parser, _VERBS)


run = run_verb


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_language(parser)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sequence", metavar="SEQUENCE", help="A name, see: tracer sequences list; or a file.")
    add_format(parser, _SHOW, "yaml is the file itself; mermaid is a diagram.", "table")
    add_language(parser)


def _schema_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Save it, and tell your editor: `# yaml-language-server: $schema=FILE`"


def _list(options: argparse.Namespace) -> None:
    from tracer.cli.console import stdout
    from tracer.rendering.sequence_tables import listed
    from tracer.rendering.words import words
    from tracer.sequences import catalog

    words(options.lang)
    stdout().print(listed(catalog().values(), options.lang))


def _show(options: argparse.Namespace) -> None:
    from tracer.rendering.words import words
    from tracer.sequences import find

    words(options.lang)
    _SHOW[options.format](options, find(options.sequence))


def _show_table(options: argparse.Namespace, sequence: Sequence) -> None:
    from tracer.cli.console import stdout
    from tracer.rendering.sequence_tables import heading, steps

    console = stdout()
    for line in heading(sequence, options.lang):
        console.print(line, soft_wrap=True)
    console.print()
    console.print(steps(sequence, options.lang))


def _show_file(options: argparse.Namespace, sequence: Sequence) -> None:
    from importlib.resources import files

    from tracer.sequences import catalog

    # A file of the catalogue has the name of its sequence.
    shipped = files("tracer.sequences") / "catalog" / f"{sequence.name}.yaml"
    file = shipped if options.sequence in catalog() else Path(options.sequence)
    sys.stdout.write(file.read_text(encoding="utf-8"))


def _show_diagram(options: argparse.Namespace, sequence: Sequence) -> None:
    from tracer.rendering.mermaid import sequence_mermaid

    sys.stdout.write(sequence_mermaid(sequence, options.lang))


def _schema(_options: argparse.Namespace) -> None:
    from tracer.formats.json_text import dump
    from tracer.schemas import format_schema

    sys.stdout.write(dump(format_schema("sequence")))


_SHOW = {"table": _show_table, "yaml": _show_file, "mermaid": _show_diagram}
_VERBS = {
    "list": Verb(
        "List the documented sequences: name, command, number of steps, title.", _list_arguments, _list
    ),
    "show": Verb("Show one sequence step by step.", _show_arguments, _show),
    "schema": Verb(
        "Print the JSON Schema of a sequence file, as tracer schema sequence does.",
        _schema_arguments,
        _schema,
    ),
}
