"""The parser of command lines, and options of several verbs. A wrong command line ends with exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tracer.releasenames import canonical
from tracer.rendering.formats import FormatTable

__all__ = [
    "Parser",
    "Verb",
    "add_client",
    "add_policies",
    "add_recordings",
    "add_rules",
    "add_sequences",
    "add_verbs",
    "check_output",
    "include_sequences",
    "run_verb",
    "verbs_of",
]

_TAKES_THE_REST = (argparse.PARSER, argparse.REMAINDER)


class Parser(argparse.ArgumentParser):
    """The parser for the options of one verb. ``description`` is the sentence in its help."""

    def __init__(self, *, prog: str, description: str, **further: Any) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False, **further)
        self.add_argument("-h", "--help", action="help", help="Show this message and exit.")
        self._mixing = False

    def format_help(self) -> str:
        """Return the help, with colours if stdout is a terminal that shows them."""
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            # In __init__, every call of add_argument would build this slow formatter.
            from tracer.cli.coloured import Coloured

            self.formatter_class = Coloured
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ``ArgumentParser`` does, but accept options between words: ``scan a --policy p b``."""
        whole = any(action.nargs in _TAKES_THE_REST for action in self._get_positional_actions())
        # argparse parses intermixed words twice. The first pass changes the parser, so its help would be
        # wrong. The second pass would take the words after a "--" for options.
        plain = any(word in {"--", "--help"} or word.startswith("-h") for word in args)
        if self._mixing or whole or plain:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return super().parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2 and one line: the fault, and the command for the help."""
        from tracer.rendering.texts import visible

        self.exit(2, f"{self.prog}: {visible(message, 1000)}; see: {self.prog} --help\n")

    def unknown_verb(self, name: str, known: Mapping[str, object]) -> NoReturn:
        """End the process with exit code 2 and one line that names the most similar verb, or all verbs."""
        from difflib import get_close_matches

        from tracer.rendering.texts import visible

        meant = get_close_matches(name, known, 1)
        hint = f"did you mean {meant[0]}?" if meant else f"known: {', '.join(known)}."
        self.exit(2, f"{self.prog}: unknown verb '{visible(name)}'; {hint} See: {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            self.unknown_verb(value, action.choices)
        # A table of formats lists only built-in formats for the help.
        if isinstance(action.choices, FormatTable) and value not in action.choices:
            names = ", ".join(map(repr, action.choices.names()))
            raise argparse.ArgumentError(action, f"invalid choice: {value!r} (choose from {names})")
        super()._check_value(action, value)


def add_recordings(
    parser: argparse.ArgumentParser, text: str = "Recordings, and folders with all recordings below them."
) -> None:
    """Add the argument for one or more recordings: ``options.recordings``, files and folders."""
    parser.add_argument("recordings", metavar="RECORDING", type=Path, nargs="+", help=text)


def add_client(parser: argparse.ArgumentParser) -> None:
    """Add the option for the release of the client: ``options.client``, None for the cloud's release."""
    parser.add_argument(
        "--client",
        metavar="RELEASE",
        type=canonical,
        help="Release of the `openstack` client, where it is not to be that of the cloud.",
    )


def add_policies(parser: argparse.ArgumentParser) -> None:
    """Add the option for files that extend the redaction policy: ``options.policy``, a list of paths."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="File with rules to add to the redaction policy; may be given again.",
    )


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add the option for folders with the user's rules: ``options.rules``, a list of paths.

    The parser of a group adds the option to its verbs.
    """
    if verbs := verbs_of(parser):
        for inner in verbs.values():
            add_rules(inner)
        return
    parser.add_argument(
        "--rules",
        metavar="DIR",
        type=Path,
        action="append",
        default=[],
        help="Folder with rules of your own, beside those that ship with tracer; may be given again.",
    )


def add_sequences(parser: argparse.ArgumentParser) -> None:
    """Add the option for sequence files: ``options.sequence``, for ``include_sequences``."""
    parser.add_argument(
        "--sequence",
        metavar="FILE",
        action="append",
        default=[],
        help="Sequence file of your own, known beside those that ship; may be given again.",
    )


def include_sequences(options: argparse.Namespace) -> None:
    """Add the given sequence files to the catalogue. Raise InputError if a file cannot be used."""
    if options.sequence:
        from tracer.sequences import include

        for path in options.sequence:
            include(path)


def check_output(output: Path, inputs: Iterable[Path]) -> None:
    """Raise InputError if ``output`` is the same file as one of ``inputs``."""
    from tracer.errors import InputError

    for path in inputs:
        if output.exists() and path.exists() and output.samefile(path):
            raise InputError(str(output), "is what is read: name another file with -o")


class Verb(NamedTuple):
    """A verb of a group, such as ``up`` of ``tracer cloud``, with the functions of a verb's module."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


def add_verbs(parser: argparse.ArgumentParser, verbs: Mapping[str, Verb]) -> None:
    """Add the verbs of a group to its parser. The ``run`` of the group's module must be ``run_verb``."""
    parser.set_defaults(run=lambda _options: no_verb(parser))
    group = list_verbs(parser)
    for name, verb in verbs.items():
        one = group.add_parser(name, help=verb.help, description=verb.help)
        one.set_defaults(run=verb.run)
        verb.arguments(one)


def list_verbs(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[Parser]:
    """Add the section for verbs to ``parser`` and its help. Return the section."""
    return parser.add_subparsers(title="verbs", metavar="VERB", prog=parser.prog, parser_class=Parser)


def verbs_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of the verbs in a group, by name; no parsers for a verb that is not a group."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return groups[0].choices if groups else {}


def run_verb(options: argparse.Namespace) -> int | None:
    """Run the chosen verb of a group, or print the help without a verb. Return the exit code."""
    code: int | None = options.run(options)
    return code


def no_verb(parser: argparse.ArgumentParser) -> int:
    """Print the help for a command line without a verb. Return the exit code 2."""
    parser.print_help()
    return 2
