"""The options of a diagram, independent of its format."""

from __future__ import annotations

from typing import NamedTuple

from tracer.i18n import DEFAULT

__all__ = ["Style"]


class Style(NamedTuple):
    """The options for the diagram of a recording.

    ``fold`` replaces the prologue (discovery and authentication) by a note. ``timing`` adds the time of
    each request and the duration of each response. ``title`` stands above the diagram. ``language`` is
    the language of the texts that tracer adds, see ``languages``.
    """

    fold: bool = False
    timing: bool = False
    title: str = ""
    language: str = DEFAULT
