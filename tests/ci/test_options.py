"""The options of pytest that people use."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("options", [["-p", "no:xdist"], ["-n", "0"]])
def test_tests_run_without_further_processes(options: list[str]) -> None:
    words = [sys.executable, "-m", "pytest", *options, "tests/test_urls.py"]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert ended.returncode == 0, ended.stdout
    assert "created:" not in ended.stdout  # a line of xdist
