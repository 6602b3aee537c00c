"""Run all checks before an issue closes: ``.ci/run --all``.

The parts are ``.ci/run`` and the checks that take too long for it. A part that passed is not repeated for the
same commit, so that a stopped run goes on where it stopped, and a run with failed parts repeats these. The
results are in ``.ci/results/<date>.md``: commit that file.

This module needs only the standard library, as it starts before the packages are there.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Outcome", "Part", "Progress", "main", "parts", "run", "table"]

_ROOT = Path(__file__).parents[2]
_STATE = _ROOT / ".ci" / "state.json"
_RESULTS = _ROOT / ".ci" / "results"
_PYTHON = ".venv/bin/python"


class Part(NamedTuple):
    """A check and its command."""

    name: str
    command: tuple[str, ...]


class Outcome(NamedTuple):
    """The end of a part: ``line`` is the last line of its output."""

    passed: bool
    seconds: float
    line: str


class Progress:
    """The outcomes for one commit, in a file."""

    def __init__(self, path: Path, commit: str) -> None:
        self._path = path
        self.commit = commit
        self.date = time.strftime("%Y-%m-%d")
        self.outcomes: dict[str, Outcome] = {}
        stored = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        if stored.get("commit") == commit:
            self.date = stored["date"]
            self.outcomes = {name: Outcome(*outcome) for name, outcome in stored["outcomes"].items()}

    def passed(self, name: str) -> bool:
        """Return whether the part has passed."""
        return name in self.outcomes and self.outcomes[name].passed

    def add(self, name: str, outcome: Outcome) -> None:
        """Store the outcome of a part."""
        self.outcomes[name] = outcome
        stored = {"commit": self.commit, "date": self.date, "outcomes": self.outcomes}
        self._path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


def main(argv: Sequence[str] | None = None) -> int:
    """Return 0 if all parts have passed, else 1."""
    parser = argparse.ArgumentParser(prog=".ci/run --all", description=(__doc__ or "").partition("\n\n")[2])
    parser.add_argument(
        "--base", metavar="COMMIT", help="Commit for the golden comparison (default: the last tag)."
    )
    parser.add_argument("names", nargs="*", metavar="PART", help="Parts to run (default: all).")
    given = parser.parse_args(argv)
    base = given.base or _git("describe", "--tags", "--abbrev=0")
    if not base:
        parser.error("the repository has no tag: name the commit for the golden comparison with --base")
    chosen = parts(base)
    unknown = set(given.names) - {part.name for part in chosen}
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    chosen = [part for part in chosen if not given.names or part.name in given.names]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    progress = Progress(_STATE, _git("rev-parse", "HEAD"))
    return 0 if run(chosen, progress, _RESULTS / f"{progress.date}.md") else 1


def parts(base: str) -> list[Part]:
    """Return all parts. ``base`` is the commit to compare with."""
    test = (_PYTHON, "-m", "pytest")
    return [
        Part("run", ("bash", ".ci/run")),
        Part("other", ("bash", ".ci/run", "--other")),
        Part("releases", (*test, "-m", "all_releases")),
        Part("recordings", (*test, "-m", "all_recordings")),
        Part("kills", (*test, "-m", "all_kills", "tests/e2e/test_kill.py")),
        Part("pages", (*test, "-m", "all_pages")),
        Part("samples", (*test, "-m", "samples", "tests/redaction")),
        Part("mutants", (_PYTHON, "-m", "tests.mutants")),
        Part("golden", (_PYTHON, "-m", "tests.golden", base, "--published")),
        Part("benchmarks", (_PYTHON, "-m", "tests.benchmarks", "--output", "docs/benchmarks-figures.md")),
    ]


def run(chosen: Iterable[Part], progress: Progress, results: Path) -> bool:
    """Run the parts that have not passed. Write the table after each. Return whether all have passed."""
    chosen = list(chosen)
    for part in chosen:
        if progress.passed(part.name):
            print(f"{part.name} has passed for this commit", flush=True)
            continue
        print(f"+ {' '.join(part.command)}", flush=True)
        progress.add(part.name, _run(part))
        results.parent.mkdir(parents=True, exist_ok=True)
        results.write_text(table(progress), encoding="utf-8")
    print(f"the results are in {results}")
    return all(progress.passed(part.name) for part in chosen)


def table(progress: Progress) -> str:
    """Return the outcomes as Markdown."""
    rows = [
        f"| {name} | {'passed' if outcome.passed else 'FAILED'} | {outcome.seconds / 60:.1f} "
        f"| {outcome.line.replace('|', chr(92) + '|')} |"
        for name, outcome in progress.outcomes.items()
    ]
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return "\n".join(
        [
            f"# All checks, {progress.date}",
            "",
            f"Commit {progress.commit}; {machine}, Python {platform.python_version()}.",
            "",
            "| part | result | minutes | last line |",
            "|---|---|---|---|",
            *rows,
            "",
        ]
    )


def _run(part: Part) -> Outcome:
    begin = time.monotonic()
    last = ""
    with subprocess.Popen(
        part.command,
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        try:
            for line in process.stdout or ():
                print(line, end="", flush=True)
                last = line.strip() or last
        except BaseException:
            process.terminate()
            raise
    return Outcome(process.returncode == 0, time.monotonic() - begin, last.strip("= "))


def _git(*words: str) -> str:
    result = subprocess.run(["git", *words], cwd=_ROOT, capture_output=True, text=True, check=False)
    return result.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
