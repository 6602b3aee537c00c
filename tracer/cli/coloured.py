"""Formatter for help in colours. The module loads rich."""

from __future__ import annotations

from rich_argparse import RichHelpFormatter

__all__ = ["Coloured"]


class Coloured(RichHelpFormatter):
    """A help formatter with colours. Texts are not markup, so ``[RELEASE]`` is printed as it is."""

    help_markup = False
    text_markup = False
