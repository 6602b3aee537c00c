"""``tracer completion``: the script with which a shell completes verbs, options and values.

The script is static: the shell starts no program while it completes, and other verbs load nothing for it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.parsing import verbs_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

__all__ = ["arguments", "run"]

_SHELLS = ("bash", "zsh", "fish")
_FILES = ("FILE", "RECORDING", "SIDE")
_FOLDERS = ("DIR",)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the argument for the shell."""
    parser.add_argument("shell", choices=_SHELLS, help="The shell to write the script for.")
    parser.epilog = (
        'zsh, in ~/.zshrc after compinit: eval "$(tracer completion zsh)". fish: tracer completion fish > '
        "~/.config/fish/completions/tracer.fish."
    )


def run(options: argparse.Namespace) -> None:
    """Print the script."""
    import shtab

    from tracer.cli.app import whole_parser

    parser = whole_parser()
    _complete_values(parser)
    print(shtab.complete(parser, options.shell))


def _complete_values(parser: argparse.ArgumentParser) -> None:
    """Set the values that each option and argument completes to, also those of all verbs below ``parser``."""
    import shtab

    for action in parser._actions:  # noqa: SLF001 - argparse has no public name for it
        metavar = action.metavar if isinstance(action.metavar, str) else ""
        if metavar in _NAMES and action.choices is None:
            action.choices = list(_NAMES[metavar]())
        elif metavar in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]  # an attribute for shtab
        elif metavar in _FILES or action.type is Path:
            action.complete = shtab.FILE  # type: ignore[attr-defined]  # an attribute for shtab
    for inner in verbs_of(parser).values():
        _complete_values(inner)


def _release_names() -> Iterable[str]:
    from tracer.cloud.release_data import releases

    return releases()


def _service_names() -> Iterable[str]:
    from tracer.cloud.release_data import ALL, releases, selectable

    return dict.fromkeys([*(name for release in releases().values() for name in selectable(release)), ALL])


def _sequence_names() -> Iterable[str]:
    from tracer.sequences import catalog

    return catalog()


def _format_names() -> Iterable[str]:
    from tracer.cli.schema import file_schemas

    return file_schemas()


_NAMES: dict[str, Callable[[], Iterable[str]]] = {
    "FORMAT": _format_names,
    "RELEASE": _release_names,
    "SEQUENCE": _sequence_names,
    "SERVICES": _service_names,
}
"""The names that a metavariable stands for."""
