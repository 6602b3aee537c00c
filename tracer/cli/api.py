"""``tracer api``: the official API reference, the schemas of services, and recordings beside them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli import api_coverage, api_disagreements
from tracer.cli.options import add_format, add_language, add_release
from tracer.cli.parsing import Verb, add_verbs, run_verb
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from tracer.api_reference import Operation

    _Located = tuple[str, Operation]
    """The name of a service, and one of its operations."""

__all__ = ["arguments", "run"]

_FORMATS = ("table", "json")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs of the group."""
    add_verbs(parser, _VERBS)


run = run_verb


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
    add_language(parser, "For the names of operations.")


def _list(options: argparse.Namespace) -> None:
    from tracer.api_reference import operations
    from tracer.cli.console import stdout
    from tracer.i18n import check_language
    from tracer.rendering.api_tables import operation_table

    check_language(options.lang)
    listed = [(name, each) for name in _services(options) for each in operations(name, options.release)]
    if options.format == "json":
        _print_json(listed, options.lang)
    else:
        console = stdout()
        table = operation_table((operation for _, operation in listed), console.width, options.lang)
        console.print(table)


def _show(options: argparse.Namespace) -> None:
    from tracer.cli.console import stdout
    from tracer.i18n import check_language
    from tracer.rendering.api_tables import operation_details, operation_table, selector_table

    check_language(options.lang)
    named = _search(options, options.release)
    if not named:
        raise InputError("OPERATION", _why_not_found(options))
    console = stdout()
    if options.format == "json":
        _print_json(named, options.lang)
    elif len(named) == 1:
        for part in operation_details(*named[0], options.lang):
            console.print(part)
    elif len({(operation.method, operation.path) for _, operation in named}) == 1:
        console.print(selector_table(operation for _, operation in named))
    else:
        console.print(operation_table((operation for _, operation in named), console.width, options.lang))


def _search(options: argparse.Namespace, release: str | None) -> list[_Located]:
    """Return the operations that the user's words name, of the services with the best match."""
    from tracer.api_reference.searching import search

    words = " ".join(options.operation)
    results = {name: search(words, name, release) for name in _services(options)}
    nearest = min((result.distance for result in results.values() if result.operations), default=0)
    return [
        (name, operation)
        for name, result in results.items()
        if result.distance == nearest
        for operation in result.operations
    ]


def _why_not_found(options: argparse.Namespace) -> str:
    """Return a sentence with the releases that have the operation, or with the most similar operations."""
    from tracer.api_reference import operations, reference
    from tracer.api_reference.similar_names import similar_names

    words = " ".join(options.operation)
    names = _services(options)
    releases = reference(names[0]).releases
    releases_with = [release for release in releases if _search(options, release)]
    if releases_with:
        return f"{words!r} is not in the API reference of this release; it is in {', '.join(releases_with)}"
    known = {_as_in(words, each) for name in names for each in operations(name, options.release)}
    similar = similar_names(words, known)
    hint = f"did you mean {' or '.join(similar)}?" if similar else "see: tracer api list"
    return f"no {words!r} in the API reference; {hint}"


def _as_in(words: str, operation: Operation) -> str:
    """Return the name of an operation in the form of the user's words: ID, path, or method and path."""
    if "/" not in words:
        return operation.id
    return operation.path if words.startswith("/") else f"{operation.method} {operation.path}"


def _services(options: argparse.Namespace) -> list[str]:
    """Return the names of the chosen services. Raise InputError for an unknown service or release."""
    from tracer.api_reference import reference, services

    names = [name for name in services() if options.service in (None, name, reference(name).type)]
    if not names:
        raise InputError("--service", f"unknown service {options.service!r}; known: {', '.join(services())}")
    releases = reference(names[0]).releases
    if options.release not in (None, *releases):
        known = ", ".join(releases)
        raise InputError("--release", f"no API reference of {options.release!r}; known: {known}")
    return names


def _schemas_arguments(parser: argparse.ArgumentParser) -> None:
    from tracer.releases import canonical

    parser.add_argument("release", metavar="RELEASE", type=canonical, help="Release, see: tracer cloud list.")
    add_format(parser, _FORMATS, "", "table")


def _schemas(options: argparse.Namespace) -> None:
    from tracer.api_reference.schemas import schema_file, schema_set
    from tracer.cli.console import stdout
    from tracer.cli.progress import progress
    from tracer.cloud.schema_extraction import ensure_schemas
    from tracer.formats.json_text import dump
    from tracer.rendering.schema_tables import schema_counts, schema_table

    known = schema_set(options.release) is not None
    with progress(plain=True) as show:
        schemas = ensure_schemas(options.release, show)
    counts = schema_counts(schemas)
    if options.format == "json":
        sys.stdout.write(dump([{"service": each.service, **each.data()} for each in counts]))
        return
    console = stdout()
    console.print(schema_table(counts))
    path = schema_file(options.release)
    words = "are there already" if known else "are stored"
    size = round(path.stat().st_size / 1000)
    console.print(f"The schemas of {schemas.release} {words}: {path} ({size} KB).", soft_wrap=True)


def _print_json(located: Iterable[_Located], language: str) -> None:
    from tracer.api_reference import link, operation_data, operation_names
    from tracer.formats.json_text import dump
    from tracer.i18n import pick

    data = [
        {
            "service": service,
            **operation_data(operation),
            "name": pick(operation_names(operation), language),
            "link": link(service, operation),
        }
        for service, operation in located
    ]
    sys.stdout.write(dump(data))


_VERBS = {
    "list": Verb("List the operations: ID, method and path, name.", _add_choice, _list),
    "show": Verb("Show an operation: link, statuses, parameters, fields.", _show_arguments, _show),
    "coverage": Verb(
        "List the operations that recordings have, and count the others.",
        api_coverage.arguments,
        api_coverage.run,
    ),
    "disagreements": Verb(
        "Write a page on contradictions between the documentation and the services.",
        api_disagreements.arguments,
        api_disagreements.run,
    ),
    "schemas": Verb(
        "Read the JSON Schemas of requests and responses out of the packages of a release.",
        _schemas_arguments,
        _schemas,
    ),
}
