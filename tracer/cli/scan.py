"""``tracer scan``: report what looks like a secret in files of any kind."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from tracer.cli.parsing import add_policies
from tracer.errors import InputError

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and rules of the user's own."""
    parser.add_argument(
        "paths", metavar="PATH", type=Path, nargs="+", help="Files, and folders with all below them."
    )
    add_policies(parser)
    parser.epilog = (
        "Exit code 0 where nothing was found, 1 where something was, 2 where a file could not be read."
    )


def run(options: argparse.Namespace) -> int:
    """Print what was found; the exit code is 1 for a secret, 2 for a file that cannot be read."""
    from tracer.redaction import load_policy, scan

    rules = load_policy(*options.policy)
    found = files = binary = 0
    unreadable = False
    for path in _files(options.paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            print(f"tracer: {InputError(str(path), error.strerror or str(error))}", file=sys.stderr)
            unreadable = True
            continue
        files += 1
        binary += b"\0" in content
        for finding in scan(content.decode("utf-8", "replace"), policy=rules):
            found += 1
            print(f"{path}:{finding.line}:{finding.column}: {finding.rule}")
    note = f" ({binary} of them not text)" if binary else ""
    print(f"{found} found in {files} files{note}", file=sys.stderr)
    if unreadable:
        return 2
    return 1 if found else 0


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (
                below for below in sorted(path.rglob("*")) if below.is_file() and not below.is_symlink()
            )
        else:
            yield path
