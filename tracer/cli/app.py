"""The entry point of the command: it runs a verb, and turns an error into one line and an exit code."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import tracer
from tracer.cli.defaults import apply_defaults
from tracer.cli.options import add_rules
from tracer.cli.parsing import Parser, ProgramParser, list_verbs, no_verb
from tracer.errors import PluginError, TracerError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["main", "parser_of", "verbs", "whole_parser"]

_VERBS: dict[str, str] = {
    "demo": "Start a real cloud, record two commands, and show them.",
    "record": "Run a client command, and record every message.",
    "proxy": "Start a proxy that records every command.",
    "addon": "Print the path of the addon, for mitmdump -s.",
    "matrix": "Record suites of commands on several releases.",
    "show": "Show recordings in the terminal.",
    "diagram": "Draw a recording as a sequence diagram.",
    "diff": "Show changes of behaviour between recordings.",
    "check": "Check recordings against their sequences.",
    "sequences": "List and show the documented sequences.",
    "api": "List and show operations of the official API reference.",
    "learn": "Write a sequence file from recordings.",
    "view": "Make an HTML page of recordings, with an index.",
    "docs": "Make a documentation site of recordings.",
    "recover": "Make recordings of the journals of a killed proxy.",
    "scan": "Find secrets in files of any kind.",
    "redact": "Remove secrets from recordings, in place.",
    "label": "Label recordings again, in place.",
    "schema": "Print the JSON Schema of a file format.",
    "cloud": "Start and end real OpenStack services of a release.",
    "completion": "Print the completion script for a shell.",
}
"""The verbs, each with its purpose. Each is a module of this package with ``arguments`` and ``run``."""

_WITHOUT_RULES = ("addon", "cloud", "completion", "schema")
"""Verbs without the option ``--rules``. The verbs of the group ``cloud`` declare their options themselves."""


def main() -> NoReturn:
    """Run ``tracer`` with the arguments of this process, and end the process."""
    # Python sets a stream to None if the parent process closed its descriptor.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    code = _run()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # The interpreter flushes again when it ends, and would print this error with a traceback.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    sys.exit(code)


def _run() -> int:
    """Run the verb, flush stdout, and return the exit code. Print an error as one line on stderr."""
    try:
        try:
            _check_package()
            code = _do(sys.argv[1:])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0
        sys.stdout.flush()
    except PluginError as error:
        return _complain(_redacted(str(error)), error.exit_code)
    except TracerError as error:
        return _complain(str(error), error.exit_code)
    except KeyboardInterrupt as stop:
        # The terminal has printed ^C at the beginning of the line.
        start = "\r" if sys.stderr.isatty() else ""
        print(f"{start}tracer: {str(stop) or 'interrupted'}", file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of the output has closed the pipe. 141 is the exit code of a program that SIGPIPE ends.
        return 141
    except OSError as error:
        return _complain(f"{error.filename or 'output'}: {error.strerror or error}", TracerError.exit_code)
    return code


def _check_package() -> None:
    """Raise TracerError if PyPI's package ``tracer`` has replaced, or removed, files of this package."""
    if "load" not in getattr(tracer, "__all__", ()):
        raise TracerError(
            "another package named tracer has replaced files of openstack-tracer: install openstack-tracer "
            "again, in an environment of its own (uv tool install openstack-tracer)"
        )


def _do(words: list[str]) -> int:
    if not words or words[0] not in _VERBS:
        return _without_verb(words)
    parser = parser_of(words[0])
    apply_defaults(parser, words[0], _VERBS)
    options = parser.parse_args(words[1:])
    if getattr(options, "rules", None):
        from tracer import rulefolders

        rulefolders.use(options.rules)
    return _module(words[0]).run(options) or 0


def parser_of(verb: str) -> Parser:
    """Return the parser of ``verb`` with all its options, and with the defaults of tracer."""
    parser = Parser(prog=f"tracer {verb}", description=_VERBS[verb])
    _add_arguments(parser, verb)
    return parser


def verbs() -> list[str]:
    """Return the names of all verbs."""
    return list(_VERBS)


def _module(verb: str) -> Any:
    # Import only the module of this verb, so that `tracer record` starts fast.
    return importlib.import_module(f"tracer.cli.{verb.replace('-', '_')}")


def _add_arguments(parser: Parser, verb: str) -> None:
    _module(verb).arguments(parser)
    if verb not in _WITHOUT_RULES:
        add_rules(parser)


def _without_verb(words: list[str]) -> int:
    parser, _ = _program()
    parser.parse_args(words)
    return no_verb(parser)


def _program() -> tuple[ProgramParser, Mapping[str, Parser]]:
    """Return the parser of the program, and the parsers of its verbs without their arguments."""
    description = "Records what the openstack command line says to a cloud, message by message."
    parser = ProgramParser(prog="tracer", description=description, verbs=_VERBS)
    parser.add_argument("--version", nargs=0, action=_Version, help="Show the version and exit.")
    group = list_verbs(parser)
    return parser, {
        name: group.add_parser(name, help=text, description=text) for name, text in _VERBS.items()
    }


def whole_parser() -> Parser:
    """Return the parser of the program with the arguments of all verbs. It loads the modules of all verbs."""
    parser, verb_parsers = _program()
    for name, verb_parser in verb_parsers.items():
        _add_arguments(verb_parser, name)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_given: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"tracer {version('openstack-tracer')}")
        parser.exit()


def _redacted(problem: str) -> str:
    """Return the text of a plug-in's error without secrets: the plug-in may quote what it has read."""
    from tracer.redaction import Redactor, builtin_policy

    return Redactor(builtin_policy()).log_line(problem)


def _complain(problem: str, code: int) -> int:
    from tracer.rendering.visible_texts import visible

    print(f"tracer: {visible(' '.join(problem.split()), 4000)}", file=sys.stderr)
    return code
