"""A recording as a diagram of any kind that can be written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tracer.model import Recording

__all__ = ["check_length", "draw"]

_MOST_PARTS = 200  # the engine takes up to five seconds for one
_MOST_EXCHANGES = 10_000  # of more, hundreds of parts would come unasked


def draw(recording: Recording, kind: str) -> list[str | bytes]:
    """The diagram beside ``recording``: Mermaid text (``mmd``), SVG (``svg``) or a picture (``png``).

    A long one comes in several parts. Pictures of a very long one would take hours and are not drawn, nor
    is anything of a run that is longer still. Text stays text, so that it can be scanned for secrets
    before it is written. Raises RenderError if it cannot be drawn, ValueError for another kind.
    """
    if len(recording.exchanges) > _MOST_EXCHANGES:
        raise RenderError(
            f"more than {_MOST_EXCHANGES:,} exchanges are not drawn beside their recording: "
            "tracer diagram -o x.mmd draws them, tracer view makes one page of them"
        )
    # `tracer record` hands this function on before it starts its client: it has to be light to import.
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
    """Raise RenderError where the parts of a diagram are too many to draw pictures of them."""
    if len(texts) > _MOST_PARTS:
        raise RenderError(
            f"the diagram has {len(texts):,} parts, and pictures are drawn of {_MOST_PARTS} at most: "
            "tracer diagram -o x.mmd writes all of them as text, tracer view makes one page of the recording"
        )
