"""The two consoles that verbs print on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["stderr", "stdout"]


def stdout() -> Console:
    """For what the user asked for."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def stderr() -> Console:
    """For what the user should know besides."""
    from rich.console import Console

    return Console(stderr=True, highlight=False)
