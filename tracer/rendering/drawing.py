"""A recording as a diagram of any kind that can be written to a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tracer.model import Recording

__all__ = ["draw"]


def draw(recording: Recording, kind: str) -> str | bytes:
    """The sequence diagram of ``recording``: Mermaid text (``mmd``), SVG (``svg``) or a picture (``png``).

    Text stays text, so that it can be scanned for secrets before it is written. Raises
    RenderError if it cannot be drawn, ValueError for another kind.
    """
    # `tracer record` hands this function on before it starts its client: it has to be light to import.
    from tracer.rendering.mermaid import mermaid
    from tracer.rendering.picture import render

    text = mermaid(recording)
    if kind == "mmd":
        return text
    if kind == "svg":
        return render(text, "svg").decode()
    if kind == "png":
        return render(text, "png")
    raise ValueError(f"unknown kind of diagram: {kind!r}")
