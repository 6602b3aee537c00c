"""``tracer addon``: the path of the script for ``mitmdump -s``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(_parser: argparse.ArgumentParser) -> None:
    """Add nothing: the verb has no options of its own."""


def run(_options: argparse.Namespace) -> None:
    """Print the path of the script in the installed package."""
    from pathlib import Path

    import tracer

    print(Path(tracer.__file__).with_name("addon.py"))
