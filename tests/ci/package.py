"""The built package: the wheel and the source distribution of this clone."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

from uv import find_uv_bin

from tests.patience import PATIENCE

__all__ = ["Package", "build"]

ROOT = Path(__file__).parents[2]


class Package(NamedTuple):
    """The files of a build."""

    wheel: Path
    source: Path


def build(folder: Path) -> Package:
    """Build the source distribution, and the wheel from it, as a release does."""
    argv = [find_uv_bin(), "build", "--quiet", "--out-dir", str(folder), str(ROOT)]
    subprocess.run(argv, check=True, timeout=PATIENCE)
    return Package(next(folder.glob("*.whl")), next(folder.glob("*.tar.gz")))
