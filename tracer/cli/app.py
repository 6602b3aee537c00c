"""All verbs together, and how an error ends them: one line, and an exit code that isn't zero."""

from __future__ import annotations

import io
import sys
from typing import Annotated

import typer

from tracer.cli import cloud, demo, diagram, record, recover, redact, scan, show
from tracer.errors import TracerError

__all__ = ["main"]

app = typer.Typer(
    name="tracer",
    help="Records what the openstack command line says to a cloud, message by message.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("record", context_settings={"allow_interspersed_args": False})(record.record)
app.command("show")(show.show)
app.command("diagram")(diagram.diagram)
app.command("recover")(recover.recover)
app.command("scan")(scan.scan)
app.command("redact")(redact.redact)
app.add_typer(cloud.app, name="cloud")


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"tracer {version('openstack-tracer')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version),
    ] = False,
) -> None:
    """Records what the openstack command line says to a cloud, message by message."""


def main() -> None:
    """Run ``tracer`` with the arguments of this process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    try:
        app()
    except TracerError as error:
        print(f"tracer: {' '.join(str(error).split())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # Whoever read our output has enough of it; Python would complain once more while it shuts down.
        sys.stdout = None
        sys.exit(141)
    except OSError as error:
        sys.stdout = None
        print(f"tracer: {error.filename or 'output'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(TracerError.exit_code)
