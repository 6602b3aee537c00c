"""``tracer redact``: apply today's policy to recordings that are there already."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["redact"]


def redact(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Recordings to redact in place.")],
    policy: Annotated[
        list[Path] | None, typer.Option(help="File with rules to add to the policy; may be given again.")
    ] = None,
) -> None:
    """Take out of recordings what today's policy calls a secret, in place.

    Draw their diagrams anew afterwards, with tracer diagram.
    """
    from tracer.recording import load, save
    from tracer.recording import redact as redacted
    from tracer.redaction import load_policy

    rules = load_policy(*(policy or ()))
    for path in files:
        before = load(path)
        after, known = redacted(before, rules)
        if after == before:
            print(f"{path}: nothing to redact")
            continue
        save(after, path, known=known)
        taken = sum(after.redacted.values()) - sum(before.redacted.values())
        print(f"{path}: {taken} redacted")
