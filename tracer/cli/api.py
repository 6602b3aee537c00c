"""``tracer api list|show``: the operations of the official API reference."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli.options import add_format, add_release
from tracer.cli.parsing import Verb, add_verbs, run_verb
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from tracer.api_reference import Operation

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the group."""
    add_verbs(parser, _VERBS)


run = run_verb


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    _add_choice(parser)


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "operation",
        metavar="OPERATION",
        nargs="+",
        help="An ID, such as image.show-image, or a method and a path, such as GET /v2/images.",
    )
    _add_choice(parser)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--service", metavar="NAME", help="Only this service: a name or a type, such as glance or image."
    )
    add_release(parser, "By default the newest with a reference.")
    add_format(parser, _FORMATS, "", "table")


def _list(options: argparse.Namespace) -> None:
    from tracer.cli.console import stdout
    from tracer.rendering.api_tables import listed

    found = [operation for _, operation in _operations(options)]
    if options.format == "json":
        _print_json(found)
    else:
        stdout().print(listed(found))


def _show(options: argparse.Namespace) -> None:
    from tracer.api_reference.searching import search
    from tracer.cli.console import stdout
    from tracer.rendering.api_tables import listed, shown

    words = " ".join(options.operation)
    services = {operation.id: service for service, operation in _operations(options)}
    found = [*search(words, [operation for _, operation in _operations(options)])]
    if not found:
        raise InputError("OPERATION", f"no {words!r} in the API reference; see: tracer api list")
    if options.format == "json":
        _print_json(found)
        return
    if len(found) > 1:
        stdout().print(listed(found))
        return
    for part in shown(services[found[0].id], found[0]):
        stdout().print(part)


def _operations(options: argparse.Namespace) -> list[tuple[str, Operation]]:
    """Return the chosen operations, each with the name of its service."""
    from tracer.api_reference import operations, reference, services

    names = services()
    if options.service:
        names = [name for name in names if options.service in {name, reference(name).type}]
    if not names:
        raise InputError("--service", f"unknown service {options.service!r}; known: {', '.join(services())}")
    return [(name, operation) for name in names for operation in operations(name, options.release)]


def _print_json(found: Sequence[Operation]) -> None:
    import msgspec

    from tracer.formats.json_text import dump

    sys.stdout.write(dump(msgspec.to_builtins(found)))


_FORMATS = ("table", "json")
_VERBS = {
    "list": Verb("List the operations: ID, method and path, name.", _list_arguments, _list),
    "show": Verb("Show an operation: link, statuses, parameters, fields.", _show_arguments, _show),
}
