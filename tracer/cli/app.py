"""All verbs together, and how an error ends them: one line, and an exit code that isn't zero."""

from __future__ import annotations

import sys

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


def main() -> None:
    """Run ``tracer`` with the arguments of this process."""
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
