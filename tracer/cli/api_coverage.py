"""``tracer api coverage``: the operations of the API reference that recordings have."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli.options import add_format, add_language, add_recordings, add_release
from tracer.counting import counted
from tracer.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable
    from pathlib import Path

    from tracer.conformance import RecordedOperations

__all__ = ["arguments", "run", "wanted_operations"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the services and the format."""
    add_recordings(parser)
    parser.add_argument(
        "--service",
        metavar="NAME",
        help="Only this service: a name or a type, such as glance or image. Without it, those that a request "
        "of the recordings goes to.",
    )
    add_release(parser, "Only its recordings, and those that do not name their release.")
    parser.add_argument(
        "--unseen",
        action="store_true",
        help="List the operations that no recording has, too. JSON always has them.",
    )
    add_format(parser, ("table", "json", "md"), "", "table")
    add_language(parser, "For the names of operations, and for Markdown.")


def run(options: argparse.Namespace) -> None:
    """Print the coverage in the chosen format."""
    from tracer.cli.progress import counted_items, progress
    from tracer.conformance import coverage
    from tracer.i18n import check_language
    from tracer.recording import below

    check_language(options.lang)
    wanted = None if options.service is None else [_service(options.service)]
    with progress() as show:
        paths = counted_items(below(options.recordings), show, "reading")
        recorded = wanted_operations(paths, options.release)
    result = coverage(recorded, wanted)
    if options.format == "table":
        from tracer.cli.console import stdout
        from tracer.rendering.coverage_tables import coverage_parts

        console = stdout()
        for part in coverage_parts(result, console.width, options.lang, unseen=options.unseen):
            console.print(part)
    elif options.format == "json":
        from tracer.rendering.coverage_tables import coverage_json

        sys.stdout.write(coverage_json(result, options.lang))
    else:
        from tracer.rendering.pages.coverage_markdown import coverage_markdown
        from tracer.rendering.pages.wording import wording

        sys.stdout.write(coverage_markdown(result, wording(options.lang), unseen=options.unseen))


def wanted_operations(paths: Iterable[Path], release: str | None) -> list[RecordedOperations]:
    """Return the operations of the recordings of ``release``, by default of each release.

    A recording that does not name its release counts as one of ``release``. Without ``release``, it does not
    count, and a line on stderr names it. Raise InputError if no recording remains.
    """
    import msgspec

    from tracer.conformance import recorded_operations
    from tracer.model import Cloud
    from tracer.recording import load

    recorded: list[RecordedOperations] = []
    unknown: list[Path] = []
    releases: set[str] = set()
    for path in paths:
        recording = load(path)
        own = recording.cloud.release
        if own is None and release is None:
            unknown.append(path)
            continue
        if own is None:
            recording = msgspec.structs.replace(recording, cloud=Cloud(release=release))
        elif release not in (None, own):
            releases.add(own)
            continue
        recorded.append(recorded_operations(recording))
    if not recorded and unknown:
        raise InputError(str(unknown[0]), "does not name the release of its cloud: name it with --release")
    if not recorded:
        raise InputError(
            "--release", f"no recording of the release {release}; there are: {', '.join(sorted(releases))}"
        )
    if unknown:
        _remark(unknown)
    return recorded


def _remark(unknown: list[Path]) -> None:
    from tracer.rendering.visible_texts import visible

    further = f" (and {counted(len(unknown) - 1, 'further recording')})" if unknown[1:] else ""
    line = f"{unknown[0]}{further}: left out, as the release of the cloud is not known; --release decides it"
    print(f"tracer: {visible(line, 4000)}", file=sys.stderr)


def _service(name: str) -> str:
    """Return the service with this name or type. Raise InputError for an unknown service."""
    from tracer.api_reference import reference, services

    for service in services():
        if name in (service, reference(service).type):
            return service
    raise InputError("--service", f"unknown service {name!r}; known: {', '.join(services())}")
