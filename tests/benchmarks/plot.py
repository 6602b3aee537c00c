"""A log-log plot of several lines, as an SVG that is the same for the same figures."""

from __future__ import annotations

import io
import math
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Line", "plot"]

# Okabe and Ito (2008): colours that all people can tell apart. Marks and strokes differ, too.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#000000")
_MARKS = "os^Dvp*X<>hd"
_STROKES = ("-", "--")


class Line(NamedTuple):
    """What a line is called, and its points; all values are greater than 0."""

    name: str
    points: Sequence[tuple[float, float]]


def plot(title: str, axes: tuple[str, str], lines: Sequence[Line]) -> str:
    """The SVG text. A dotted guide shows n log n through the highest point of the largest size."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # Texts stay texts, and no name in the file is made of chance or of the day.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "tracer", "font.family": "sans-serif"}):
        figure = Figure(figsize=(10, 6), layout="constrained")
        axis = figure.add_subplot(title=title, xlabel=axes[0], ylabel=axes[1], xscale="log", yscale="log")
        for number, line in enumerate(lines):
            axis.plot(
                *zip(*line.points, strict=True),
                label=line.name,
                color=_COLOURS[number % len(_COLOURS)],
                marker=_MARKS[number % len(_MARKS)],
                linestyle=_STROKES[number // len(_COLOURS) % 2],
                linewidth=1.5,
                markersize=5,
            )
        axis.plot(*_guide(lines), color="#777777", linestyle=":", label="n log n")
        axis.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
        for scale in (axis.xaxis, axis.yaxis):
            scale.set_major_formatter("{x:,g}")
        figure.legend(loc="outside right center", fontsize=8)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def _guide(lines: Sequence[Line]) -> tuple[list[float], list[float]]:
    """n log n over all sizes, through the highest point of the largest."""
    points = [point for line in lines for point in line.points]
    size, value = max(points)
    sizes = sorted({one for one, _ in points})
    return sizes, [value * one * math.log(one) / (size * math.log(size)) for one in sizes]
