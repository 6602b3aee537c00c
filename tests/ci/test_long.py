"""The long checks: a stopped run goes on, and its results are a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.ci.long import Outcome, Part, Progress, main, parts, run, table

if TYPE_CHECKING:
    from pathlib import Path


def part(name: str, folder: Path, status: int = 0) -> Part:
    """Return a part that appends its name to a file and prints two lines."""
    script = f"echo {name} >> {folder / 'ran'}; echo x; echo '== {name} | done =='; exit {status}"
    return Part(name, ("sh", "-c", script))


def ran(folder: Path) -> list[str]:
    """Return the names of the parts that ran, in order."""
    return (folder / "ran").read_text().split()


def test_a_part_that_passed_is_not_repeated_for_its_commit(tmp_path: Path) -> None:
    state, results = tmp_path / "state.json", tmp_path / "results" / "today.md"
    chosen = [part("a", tmp_path), part("b", tmp_path, status=3), part("c", tmp_path)]
    assert not run(chosen, Progress(state, "1234"), results)
    assert ran(tmp_path) == ["a", "b", "c"]
    repaired = [chosen[0], part("b", tmp_path), chosen[2]]
    assert run(repaired, Progress(state, "1234"), results)
    assert ran(tmp_path) == ["a", "b", "c", "b"]


def test_another_commit_begins_anew(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    for commit in ("1234", "5678"):
        assert run([part("a", tmp_path)], Progress(state, commit), tmp_path / "x.md")
    assert ran(tmp_path) == ["a", "a"]


def test_the_results_of_a_stopped_run_keep_their_date(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    Progress(state, "1234").add("a", Outcome(True, 90, "9 passed"))
    stored = json.loads(state.read_text())
    state.write_text(json.dumps(stored | {"date": "2001-02-03"}))
    assert Progress(state, "1234").date == "2001-02-03"


def test_the_table_has_each_outcome_with_its_last_line(tmp_path: Path) -> None:
    results = tmp_path / "results.md"
    progress = Progress(tmp_path / "state.json", "1234")
    run([part("a", tmp_path), part("b", tmp_path, status=1)], progress, results)
    text = results.read_text()
    assert text == table(progress)
    assert "Commit 1234; " in text
    assert "| a | passed | 0.0 | a \\| done |" in text
    assert "| b | FAILED | 0.0 | b \\| done |" in text


def test_the_golden_comparison_has_the_given_base() -> None:
    (golden,) = (part for part in parts("v1") if part.name == "golden")
    assert "v1" in golden.command


def test_an_unknown_part_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--base", "HEAD", "nonsense"])
    assert "no such part: nonsense" in capsys.readouterr().err
