"""``tracer diagram``: a recording as a sequence diagram."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cli.parsing import add_sequences, check_output, include_sequences
from tracer.errors import InputError

if TYPE_CHECKING:
    from tracer.rendering.picture import Theme

__all__ = ["arguments", "run"]

_TEXT = {".mmd", ".mermaid"}
_PICTURES = {".svg", ".png"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """Which recording, where to, and how it is drawn."""
    parser.add_argument("recording", metavar="RECORDING", type=Path, help="The recording to draw.")
    add_sequences(parser)
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=Path,
        help="File to write: .mmd, .svg or .png; without it, stdout. A diagram of more than 60 messages is "
        "written in parts: x-part1.svg, x-part2.svg, ….",
    )
    parser.add_argument(
        "--fold", action="store_true", help="Hide the messages of logging in, which many commands begin with."
    )
    parser.add_argument(
        "--timing", action="store_true", help="Say when each request was sent and how long its response took."
    )
    parser.add_argument("--title", metavar="TEXT", default="", help="What stands above the diagram.")
    parser.add_argument(
        "--lang",
        metavar="CODE",
        default="en",
        help="Language of the words that the diagram adds: en or ko. Korean in a .png needs a font for it, "
        "such as that of Debian's package fonts-noto-cjk.",
    )
    parser.add_argument(
        "--theme", choices=("light", "dark"), default="light", help="Colours of a picture: light or dark."
    )


def run(options: argparse.Namespace) -> None:
    """Print or write the diagram."""
    include_sequences(options)
    output: Path | None = options.output
    suffix = output.suffix.lower() if output else ".mmd"
    if suffix not in _TEXT | _PICTURES:
        raise InputError(str(output), "unknown kind of diagram; a name ends in .mmd, .svg or .png")
    if suffix in _TEXT and options.theme != "light":
        raise InputError("theme", "Mermaid text has no colours of its own; -o x.svg or x.png draws a picture")
    if output is not None:
        check_output(output, [options.recording])
    texts = _texts(options)
    if output is None:
        for number, text in enumerate(texts, 1):
            sys.stdout.write(f"%% part {number} of {len(texts)}\n" if len(texts) > 1 else "")
            sys.stdout.write(text)
        return
    from tracer.output import write_parts

    written = write_parts(output, texts if suffix in _TEXT else _pictures(texts, suffix, options.theme))
    from tracer.cli.console import stderr

    parts = f"{len(written)} parts, from {written[0]} to {written[-1].name}"
    stderr().out(f"wrote {parts if len(written) > 1 else written[0]}", highlight=False)


def _texts(options: argparse.Namespace) -> list[str]:
    from tracer.recording import load
    from tracer.rendering.mermaid import mermaid_parts
    from tracer.rendering.style import Style

    recording = load(options.recording)
    style = Style(fold=options.fold, timing=options.timing, title=options.title, language=options.lang)
    texts = mermaid_parts(recording, style)
    if options.fold and texts == mermaid_parts(recording, style._replace(fold=False)):
        _warn("--fold hides nothing here: the recording does not begin with messages of logging in")
    return texts


def _pictures(texts: list[str], suffix: str, theme: Theme) -> list[str | bytes]:
    from tracer.cli.console import stderr
    from tracer.rendering.fonts import PACKAGE, unpaintable
    from tracer.rendering.picture import render

    drawn: list[str | bytes] = []
    with stderr().status("drawing…") as status:
        for number, text in enumerate(texts, 1):
            if len(texts) > 1:
                status.update(f"drawing part {number} of {len(texts)}…")
            drawn.append(
                render(text, "svg", theme).decode() if suffix == ".svg" else render(text, "png", theme)
            )
    if suffix == ".png" and (missing := unpaintable("".join(texts))):
        shown = missing[:10] + ("…" if len(missing) > 10 else "")
        _warn(f"no font here can show {shown}: install one that can, such as that of the package {PACKAGE}")
    return drawn


def _warn(text: str) -> None:
    from tracer.rendering.texts import visible

    print(f"tracer: {visible(text, 400)}", file=sys.stderr)
