"""The ``tracer`` command: one file a verb, and the only folder that prints."""

from tracer.cli.app import main

__all__ = ["main"]
