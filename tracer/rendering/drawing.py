"""Diagrams of a recording in every format for files."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from tracer.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracer.model import Recording
    from tracer.plugins import ExportOptions
    from tracer.rendering.picture import PictureFormat

__all__ = ["draw", "mermaid_texts", "pictures"]

_MOST_PARTS = 200  # the engine takes up to five seconds for a part
_PICTURES: dict[str, PictureFormat] = {"svg": "svg", "png": "png"}
_MOST_EXCHANGES = 10_000  # a longer run would write hundreds of parts that nobody requested


def draw(recording: Recording) -> Callable[[str], list[str | bytes]]:
    """Return the drawer of ``recording``: a function of ``mmd`` (Mermaid text), ``svg``, or ``png``.

    The drawer returns the diagram in parts. SVG is text like Mermaid text, so that it can be scanned for
    secrets before it is written. All formats come from the same Mermaid text. The drawer raises RenderError
    for more than 10,000 exchanges, for pictures of more than 200 parts, which would take hours, and if the
    engine fails. It raises ValueError for another format.
    """
    # `tracer record` imports this function before it starts the client, so imports here are lazy.
    from tracer.plugins import ExportOptions

    options = ExportOptions()

    @functools.cache
    def texts() -> list[str]:
        return mermaid_texts(recording, options)

    def drawer(kind: str) -> list[str | bytes]:
        if len(recording.exchanges) > _MOST_EXCHANGES:
            raise RenderError(
                f"more than {_MOST_EXCHANGES:,} exchanges are not drawn beside their recording: "
                "tracer diagram -o x.mmd draws them, tracer view makes one page of them"
            )
        if kind == "mmd":
            return list(texts())
        if kind not in _PICTURES:
            raise ValueError(f"unknown kind of diagram: {kind!r}")
        return pictures(texts(), _PICTURES[kind], options)

    return drawer


def mermaid_texts(recording: Recording, options: ExportOptions) -> list[str]:
    """Return the diagram of ``recording`` as Mermaid text, in parts. Warn if ``fold`` hides nothing."""
    from tracer.rendering.mermaid import mermaid_parts
    from tracer.rendering.messages import messages
    from tracer.rendering.style import Style

    style = Style(fold=options.fold, timing=options.timing, title=options.title, language=options.language)
    views = messages(recording)
    texts = mermaid_parts(recording, style, views=views)
    if style.fold and texts == mermaid_parts(recording, style._replace(fold=False), views=views):
        options.warn(
            "--fold hides nothing here: the recording does not begin with discovery or authentication"
        )
    return texts


def pictures(texts: Sequence[str], kind: PictureFormat, options: ExportOptions) -> list[str | bytes]:
    """Draw Mermaid texts, an SVG as text. Warn of characters that no font can show.

    Raises RenderError for more than 200 texts, and if the engine fails.
    """
    if len(texts) > _MOST_PARTS:
        raise RenderError(
            f"the diagram has {len(texts):,} parts, and pictures are drawn of {_MOST_PARTS} at most: "
            "tracer diagram -o x.mmd writes all of them as text, tracer view makes one page of the recording"
        )
    from tracer.rendering.picture import render

    drawn: list[str | bytes] = []
    for number, text in enumerate(texts, 1):
        if len(texts) > 1:
            options.progress(f"drawing part {number} of {len(texts)}…")
        picture = render(text, kind, options.theme)
        drawn.append(picture.decode() if kind == "svg" else picture)
    if kind == "png":
        _warn_of_missing_characters(texts, options)
    return drawn


def _warn_of_missing_characters(texts: Sequence[str], options: ExportOptions) -> None:
    from tracer.rendering.fonts import PACKAGE, unpaintable

    if missing := unpaintable("".join(texts)):
        shown = missing[:10] + ("…" if len(missing) > 10 else "")
        options.warn(
            f"no font here can show {shown}: install one that can, such as that of the package {PACKAGE}"
        )
