"""Packages with plug-ins for tests: written into a folder as an installer would leave them, or installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

__all__ = ["EXAMPLE", "install", "write_package"]

EXAMPLE = Path(__file__).with_name("example")


def install(package: Path, target: Path) -> Path:
    """Build a package and install it into the folder ``target``, without its dependencies."""
    uv = str(Path(sys.executable).with_name("uv"))
    command = [uv, "pip", "install", "--quiet", "--offline", "--no-deps", "--no-cache"]
    command += ["--python", sys.executable, "--target", str(target), str(package)]
    subprocess.run(command, check=True, timeout=PATIENCE)
    return target


def write_package(folder: Path, name: str, entries: dict[str, dict[str, str]], source: str = "") -> Path:
    """Write the installed package ``name``, version 1.0, with its entry points by group, into ``folder``."""
    metadata = folder / f"{name}-1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    lines = [
        line
        for group, names in entries.items()
        for line in (f"[{group}]", *(f"{entry} = {value}" for entry, value in names.items()))
    ]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / f"{name}.py").write_text(source)
    return folder
