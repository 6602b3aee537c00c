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
    "demo": "Start a real Keystone and Glance, and record two commands.",
    "record": "Run a client command through a proxy of its own and record every message.",
    "proxy": "Start mitmdump with the addon, and record every command that uses it.",
    "addon": "Print the path of the addon, for `mitmdump -s`.",
    "matrix": "Record suites of commands on the embedded clouds of one or more releases.",
    "show": "Show recordings as sequences of messages, or the content of a message.",
    "diagram": "Draw a recording as a Mermaid sequence diagram, as text or as a picture.",
    "diff": "Show what changed in behaviour between recordings, folders or releases.",
    "check": "Tell whether recordings conform to their documented sequences, or why not.",
    "sequences": "List the documented sequences, show one, or the schema of their files.",
    "learn": "Write a sequence file from recordings of one command.",
    "view": "Make one HTML page of recordings, with an index, diagrams, contents and search.",
    "docs": "Write pages of documentation from recordings, for mkdocs-material.",
    "recover": "Make recordings, marked as interrupted, of the journals of a killed proxy.",
    "scan": "Report the locations and rules of secrets, never their values.",
    "redact": "Remove secrets of today's policy from recordings, in place.",
    "label": "Label recordings again with today's sequences, in place.",
    "schema": "Print the JSON Schema of a file format, for editors and validators.",
    "cloud": "Start and end real OpenStack services of a release on this machine.",
    "completion": "Print the completion script of a shell.",
}
"""The verbs in the order of the help. Each is a module of this package with ``arguments`` and ``run``."""

_WITHOUT_RULES = ("addon", "cloud", "completion", "schema")
"""Verbs that apply no rules of the user. The verbs of ``cloud`` that do so declare the option themselves."""


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
    """Return the names of all verbs, in the order of the help."""
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
    verbs = list_verbs(parser)
    return parser, {
        name: verbs.add_parser(name, help=text, description=text) for name, text in _VERBS.items()
    }


def whole_parser() -> Parser:
    """Return the parser of the program with the arguments of all verbs. It loads the modules of all verbs."""
    parser, verbs = _program()
    for name, verb_parser in verbs.items():
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
    from tracer.rendering.texts import visible

    print(f"tracer: {visible(' '.join(problem.split()), 4000)}", file=sys.stderr)
    return code
