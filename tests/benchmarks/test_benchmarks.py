"""The benchmarks at the smallest size: that each part works and the table comes out. No time is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.__main__ import PARTS, main
from tests.benchmarks.proxies import VARIANTS

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.e2e


def test_all_parts_make_their_tables(tmp_path: Path) -> None:
    output = tmp_path / "table.md"
    main(["-o", str(output), "--scale", "0.0001"])
    text = output.read_text()
    assert text.count("\n## ") == len(PARTS)
    assert "mitmproxy " in text
    assert all(f"`{variant}`" in text for variant in VARIANTS)
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert all(cell.strip() for row in rows for cell in row.strip("|").split("|"))
