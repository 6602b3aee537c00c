"""What changed from zed to 2026.2, as the shipped recordings tell it.

``REGENERATE=1 pytest tests/rendering/changes/test_shipped.py`` writes the expected report anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from tracer.comparison.folders import compare_files, pair
from tracer.comparison.report import compare_sides, make_report
from tracer.rendering.changes.terminal import report_lines

ROOT = Path(__file__).parents[3]
GOLDEN = Path(__file__).with_name("zed-2026.2.txt")


def test_the_report_is_as_expected() -> None:
    before, after = (ROOT / "recordings" / name for name in ("zed", "2026.2"))
    pairing = pair([before], [after])
    step = compare_sides("zed", "2026.2", pairing, map(compare_files, pairing.couples))
    made = "".join(f"{line.plain}\n" for line in report_lines(make_report([step])))
    if os.environ.get("REGENERATE"):
        GOLDEN.write_text(made, encoding="utf-8")
    assert made == GOLDEN.read_text(encoding="utf-8")
