"""``tracer redact``: the current redaction policy for existing recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.cli.options import add_policies, add_recordings

if TYPE_CHECKING:
    import argparse

__all__ = ["arguments", "run"]


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options for the recordings and the policy files."""
    add_recordings(parser, "Recordings to redact in place, and folders with all recordings below them.")
    add_policies(parser)
    parser.epilog = "Draw their diagrams anew afterwards, with tracer diagram."


def run(options: argparse.Namespace) -> None:
    """Redact each recording in place, and print the number of new redactions."""
    from tracer.cli.progress import counted_items, progress
    from tracer.recording import editable, load, save
    from tracer.recording import redact as redacted
    from tracer.redaction import load_policy

    rules = load_policy(*options.policy)
    with progress() as show:
        for path in counted_items(editable(options.recordings), show, "redacting"):
            before = load(path)
            after, known_secrets = redacted(before, rules)
            result = "nothing to redact"
            if after != before:
                save(after, path.resolve(), known_secrets=known_secrets)  # a link stays a link
                result = f"{sum(after.redacted.values()) - sum(before.redacted.values())} redacted"
            show.hide()
            print(f"{path}: {result}")
