"""A mutant, read from its patch."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import NamedTuple

__all__ = ["FOLDER", "ROOT", "Mutant", "apply", "load"]

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]


class Mutant(NamedTuple):
    """A planted fault. ``tests`` are paths, relative to the checkout."""

    name: str
    fault: str
    tests: tuple[str, ...]
    patch: Path


def load(path: Path) -> Mutant:
    """Return the mutant in a patch file: line 1 is the fault, line 2 names the tests."""
    fault, tests, *_ = path.read_text(encoding="utf-8").splitlines()
    return Mutant(path.stem, fault, tuple(tests.removeprefix("Tests: ").split()), path)


def apply(mutant: Mutant, folder: Path, *, check: bool = False) -> bool:
    """Plant the fault in the checkout at ``folder``, or only ``check`` that it can be. Return success."""
    # Git applies a patch to any folder, also to one outside of a repository.
    command = ["git", "apply", *(["--check"] if check else []), str(mutant.patch)]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0
