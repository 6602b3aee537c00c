"""Write ``requirements.lock``: ``python -m tests.ci.lock``; ``--check`` compares and writes nothing.

The lock pins every package that the project needs, with hashes, for each version of Python and each platform.
``uv pip install --constraint requirements.lock`` refuses a package with another hash. Locked versions stay as
they are; ``--upgrade`` takes the newest.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from uv import find_uv_bin

__all__ = ["LOCK", "ROOT"]

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"

_COMPILE = (
    *("pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"),
    *("--no-annotate", "--no-emit-index-url", "--custom-compile-command", "python -m tests.ci.lock"),
    *("--extra", "cluster", "--group", "dev", "pyproject.toml", "--output-file"),
)
_NO_REGISTRY = 2
"""The exit status of uv if it cannot reach a package registry; 1 means that there is no solution."""


def main() -> int:
    """Return 0 if the lock is written, current, or cannot be checked without a package registry."""
    parser = argparse.ArgumentParser(prog="python -m tests.ci.lock", description=__doc__)
    parser.add_argument("--check", action="store_true", help="Fail if the lock is not current.")
    parser.add_argument("--upgrade", action="store_true", help="Take the newest versions.")
    given = parser.parse_args()
    options = ["--upgrade"] if given.upgrade else []
    if not given.check:
        return subprocess.run(
            [find_uv_bin(), *_COMPILE, str(LOCK), *options], cwd=ROOT, check=False
        ).returncode
    with tempfile.TemporaryDirectory(prefix="lock-") as scratch:
        fresh = Path(shutil.copy(LOCK, scratch))
        status = subprocess.run([find_uv_bin(), *_COMPILE, str(fresh)], cwd=ROOT, check=False).returncode
        if status == _NO_REGISTRY:
            print("no package registry answers: requirements.lock is not checked")
            return 0
        if status == 0 and fresh.read_bytes() != LOCK.read_bytes():
            print("requirements.lock is not current: run python -m tests.ci.lock")
            return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
