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
from tracer.cli.parsing import Parser, list_verbs, no_verb
from tracer.errors import PluginError, TracerError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["main", "whole_parser"]

_VERBS: dict[str, str] = {
    "demo": "Start a real Keystone and Glance, and trace `openstack image show` by id and by name.",
    "record": "Run a client command through a proxy of its own and record every message.",
    "proxy": "Start mitmdump with the addon, and record every command that goes through the proxy.",
    "addon": "Print the path of the addon, for `mitmdump -s`.",
    "matrix": "Record suites of commands on the embedded clouds of one or more releases.",
    "show": "Show recordings as sequences of messages, or what a message holds, and their verdicts.",
    "diagram": "Draw a recording as a Mermaid sequence diagram, as text or as a picture.",
    "diff": "Say what changed in behaviour from one recording, folder or release to the next.",
    "check": "Say whether recordings conform to their documented sequences, and if not, why.",
    "sequences": "The documented sequences: list them, show one, and the schema of their files.",
    "learn": "Write a sequence file from recordings of one command.",
    "view": "Make one HTML page of recordings: diagram, messages with headers and bodies, times, search.",
    "docs": "Write pages of documentation from recordings, for mkdocs-material.",
    "recover": "Make recordings, marked as interrupted, of the runs that a killed proxy left in its journal.",
    "scan": "Report what capture would remove, by rule and place, never the value.",
    "redact": "Take out of recordings what today's policy calls a secret, in place.",
    "label": "Label recordings again with today's sequences, in place.",
    "cloud": "Real OpenStack services of a release, on this machine.",
    "completion": "Print the script with which a shell completes the command line of tracer.",
}
"""The verbs in the order of the help. Each is a module of this package with ``arguments`` and ``run``."""

_WITHOUT_RULES = ("addon", "cloud", "completion")
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
    except KeyboardInterrupt:
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
    parser = Parser(prog=f"tracer {words[0]}", description=_VERBS[words[0]])
    module = _add_arguments(parser, words[0])
    apply_defaults(parser, words[0], _VERBS)
    options = parser.parse_args(words[1:])
    if getattr(options, "rules", None):
        from tracer import rulefolders

        rulefolders.use(options.rules)
    return module.run(options) or 0


def _add_arguments(parser: Parser, verb: str) -> Any:
    """Add the arguments of a verb to its parser. Return the module of the verb."""
    # Import only the module of this verb, so that `tracer record` starts fast.
    module = importlib.import_module(f"tracer.cli.{verb.replace('-', '_')}")
    module.arguments(parser)
    if verb not in _WITHOUT_RULES:
        add_rules(parser)
    return module


def _without_verb(words: list[str]) -> int:
    parser, _ = _program()
    parser.parse_args(words)
    return no_verb(parser)


def _program() -> tuple[Parser, Mapping[str, Parser]]:
    """Return the parser of the program, and the parsers of its verbs without their arguments."""
    description = "Records what the openstack command line says to a cloud, message by message."
    parser = Parser(prog="tracer", description=description)
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
