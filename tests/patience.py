"""The time limit for everything that a test waits for and that does end."""

__all__ = ["PATIENCE"]

PATIENCE = 600.0
"""Seconds. A machine with other work takes many times as long as an idle one, and is no fault of tracer."""
