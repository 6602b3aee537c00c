"""``tracer schema``: the JSON Schema of a file format."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from tracer.cli.options import add_language

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

__all__ = ["arguments", "file_schemas", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the format and the language."""
    parser.add_argument(
        "format",
        metavar="FORMAT",
        nargs="?",
        help="Name of the format; without it, the list of all formats.",
    )
    add_language(
        parser,
        "The schema has descriptions in this language. "
        "The options of verbs in the schema of tracer.toml have English descriptions.",
    )
    parser.epilog = "Save it, and tell your editor: `# yaml-language-server: $schema=FILE`"


def run(options: argparse.Namespace) -> None:
    """Print the schema, or the names of all formats without a name."""
    schemas = file_schemas()
    if options.format is None:
        print("\n".join(schemas))
        return
    if options.format not in schemas:
        from tracer.errors import InputError

        raise InputError("FORMAT", f"unknown format {options.format!r}; known: {', '.join(schemas)}")
    from tracer.formats.json_text import dump

    sys.stdout.write(dump(schemas[options.format](options.lang)))


def file_schemas() -> dict[str, Callable[[str], dict[str, Any]]]:
    """Return a function for each file format that makes its schema in a language."""
    from functools import partial

    from tracer.cli.defaults_schema import defaults_schema
    from tracer.schemas import FORMATS, format_schema

    return {**{name: partial(format_schema, name) for name in FORMATS}, "defaults": defaults_schema}
