"""Compare the outputs of this checkout with those of another commit."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import shipped
from tests.golden import comparison, inputs, live
from tests.redaction import samples
from tracer.cloud import cache

_ROOT = Path(__file__).parents[2]
_INTENDED = Path(__file__).with_name("intended.toml")


def main() -> int:
    """Return 0 where every difference is intended, 1 where one is not."""
    parser = argparse.ArgumentParser(prog="python -m tests.golden", description=__doc__)
    parser.add_argument("base", metavar="BASE", help="Commit to compare with.")
    parser.add_argument(
        "--published", action="store_true", help="Compare the published samples too: download their packages."
    )
    parser.add_argument(
        "--keep", metavar="DIR", type=Path, help="Folder that keeps the outputs of both sides."
    )
    parser.add_argument("--lines", type=int, default=12, help="Lines to print of each difference.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="golden-") as scratch:
        folder = (given.keep or Path(scratch)) / "golden-outputs"
        base = Path(scratch) / "base"
        _git("worktree", "add", "--detach", str(base), given.base)
        try:
            # Plain files: an earlier commit may not read archives.
            _write_inputs(folder / "inputs", shipped.unpack(folder / "recordings"))
            if given.published:
                inputs.extract_samples(samples.fetch(cache.folder() / "samples"), Path(scratch) / "samples")
                inputs.write_samples(folder / "inputs" / "samples.mitm", Path(scratch) / "samples")
            _produce(base, folder, "old")
            _produce(_ROOT, folder, "new")
        finally:
            _git("worktree", "remove", "--force", str(base))
        return _report(folder, given.lines)


def _write_inputs(folder: Path, recordings: Path) -> None:
    folder.mkdir(parents=True)
    inputs.write_canaries(folder / "canaries.mitm")
    inputs.write_recordings(folder / "recordings.mitm", sorted(recordings.glob("*/*.yaml")))


def _produce(tree: Path, folder: Path, side: str) -> None:
    print(f"running {side}: {tree}", file=sys.stderr)
    script = Path(__file__).with_name("outputs.py")
    arguments = [str(tree), str(folder / "recordings"), str(folder / "inputs"), str(folder / side)]
    environment = {**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "120", "TERM": "dumb"}
    subprocess.run([sys.executable, "-P", str(script), *arguments], env=environment, check=True)
    live.write_conversations(tree, folder / side)
    live.write_recovered(tree, folder / side)


def _report(folder: Path, lines: int) -> int:
    intentions = comparison.load_intentions(_INTENDED)
    differences = list(comparison.compare(folder / "old", folder / "new"))
    unlisted = [each for each in differences if not any(item.covers(each) for item in intentions)]
    for difference in unlisted:
        print(f"== {difference.name}")
        print("\n".join(line[:200] for line in difference.lines[:lines]))
    print(f"{len(differences)} outputs differ, {len(unlisted)} of them not as intended")
    return 1 if unlisted else 0


def _git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=_ROOT, check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
