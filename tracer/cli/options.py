"""Options of several verbs. Each is declared here once, with one meaning and one help text.

A verb adds an option with the function for it, and can add a detail to the help text. An earlier spelling
stays valid as an ``Alias``, on the command line and in ``tracer.toml``.
"""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tracer.cli.parsing import number_in, verbs_of
from tracer.releases import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tracer import sequences

__all__ = [
    "Alias",
    "add_alias",
    "add_client",
    "add_diagram",
    "add_fold",
    "add_format",
    "add_host",
    "add_language",
    "add_linger",
    "add_name",
    "add_no_schemas",
    "add_open",
    "add_out",
    "add_own_sequences",
    "add_participants",
    "add_policies",
    "add_port",
    "add_recordings",
    "add_release",
    "add_rules",
    "add_sequence",
    "add_theme",
    "check_output",
    "chosen_sequence",
    "naming_options",
    "spelling",
]

_SPELLINGS = "spellings"
"""The attribute of parsed options with the aliases that the user wrote, by the name of the option."""


class Alias(argparse.Action):
    """An earlier spelling of ``option``. It has the same effect, and the help does not show it."""

    def __init__(self, option_strings: Sequence[str], dest: str, option: argparse.Action) -> None:
        super().__init__(
            option_strings,
            dest,
            nargs=option.nargs,
            default=argparse.SUPPRESS,
            type=option.type,  # type: ignore[arg-type]  # typeshed: an action's type may be a registered name
            choices=option.choices,
            help=argparse.SUPPRESS,
            metavar=option.metavar,
        )
        self.option = option

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Take the values for the option, and note the spelling for error messages."""
        self.option(parser, namespace, values, option_string)
        self.option.required = False
        vars(namespace).setdefault(_SPELLINGS, {})[self.dest] = option_string


def add_alias(parser: argparse.ArgumentParser, option: argparse.Action, earlier: str) -> None:
    """Add the spelling ``earlier`` of ``option``."""
    parser.add_argument(earlier, action=Alias, dest=option.dest, option=option)


def spelling(options: argparse.Namespace, name: str) -> str:
    """Return the option ``name`` as the user wrote it: its long spelling, or an alias."""
    written: str = getattr(options, _SPELLINGS, {}).get(name, f"--{name.replace('_', '-')}")
    return written


@contextmanager
def naming_options(options: argparse.Namespace) -> Iterator[None]:
    """Name the option of the command line in an InputError about the setting of that name.

    In an OutputError, name ``--out``, which chooses another folder.
    """
    from tracer.errors import InputError
    from tracer.writability import naming_option

    try:
        with naming_option("--out"):
            yield
    except InputError as error:
        if error.source not in vars(options):
            raise
        raise InputError(spelling(options, error.source), error.problem, error.location) from None


def add_recordings(
    parser: argparse.ArgumentParser,
    text: str = "Recordings, and folders and archives with all recordings in them.",
) -> None:
    """Add the argument for one or more recordings: ``options.recordings``, files and folders."""
    parser.add_argument("recordings", metavar="RECORDING", type=Path, nargs="+", help=text)


def add_release(parser: argparse.ArgumentParser, detail: str = "", default: str | None = None) -> None:
    """Add the option for the release of the cloud: ``options.release``, a canonical name or ``default``."""
    parser.add_argument(
        "--release",
        metavar="RELEASE",
        type=canonical,
        default=default,
        help=_help("OpenStack release of the cloud, such as zed or 2026.2", detail, default),
    )


def add_client(parser: argparse.ArgumentParser) -> None:
    """Add the option for the release of the client: ``options.client``, None for the cloud's release."""
    parser.add_argument(
        "--client",
        metavar="RELEASE",
        type=canonical,
        help="Release of the client (default: that of the cloud).",
    )


def add_out(
    parser: argparse.ArgumentParser,
    metavar: Literal["FILE", "DIR"],
    detail: str = "",
    *,
    default: Path | None = None,
    required: bool = False,
) -> None:
    """Add the option for the file or the folder to write: ``options.out``, a path or ``default``."""
    option = parser.add_argument(
        "-o",
        "--out",
        metavar=metavar,
        type=Path,
        default=default,
        required=required,
        help=_help("File to write" if metavar == "FILE" else "Folder to write to", detail, default),
    )
    add_alias(parser, option, "--output")


def add_name(parser: argparse.ArgumentParser, product: str, detail: str) -> None:
    """Add the option for the name of ``product``, the thing that the verb writes: ``options.name``."""
    parser.add_argument("--name", metavar="NAME", help=_help(f"Name of the {product}", detail))


def add_open(parser: argparse.ArgumentParser, detail: str = "") -> None:
    """Add the option that opens a page in the browser: ``options.open``."""
    parser.add_argument("--open", action="store_true", help=_help("Open the page in the browser", detail))


def add_sequence(parser: argparse.ArgumentParser, detail: str = "") -> None:
    """Add the option for the sequence to match with: ``options.sequence``, a name, a file, or None."""
    text = "Documented sequence to match with: a name or a file"
    parser.add_argument("--sequence", metavar="SEQUENCE", help=_help(text, detail))


def add_own_sequences(parser: argparse.ArgumentParser) -> None:
    """Add the option for sequence files: ``options.add_sequence``, for ``chosen_sequence``."""
    parser.add_argument(
        "--add-sequence",
        metavar="FILE",
        action="append",
        default=[],
        help="Sequence file of your own; may be given again.",
    )


def add_diagram(parser: argparse.ArgumentParser, detail: str = "", *, several: bool = True) -> None:
    """Add the option for the kinds of diagram: ``options.diagram``, a text with commas between kinds.

    Without ``several``, the option takes only mmd or svg, for the diagrams of a page.
    """
    if several:
        parser.add_argument(
            "--diagram",
            metavar="KINDS",
            default="mmd",
            help=_help("Kinds of diagram, separated by commas: mmd, svg, png", detail, "mmd"),
        )
        return
    option = parser.add_argument(
        "--diagram",
        choices=("mmd", "svg"),
        type=_kind,
        default="mmd",
        help=_help("Kind of diagram: mmd or svg", detail, "mmd"),
    )
    add_alias(parser, option, "--diagrams")


def add_format(
    parser: argparse.ArgumentParser, formats: Iterable[str], detail: str, default: str | None = None
) -> None:
    """Add the option for the format of the output: ``options.format``, one of ``formats`` or ``default``."""
    parser.add_argument(
        "--format",
        choices=formats,
        default=default,
        metavar="FORMAT",
        help=_help("Format of the output", f"One of {', '.join(formats)}. {detail}".strip(), default),
    )


def add_fail_on(
    parser: argparse.ArgumentParser, severities: Sequence[str], detail: str, default: str | None = None
) -> None:
    """Add the option for the lowest severity of a failure: ``options.fail_on``, a severity or ``default``."""
    parser.add_argument(
        "--fail-on",
        choices=severities,
        default=default,
        metavar="SEVERITY",
        help=_help("Lowest severity with exit code 1", detail),
    )


def add_no_schemas(parser: argparse.ArgumentParser) -> None:
    """Add the option for a comparison without schemas: ``options.no_schemas``, true or false."""
    parser.add_argument(
        "--no-schemas",
        action="store_true",
        help="Compare with the API reference alone, and not with JSON Schemas.",
    )


def add_language(parser: argparse.ArgumentParser, detail: str = "", default: str | None = "en") -> None:
    """Add the option for the language of the texts: ``options.lang``, a code of ISO 639."""
    text = "Language of the texts, such as en or ko"
    parser.add_argument("--lang", metavar="LANG", default=default, help=_help(text, detail, default))


def add_theme(parser: argparse.ArgumentParser) -> None:
    """Add the option for the colours of a picture: ``options.theme``, ``light`` or ``dark``."""
    parser.add_argument(
        "--theme",
        choices=("light", "dark"),
        default="light",
        help=_help("Colours of a picture: light or dark", default="light"),
    )


def add_fold(parser: argparse.ArgumentParser) -> None:
    """Add the option that hides the messages of discovery and authentication: ``options.fold``."""
    parser.add_argument(
        "--fold",
        action="store_true",
        help="Hide the messages of discovery and authentication.",
    )


def add_linger(parser: argparse.ArgumentParser, **options: Any) -> None:
    """Add the option for the time without service calls after which a run ends: ``options.linger``."""
    parser.add_argument(
        "--linger",
        metavar="SECONDS",
        help="Seconds to wait for more service calls (default: %(default)s).",
        **options,
    )


def add_policies(parser: argparse.ArgumentParser) -> None:
    """Add the option for files that extend the redaction policy: ``options.policy``, a list of paths."""
    parser.add_argument(
        "--policy",
        metavar="FILE",
        type=Path,
        action="append",
        default=[],
        help="File with more redaction rules; may be given again.",
    )


def add_participants(parser: argparse.ArgumentParser, detail: str = "") -> None:
    """Add the option for the names of participants: ``options.participants``, a text for a ParticipantMap."""
    text = "Comma-separated name=URL: the participant that answers below that URL"
    parser.add_argument("--participants", metavar="MAP", default="", help=_help(text, detail))


def add_host(parser: argparse.ArgumentParser) -> None:
    """Add the option for the address of a server: ``options.host``, None for 127.0.0.1."""
    text = "IP address to listen on, such as ::1 (default: 127.0.0.1)."
    parser.add_argument("--host", metavar="ADDRESS", help=text)


def add_port(parser: argparse.ArgumentParser, detail: str, ports: range, default: int | None = None) -> None:
    """Add the option for the port of a server: ``options.port``, a number of ``ports``, or ``default``."""
    text = _help("Port to listen on", detail, default)
    parser.add_argument("--port", type=number_in(ports), default=default, help=text)


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add the option for folders with the user's rules: ``options.rules``, a list of paths or None.

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
        help="Folder with rules of your own; may be given again.",
    )


def chosen_sequence(options: argparse.Namespace) -> sequences.Sequence | None:
    """Return the sequence to match with, None without ``--sequence``.

    Add it and the files of ``--add-sequence`` to the catalogue: reports and pages take their texts from it.
    Raise InputError for an unknown sequence, and for a file that cannot be used.
    """
    if not options.add_sequence and options.sequence is None:
        return None
    from tracer.sequences import find, include
    from tracer.sequences import load as load_sequence

    for path in options.add_sequence:
        include(load_sequence(path))
    if options.sequence is None:
        return None
    with naming_options(options):
        sequence = find(options.sequence)
    include(sequence)
    return sequence


def check_output(output: Path, inputs: Iterable[Path]) -> None:
    """Raise InputError if ``output``, or a part of it, would replace one of ``inputs`` or a file of rules."""
    from tracer.archives import on_disk
    from tracer.cli.defaults import FILE
    from tracer.errors import InputError
    from tracer.filenames import is_part
    from tracer.rulefolders import FILES, package_files, rule_files

    rules = (path for pattern in FILES for path in (*rule_files(pattern), *package_files(pattern)))
    for path in (*map(on_disk, inputs), *rules, Path(FILE)):
        if output.exists() and path.exists() and output.samefile(path):
            raise InputError(str(output), "is what is read: name another file with -o")
        if is_part(path, output) and path.exists():
            raise InputError(
                str(output), f"a part of it would replace {path}, which is read: name another file"
            )


def _help(text: str, detail: str = "", default: object = None) -> str:
    """Return ``text`` as a sentence, with the default if there is one, and ``detail`` after it."""
    sentence = f"{text}." if default is None else f"{text} (default: %(default)s)."
    return f"{sentence} {detail}".rstrip()


def _kind(text: str) -> str:
    """Return a kind of diagram by its current name."""
    return "mmd" if text == "mermaid" else text
