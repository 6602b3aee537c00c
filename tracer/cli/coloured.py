"""Help in colours."""

from __future__ import annotations

from rich_argparse import RichHelpFormatter

__all__ = ["Coloured"]


class Coloured(RichHelpFormatter):
    """Loads rich; its texts are plain, not markup: ``[RELEASE]`` stays."""

    help_markup = False
    text_markup = False
