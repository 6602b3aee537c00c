"""Check the size of a clone and of each tracked file: ``python -m tests.ci.sizes``.

A clone is everything that ``git clone`` of the current branch writes: files and history.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["CLONE_LIMIT", "FILE_LIMIT", "check", "clone_size", "large_files"]

CLONE_LIMIT = 40_000_000
"""Bytes of a clone."""

FILE_LIMIT = 3_000_000
"""Bytes of a tracked file."""

_ROOT = Path(__file__).parents[2]


def main() -> int:
    """Print the size of a clone and each violation. Return 0 without violations, else 1."""
    size = clone_size(_ROOT)
    violations = check(size, large_files(_ROOT))
    print(f"a clone has {size / 1e6:.1f} MB, of at most {CLONE_LIMIT / 1e6:.0f} MB")
    print("\n".join(violations), end="\n" if violations else "")
    return 1 if violations else 0


def check(clone: int, files: dict[str, int]) -> list[str]:
    """Return a sentence for each violated limit. ``files`` maps paths to sizes in bytes."""
    violations = [
        f"{path} has {size / 1e6:.1f} MB, more than {FILE_LIMIT / 1e6:.0f} MB"
        for path, size in files.items()
        if size > FILE_LIMIT
    ]
    if clone > CLONE_LIMIT:
        violations.append(f"a clone has {clone / 1e6:.1f} MB, more than {CLONE_LIMIT / 1e6:.0f} MB")
    return violations


def clone_size(repository: Path) -> int:
    """Return the bytes of all files in a fresh clone of the current branch, history included."""
    with tempfile.TemporaryDirectory(prefix="clone-") as scratch:
        clone = Path(scratch) / "clone"
        command = ["git", "clone", "--quiet", "--single-branch", repository.resolve().as_uri(), str(clone)]
        subprocess.run(command, check=True)
        return sum(path.lstat().st_size for path in clone.rglob("*") if not path.is_dir())


def large_files(repository: Path) -> dict[str, int]:
    """Return the tracked files above the limit with their sizes in bytes."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=repository, check=True, capture_output=True, text=True
    )
    paths = (repository / name for name in listing.stdout.split("\0") if name)
    sizes = {str(path.relative_to(repository)): path.lstat().st_size for path in paths if path.exists()}
    return {name: size for name, size in sizes.items() if size > FILE_LIMIT}


if __name__ == "__main__":
    sys.exit(main())
