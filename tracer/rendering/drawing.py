"""Diagrams of a recording in every format for files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Recording

__all__ = ["check_length", "draw"]

_MOST_PARTS = 200  # the engine takes up to five seconds for a part
_MOST_EXCHANGES = 10_000  # a longer run would write hundreds of parts that nobody requested


def draw(recording: Recording, kind: str) -> list[str | bytes]:
    """Return the diagram of ``recording`` in parts, as Mermaid text (``mmd``), SVG (``svg``), or ``png``.

    SVG is text like Mermaid text, so that it can be scanned for secrets before it is written. Raises
    RenderError for more than 10,000 exchanges, for pictures of more than 200 parts, which would take
    hours, and if the engine fails. Raises ValueError for an unknown ``kind``.
    """
    if len(recording.exchanges) > _MOST_EXCHANGES:
        raise RenderError(
            f"more than {_MOST_EXCHANGES:,} exchanges are not drawn beside their recording: "
            "tracer diagram -o x.mmd draws them, tracer view makes one page of them"
        )
    # `tracer record` imports this function before it starts the client, so imports here are lazy.
    from tracer.rendering.mermaid import mermaid_parts

    texts = mermaid_parts(recording)
    if kind == "mmd":
        return [*texts]
    from tracer.rendering.picture import render

    check_length(texts)
    if kind == "svg":
        return [render(text, "svg").decode() for text in texts]
    if kind == "png":
        return [render(text, "png") for text in texts]
    raise ValueError(f"unknown kind of diagram: {kind!r}")


def check_length(texts: Sequence[str]) -> None:
    """Raise RenderError if a diagram has too many parts to draw pictures of them."""
    if len(texts) > _MOST_PARTS:
        raise RenderError(
            f"the diagram has {len(texts):,} parts, and pictures are drawn of {_MOST_PARTS} at most: "
            "tracer diagram -o x.mmd writes all of them as text, tracer view makes one page of the recording"
        )
