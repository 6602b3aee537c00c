"""A recording as a diagram of any kind that can be written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.model import Recording

__all__ = ["draw"]


def draw(recording: Recording, kind: str) -> list[str | bytes]:
    """The sequence diagram of ``recording``: Mermaid text (``mmd``), SVG (``svg``) or a picture (``png``).

    A long one comes in several parts. Text stays text, so that it can be scanned for secrets
    before it is written. Raises RenderError if it cannot be drawn, ValueError for another kind.
    """
    # `tracer record` hands this function on before it starts its client: it has to be light to import.
    from tracer.rendering.mermaid import mermaid_parts
    from tracer.rendering.picture import render

    texts = mermaid_parts(recording)
    if kind == "mmd":
        return [*texts]
    if kind == "svg":
        return [render(text, "svg").decode() for text in texts]
    if kind == "png":
        return [render(text, "png") for text in texts]
    raise ValueError(f"unknown kind of diagram: {kind!r}")
