"""What a command line may say, and what is answered to one that cannot be: one line, exit code 2."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from tracer.releasenames import canonical

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
    """The options of one verb, ``prog``, which ``description`` explains in a sentence."""

    def __init__(self, *, prog: str, description: str, **further: Any) -> None:
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False, **further)
        self.add_argument("-h", "--help", action="help", help="Show this message and exit.")
        self._mixing = False

    def format_help(self) -> str:
        """The help, in colours where stdout shows them."""
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            # Not in __init__: every option that is added has a formatter built.
            from tracer.cli.coloured import Coloured

            self.formatter_class = Coloured
        return super().format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Like ArgumentParser's, but options may stand between words: ``scan a --policy p b``."""
        whole = any(action.nargs in _TAKES_THE_REST for action in self._get_positional_actions())
        # Words are looked at twice, the first time with a changed parser: that is no time for printing its
        # help, and the second time what followed a "--" would be taken for options.
        plain = any(word in {"--", "--help"} or word.startswith("-h") for word in args)
        if self._mixing or whole or plain:
            return super().parse_known_args(args, namespace)
        self._mixing = True
        try:
            return super().parse_known_intermixed_args(args, namespace)
        finally:
            self._mixing = False

    def error(self, message: str) -> NoReturn:
        """End with one line that says what is wrong, and where to read more."""
        from tracer.rendering.texts import visible

        self.exit(2, f"{self.prog}: {visible(message, 1000)}; see: {self.prog} --help\n")

    def unknown_verb(self, name: str, known: Mapping[str, object]) -> NoReturn:
        """End with one line that names the verb that was probably meant."""
        from difflib import get_close_matches

        from tracer.rendering.texts import visible

        meant = get_close_matches(name, known, 1)
        hint = f"did you mean {meant[0]}?" if meant else f"known: {', '.join(known)}."
        self.exit(2, f"{self.prog}: unknown verb '{visible(name)}'; {hint} See: {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            self.unknown_verb(value, action.choices)
        super()._check_value(action, value)


def add_recordings(
    parser: argparse.ArgumentParser, text: str = "Recordings, and folders with all recordings below them."
) -> None:
    """Let ``parser`` take recordings, at least one: ``options.recordings`` holds their paths and folders."""
    parser.add_argument("recordings", metavar="RECORDING", type=Path, nargs="+", help=text)


def add_client(parser: argparse.ArgumentParser) -> None:
    """Let ``parser`` take the release of a client: ``options.client``, None for that of the cloud."""
    parser.add_argument(
        "--client",
        metavar="RELEASE",
        type=canonical,
        help="Release of the `openstack` client, where it is not to be that of the cloud.",
    )


def add_policies(parser: argparse.ArgumentParser) -> None:
    """Let ``parser`` take files that add to the redaction policy: ``options.policy`` holds their paths."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="File with rules to add to the redaction policy; may be given again.",
    )


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Let ``parser`` take folders with rules of the user's own: ``options.rules`` holds their paths.

    In a group, its verbs take them.
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
    """Let ``parser`` take sequence files: ``include_sequences`` makes them known."""
    parser.add_argument(
        "--sequence",
        metavar="FILE",
        action="append",
        default=[],
        help="Sequence file of your own, known beside those that ship; may be given again.",
    )


def include_sequences(options: argparse.Namespace) -> None:
    """Take the given sequence files into the catalogue. Raises InputError for one that cannot be used."""
    if options.sequence:
        from tracer.sequences import include

        for path in options.sequence:
            include(path)


def check_output(output: Path, inputs: Iterable[Path]) -> None:
    """Raise InputError where writing ``output`` would destroy one of ``inputs``."""
    from tracer.errors import InputError

    for path in inputs:
        if output.exists() and path.exists() and output.samefile(path):
            raise InputError(str(output), "is what is read: name another file with -o")


class Verb(NamedTuple):
    """A verb of a group, such as ``up`` of ``tracer cloud``: the same as what a module has for a verb."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


def add_verbs(parser: argparse.ArgumentParser, verbs: Mapping[str, Verb]) -> None:
    """Make ``parser`` that of a group: its module's ``run`` is ``run_verb`` then."""
    parser.set_defaults(run=lambda _options: no_verb(parser))
    group = list_verbs(parser)
    for name, verb in verbs.items():
        one = group.add_parser(name, help=verb.help, description=verb.help)
        one.set_defaults(run=verb.run)
        verb.arguments(one)


def list_verbs(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[Parser]:
    """The place in ``parser``, and in its help, that verbs are added to."""
    return parser.add_subparsers(title="verbs", metavar="VERB", prog=parser.prog, parser_class=Parser)


def verbs_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of the verbs in a group, by name. A verb that is no group has none."""
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return groups[0].choices if groups else {}


def run_verb(options: argparse.Namespace) -> int | None:
    """Do what was asked of a group; without a verb, print the help."""
    code: int | None = options.run(options)
    return code


def no_verb(parser: argparse.ArgumentParser) -> int:
    """Print the help where something had to be asked for."""
    parser.print_help()
    return 2
