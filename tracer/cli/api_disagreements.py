"""``tracer api disagreements``: contradictions between the documentation and the services, as a page."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.cli.options import (
    add_language,
    add_no_schemas,
    add_out,
    add_recordings,
    add_release,
    check_output,
)

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings, the schemas and the page."""
    add_recordings(parser)
    add_no_schemas(parser)
    add_release(parser, "In place of the release in the recordings.")
    add_out(parser, "FILE", "Its links lead to the recordings. Without it, stdout.")
    add_language(parser)


def run(options: argparse.Namespace) -> int:
    """Write the page. Return 2 if a recording was not compared, which a line on stderr names."""
    from tracer.cli.progress import counted_items, progress
    from tracer.cli.schema_source import installed_schemas, no_schemas
    from tracer.conformance.api import check_api
    from tracer.errors import TracerError
    from tracer.i18n import check_language
    from tracer.recording import below
    from tracer.rendering.disagreement_report import disagreement_report
    from tracer.rendering.pages.wording import wording
    from tracer.rendering.visible_texts import visible
    from tracer.storage import write

    check_language(options.lang)
    paths = below(options.recordings, again=False)
    if options.out is not None:
        check_output(options.out, paths)
    with progress() as show:
        report = check_api(
            counted_items(paths, show, "checking"),
            no_schemas if options.no_schemas else installed_schemas(show.installing),
            options.release,
        )
    for compared in report.recordings:
        if compared.problem:
            print(f"tracer: {visible(f'{compared.recording}: {compared.problem}', 4000)}", file=sys.stderr)
    folder = None if options.out is None else options.out.parent
    page = disagreement_report(report, wording(options.lang), folder)
    if options.out is None:
        sys.stdout.write(page)
    else:
        write(options.out, page)
        print(f"wrote {options.out}")
    return TracerError.exit_code if report.unchecked else 0
