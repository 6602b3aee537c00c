"""``tracer scan``: report what looks like a secret in files of any kind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from tracer.errors import InputError

__all__ = ["scan"]


def scan(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH…", help="Files, and folders with all below them.")
    ],
    policy: Annotated[
        list[Path] | None, typer.Option(help="File with rules to add to the policy; may be given again.")
    ] = None,
) -> None:
    """Report what looks like a secret, by rule and place, never the value.

    Exit code 0 where nothing was found, 1 where something was, 2 where a file could not be read.
    """
    from tracer.redaction import load_policy
    from tracer.redaction import scan as findings

    rules = load_policy(*(policy or ()))
    found = files = binary = 0
    unreadable = False
    for path in _files(paths):
        try:
            content = path.read_bytes()
        except OSError as error:
            print(f"tracer: {InputError(str(path), error.strerror or str(error))}", file=sys.stderr)
            unreadable = True
            continue
        files += 1
        binary += b"\0" in content
        for finding in findings(content.decode("utf-8", "replace"), policy=rules):
            found += 1
            print(f"{path}:{finding.line}:{finding.column}: {finding.rule}")
    note = f" ({binary} of them not text)" if binary else ""
    print(f"{found} found in {files} files{note}", file=sys.stderr)
    if unreadable:
        raise typer.Exit(2)
    if found:
        raise typer.Exit(1)


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (
                below for below in sorted(path.rglob("*")) if below.is_file() and not below.is_symlink()
            )
        else:
            yield path
