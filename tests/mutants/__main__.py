"""Plant each mutant in a copy of this checkout and run its tests."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.mutant import FOLDER, ROOT, Mutant, apply, load

_LONGEST = 900
"""Seconds for the tests of one mutant; a mutant that never ends is found."""


def main() -> int:
    """Return 0 where a test finds every mutant, 1 where one survives."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="Mutants to plant (default: all).")
    names = parser.parse_args().names
    mutants = [load(FOLDER / f"{name}.patch") for name in names] or [
        *map(load, sorted(FOLDER.glob("*.patch")))
    ]
    survivors = []
    for mutant in mutants:
        with tempfile.TemporaryDirectory(prefix="mutant-") as scratch:
            found = _is_found(mutant, Path(scratch))
        print(f"{'found' if found else 'SURVIVES'}  {mutant.name}: {mutant.fault}", flush=True)
        if not found:
            survivors.append(mutant)
    print(f"{len(survivors)} of {len(mutants)} survive")
    return 1 if survivors else 0


def _is_found(mutant: Mutant, folder: Path) -> bool:
    for name in ("addons", "docs", "recordings", "tests", "tracer"):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    shutil.copy(ROOT / "pyproject.toml", folder)
    if not apply(mutant, folder):
        raise SystemExit(f"tests/mutants/{mutant.name}.patch does not apply")
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-m", "not e2e", "-p", "no:cacheprovider"]
    tests = subprocess.Popen(
        [*command, *mutant.tests],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = tests.communicate(timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        os.killpg(tests.pid, signal.SIGKILL)
        return True
    last = output.rstrip().rpartition("\n")[2]
    if tests.returncode and "failed" not in last and "error" not in last:
        raise SystemExit(f"{mutant.name}: the tests did not run: {last}")
    return tests.returncode != 0


if __name__ == "__main__":
    sys.exit(main())
