"""All benchmarks, one after the other, into one file: ``python -m tests.benchmarks -o FILE``.

A part is a module with ``run(scale, folder) -> Table``; ``scale`` is 1 for figures worth
publishing, and little for a look at whether it works. Its name goes into ``PARTS``. The picture
that a table may have is written beside FILE: ``benchmarks-growth.svg``.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.machine import machine

if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = ("throughput", "connections", "memory", "streaming", "command", "recordings", "growth")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("benchmarks.md"), help="the table (Markdown)"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="1: in full; 0.01: a hundredth of the work")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)} (default: all)")
    options = parser.parse_args(argv)
    unknown = set(options.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    written = [f"# Benchmarks\n\n{machine()}"]
    for part in options.parts or PARTS:
        print(f"{part} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix=f"benchmark-{part}-") as folder:
            table = importlib.import_module(f"tests.benchmarks.{part}").run(options.scale, Path(folder))
        picture = options.output.with_name(f"{options.output.stem}-{part}.svg")
        if table.picture:
            picture.write_text(table.picture, encoding="utf-8")
        written.append(table.markdown(picture.name if table.picture else ""))
        options.output.write_text("\n\n".join(written) + "\n")
    print(f"written: {options.output}", file=sys.stderr)


if __name__ == "__main__":
    main()
