"""The ``tracer`` command, with one module for each verb. No other package prints."""

from tracer.cli.app import main

__all__ = ["main"]
