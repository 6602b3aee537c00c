"""What a reader may choose about a diagram, whatever it is drawn as."""

from __future__ import annotations

from typing import NamedTuple

from tracer.rendering.languages import DEFAULT

__all__ = ["Style"]


class Style(NamedTuple):
    """How to draw a recording.

    ``fold`` hides the exchanges that many commands begin with (logging in) behind a note;
    ``timing`` writes at each message when it was sent, or how long it took; ``title`` stands
    above all; ``language`` is the one of the words that diagrams add, see ``languages``.
    """

    fold: bool = False
    timing: bool = False
    title: str = ""
    language: str = DEFAULT
