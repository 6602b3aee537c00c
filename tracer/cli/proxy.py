"""``tracer proxy``: mitmdump with the addon, and a live display of exchanges."""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracer.cli.options import (
    add_diagram,
    add_host,
    add_linger,
    add_out,
    add_participants,
    add_policies,
    add_port,
    add_release,
    add_sequence,
    naming_options,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["arguments", "run"]

_FLAGS = {"dir": "out"}
"""Flags with another name than their option of the addon."""


@dataclass(frozen=True)
class _AddonDefault:
    """The default of a flag, for the help. Without the flag, mitmproxy's own configuration decides."""

    value: str

    def __str__(self) -> str:
        return self.value


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add a flag for each option of the addon, the address, and the argument for options of mitmdump."""
    from tracer.capture.mitm.options import OPTIONS

    defaults = {option.name: option.default for option in OPTIONS}
    texts = {option.name: f"{option.help.removesuffix('.')} (default: %(default)s)." for option in OPTIONS}
    parser.usage = "%(prog)s [options] [-- MITMDUMP-OPTION …]"
    parser.epilog = "Ctrl-C ends the proxy, and writes the recordings of all runs."
    add_port(parser, "0 selects a free one.", range(65536), 8080)
    add_host(parser)
    add_release(parser)
    add_out(parser, "DIR", "The release is a folder in it.", default=Path(defaults["dir"]))
    add_sequence(parser)
    add_participants(parser, "name=PORT: the participant that sends through that port of the proxy.")
    add_diagram(parser)
    parser.add_argument("--limit", metavar="SIZE", help=texts["limit"])
    add_linger(parser)
    add_policies(parser)
    parser.add_argument("--on-error", choices=("stop", "pass"), help=texts["on_error"])
    parser.add_argument(
        "mitmdump", metavar="MITMDUMP-OPTION", nargs=argparse.REMAINDER, help="Further options for mitmdump."
    )
    parser.set_defaults(
        **{
            _FLAGS.get(name, name): _AddonDefault(default) if default else None
            for name, default in defaults.items()
        }
    )


def run(options: argparse.Namespace) -> None:
    """Record everything that goes through the proxy until a signal ends it."""
    from tracer.capture.mitm.options import OPTIONS, settings

    given = _given(options)
    with naming_options(options):
        settings({option.name: option.default for option in OPTIONS} | given, None)
    _serve(options, given)


def _given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the values of the given flags, by option of the addon, in the form that mitmproxy takes."""
    from tracer.capture.mitm.options import OPTIONS

    values = {option.name: getattr(options, _FLAGS.get(option.name, option.name)) for option in OPTIONS}
    return {
        name: list(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in values.items()
        if value is not None and not isinstance(value, _AddonDefault)
    }


def _serve(options: argparse.Namespace, values: Mapping[str, Any]) -> None:
    from tracer.capture.mitm.mitmdump import serve
    from tracer.capture.mitm.tracer_addon import Tracer
    from tracer.cli.console import stdout
    from tracer.cli.display import optional_display
    from tracer.cli.exchange_log import ExchangeLog
    from tracer.rendering import draw
    from tracer.rendering.visible_texts import visible_lines

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(line_buffering=True)  # a reader of a pipe follows the proxy
    rest = options.mitmdump[1:] if options.mitmdump[:1] == ["--"] else options.mitmdump
    address = ["--listen-host", options.host or "127.0.0.1", "--listen-port", str(options.port)]
    with optional_display():
        serve(
            [*address, *rest],
            values,
            Tracer(draw=draw, aside=True, on_exchange=ExchangeLog(stdout()).show),
            _announce,
            visible_lines,
        )


def _announce(url: str, certificate: Path) -> None:
    """Print the lines that direct a shell through the proxy."""
    import shlex

    print("In another terminal, for a cloud with http:")
    print(f"  export http_proxy={url} no_proxy= NO_PROXY=")
    print("With https, also:")
    print(f"  export https_proxy={url} OS_CACERT={shlex.quote(str(certificate))}")
    print("Ctrl-C ends the proxy, and writes the recordings of runs in progress.")
