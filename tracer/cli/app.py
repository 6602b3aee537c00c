"""All verbs together, and how an error ends them: one line, and an exit code that isn't zero."""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from tracer.errors import TracerError

__all__ = ["main"]

_VERBS: dict[str, dict[str, Any]] = {
    "demo": {},
    "record": {"context_settings": {"allow_interspersed_args": False}},
    "show": {},
    "diagram": {},
    "recover": {},
    "scan": {},
    "redact": {},
    "cloud": {},
}
"""The verbs in the order of the help, each a module of this folder, with what Typer is to be told of it."""


class _Verbs(TyperGroup):
    """Loads a verb where it is asked for: `tracer record` must not wait for the others to be built."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The verbs in the order of the help."""
        return list(_VERBS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The verb, or None if there is none of that name."""
        if cmd_name in _VERBS:
            return _verb(cmd_name)
        # Typer looks among these for the name that was meant.
        self.commands = {name: _verb(name) for name in _VERBS}
        return None


def _verb(name: str) -> Any:
    module = importlib.import_module(f"tracer.cli.{name}")
    group = typer.Typer(callback=_options)
    if hasattr(module, "app"):
        group.add_typer(module.app, name=name)
    else:
        group.command(name, **_VERBS[name])(getattr(module, name))
    return typer.main.get_group(group).commands[name]


app = typer.Typer(
    name="tracer",
    cls=_Verbs,
    help="Records what the openstack command line says to a cloud, message by message.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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


def main() -> NoReturn:
    """Run ``tracer`` with the arguments of this process, and end the process."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = _run()
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    # Everything is written. To free all objects one by one, as the interpreter does at its end, would cost
    # a command that is traced another 20 ms.
    os._exit(code)


def _run() -> int:
    """The exit code of the verb; what it printed on stdout has been flushed."""
    try:
        try:
            app()
        except SystemExit as end:
            sys.stdout.flush()
            return end.code if isinstance(end.code, int) else 0
    except TracerError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has enough of it.
        return 141
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror or error}", TracerError.exit_code)
    return 0


def _complain(problem: str, code: int) -> int:
    print(f"tracer: {' '.join(problem.split())}", file=sys.stderr)
    return code
