"""``tracer addon``: the path of the script for ``mitmdump -s``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add an example. The verb has no options of its own."""
    parser.add_argument_group("example", 'mitmdump -s "$(tracer addon)" --set trace_release=zed')


def run(_options: argparse.Namespace) -> None:
    """Print the path of the script in the installed package."""
    from pathlib import Path

    import tracer

    print(Path(tracer.__file__).with_name("addon.py"))
