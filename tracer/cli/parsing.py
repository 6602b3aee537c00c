"""The parser of command lines, and groups of verbs. A wrong command line ends with exit code 2."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from tracer.rendering.format_tables import FormatTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

__all__ = [
    "Parser",
    "ProgramParser",
    "Verb",
    "VerbParser",
    "add_verbs",
    "number_in",
    "run_verb",
    "usage_of",
    "values_of",
    "verbs_of",
]

_MOST_MEANT = 3
"""The most names in a question: more names that begin alike are no hint."""

_REQUIRED = "the following arguments are required"
"""The beginning of argparse's error for missing arguments."""

_TAKES_THE_REST = (argparse.PARSER, argparse.REMAINDER)

_VERBS = argparse._SubParsersAction  # noqa: SLF001 - argparse has no public name for it


class _Lines(argparse.HelpFormatter):
    """A formatter of help that keeps the lines of a text that has several."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" not in text:
            return super()._fill_text(text, width, indent)
        return "".join(f"{indent}{line}" for line in text.splitlines(keepends=True))


class Parser(argparse.ArgumentParser):
    """The parser for the options of one verb. ``description`` is the sentence in its help."""

    def __init__(self, *, prog: str, description: str, **further: Any) -> None:
        further = {"formatter_class": _Lines} | further
        super().__init__(prog=prog, description=description, add_help=False, allow_abbrev=False, **further)
        self._positionals.title = "arguments"
        self.add_argument("-h", "--help", action="help", help="Show this message and exit.")
        self._mixing = False
        self._words: list[str] = []

    def format_help(self) -> str:
        """Return the help: examples first. It has colours if stdout is a terminal that shows them."""
        if sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb":
            # In __init__, every call of add_argument would build this slow formatter.
            from tracer.cli.coloured import Coloured

            self.formatter_class = Coloured
        from tracer.cli.help_texts import examples, exit_codes

        verb = self.prog.removeprefix("tracer ")
        formatter = self._get_formatter()
        formatter.add_text(self.description)
        formatter.start_section("examples")
        formatter.add_text("".join(f"{line}\n" for line in examples(verb)))
        formatter.end_section()
        formatter.add_usage(usage_of(self), [], [])
        for group in self._action_groups:
            formatter.start_section(group.title)
            formatter.add_text(group.description)
            formatter.add_arguments(group._group_actions)  # noqa: SLF001 - as argparse does
            formatter.end_section()
        codes = "; ".join(f"{code}: {meaning}" for code, meaning in exit_codes(verb).items())
        formatter.add_text(" ".join(filter(None, (self.epilog, codes and f"Exit code {codes}."))))
        return formatter.format_help()

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ``ArgumentParser`` does, but accept options between words: ``scan a --policy p b``."""
        whole = any(action.nargs in _TAKES_THE_REST for action in self._get_positional_actions())
        if not self._mixing:
            self._words = list(args)
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

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ``ArgumentParser`` does. The error for an unknown option names the most similar option."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.refuse(unknown)
        return options

    def refuse(self, unknown: Sequence[str]) -> NoReturn:
        """End the process with exit code 2 and one line with the words that the parser does not know."""
        first, hint = unknown[0].partition("=")[0], ""
        if first.startswith("--"):
            hint = _did_you_mean(first[2:], self._shown_options(), "--")
        self.error(f"unrecognized arguments: {' '.join(unknown)}{hint and f'; {hint}'}")

    def _shown_options(self) -> list[str]:
        """Return the long options in the help, without ``--``; earlier spellings are not among them."""
        shown = [action for action in self._actions if action.help != argparse.SUPPRESS]
        names = [name for action in shown for name in action.option_strings]
        return [name[2:] for name in names if name.startswith("--")]

    def error(self, message: str) -> NoReturn:
        """End the process with exit code 2 and one line: the fault, and the command for the help.

        A mistyped option comes before a missing argument, which it may be.
        """
        from tracer.rendering.visible_texts import visible

        if message.startswith(_REQUIRED) and (mistyped := self._mistyped_options()):
            self.refuse(mistyped)
        see = " See" if message.endswith("?") else "; see"
        self.exit(2, f"{self.prog}: {visible(message, 1000)}{see}: {self.prog} --help\n")

    def _mistyped_options(self) -> list[str]:
        """Return the long options on the command line that the parser does not know."""
        words = itertools.takewhile(lambda word: word != "--", self._words)
        options = [word for word in words if word.startswith("--")]
        return [word for word in options if word.partition("=")[0] not in self._option_string_actions]

    def unknown_verb(self, name: str, verbs: Mapping[str, object]) -> NoReturn:
        """End the process with exit code 2 and one line that names the most similar verb, or all verbs."""
        from tracer.rendering.visible_texts import visible

        hint = _did_you_mean(name, verbs) or f"known: {', '.join(verbs)}."
        self.exit(2, f"{self.prog}: unknown verb '{visible(name)}'; {hint} See: {self.prog} --help\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if isinstance(action, _VERBS) and value not in action.choices:
            self.unknown_verb(value, action.choices)
        if action.choices is not None and value not in action.choices:
            # A table of formats lists only built-in formats for the help.
            names = action.choices.names() if isinstance(action.choices, FormatTable) else action.choices
            raise argparse.ArgumentError(action, f"expected one of {', '.join(names)}, got {value!r}")


class VerbParser(Parser):
    """The parser of a verb. It refuses an unknown option: the parser above it does not know similar ones."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse as ``Parser`` does, and end the process for words that the verb does not know."""
        is_inner = self._mixing  # the first pass of a parse leaves the words for the second
        options, unknown = super().parse_known_args(args, namespace)
        if unknown and not is_inner:
            self.refuse(unknown)
        return options, unknown


class ProgramParser(Parser):
    """The parser for a command line without a verb of ``verbs``, which map names to descriptions."""

    def __init__(self, *, prog: str, description: str, verbs: Mapping[str, str]) -> None:
        super().__init__(prog=prog, description=description)
        self._verbs = verbs

    def format_help(self) -> str:
        """Return the help: a line for each verb, in groups."""
        import shutil
        import textwrap

        from tracer.cli.help_texts import overview, usage_of_program

        width = max(40, shutil.get_terminal_size().columns - 2)
        description = textwrap.fill(str(self.description), width)
        lines = (description, f"usage: {usage_of_program()}", "", overview(self._verbs, width), "")
        return "\n".join(lines)


class Verb(NamedTuple):
    """A verb of a group, such as ``up`` of ``tracer cloud``, with the functions of a verb's module."""

    help: str
    arguments: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int | None]


def _did_you_mean(typed: str, names: Iterable[str], sign: str = "") -> str:
    """Return a question with the names that begin with ``typed``, else with the most similar name.

    The text is empty without such a name. ``sign`` is put before each name.
    """
    from difflib import get_close_matches

    known = list(names)
    beginning = [name for name in known if typed and name.startswith(typed)]
    meant = beginning if 0 < len(beginning) <= _MOST_MEANT else get_close_matches(typed, known, 1)
    return f"did you mean {' or '.join(f'{sign}{name}' for name in meant)}?" if meant else ""


def add_verbs(parser: argparse.ArgumentParser, verbs: Mapping[str, Verb]) -> None:
    """Add the verbs of a group to its parser. The ``run`` of the group's module must be ``run_verb``."""
    parser.set_defaults(run=lambda _options: no_verb(parser))
    group = list_verbs(parser)
    for name, verb in verbs.items():
        verb_parser = group.add_parser(name, help=verb.help, description=verb.help)
        verb_parser.set_defaults(run=verb.run)
        verb.arguments(verb_parser)


def list_verbs(parser: argparse.ArgumentParser) -> argparse._SubParsersAction[VerbParser]:
    """Add the section for verbs to ``parser`` and its help. Return the section."""
    return parser.add_subparsers(title="verbs", metavar="VERB", prog=parser.prog, parser_class=VerbParser)


def verbs_of(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """Return the parsers of the verbs in a group, by name; no parsers for a verb that is not a group."""
    actions = parser._actions  # noqa: SLF001 - argparse has no public name for it
    groups = [action for action in actions if isinstance(action, _VERBS)]
    return groups[0].choices if groups else {}


def usage_of(parser: argparse.ArgumentParser) -> str:
    """Return the usage with required options and arguments; the list of options has all others.

    It is the same on each version of Python.
    """
    if parser.usage:
        return parser.usage % {"prog": parser.prog}
    if verbs_of(parser):
        return f"{parser.prog} VERB …"
    actions = [action for action in parser._actions if action.help != argparse.SUPPRESS]  # noqa: SLF001 - as above
    required = [action for action in actions if action.option_strings and action.required]
    words = [
        parser.prog,
        *(f"{action.option_strings[0]} {values_of(action)}" for action in required),
        "[options]",
    ]
    for action in actions:
        if not action.option_strings:
            name = values_of(action)
            forms = {"?": f"[{name}]", "*": f"[{name} …]", "+": f"{name} [{name} …]"}
            words.append(forms.get(str(action.nargs), name))
    return " ".join(words)


def values_of(action: argparse.Action) -> str:
    """Return the name for the values of an option or an argument: its choices, or its metavariable."""
    if action.choices is not None and action.metavar is None:
        return f"{{{','.join(map(str, action.choices))}}}"
    return str(action.metavar or action.dest.upper())


def number_in(numbers: range) -> Callable[[str], int]:
    """Return a type for argparse that accepts the numbers of a range."""

    def number(text: str) -> int:
        short = len(text) <= len(str(numbers[-1]))
        if short and text.isascii() and text.isdigit() and int(text) in numbers:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"expected a number from {numbers[0]} to {numbers[-1]}, got {text!r}"
        )

    return number


def run_verb(options: argparse.Namespace) -> int | None:
    """Run the chosen verb of a group, or print the help without a verb. Return the exit code."""
    code: int | None = options.run(options)
    return code


def no_verb(parser: argparse.ArgumentParser) -> int:
    """Print the help for a command line without a verb. Return the exit code 2."""
    parser.print_help()
    return 2
