"""Formatter for help in colours. The module loads rich."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich_argparse import RichHelpFormatter

if TYPE_CHECKING:
    from rich.text import Text

__all__ = ["Coloured"]


class Coloured(RichHelpFormatter):
    """A help formatter with colours. Texts are not markup, so ``[RELEASE]`` is printed as it is."""

    help_markup = False
    text_markup = False

    def _rich_fill_text(self, text: Text, width: int, indent: Text) -> Text:
        """Keep the lines of a text that has several."""
        if "\n" not in text.plain:
            return super()._rich_fill_text(text, width, indent)
        lines = type(text)("\n").join(indent + line for line in text.split())
        return lines.append("\n")
