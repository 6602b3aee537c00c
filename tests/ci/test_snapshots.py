"""Snapshots change only on request, and never in CI."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def run_pytest(*words: object, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a process of its own."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "CI"))}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *map(str, words)],
        cwd=folder,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_a_missing_or_different_snapshot_fails_and_is_not_written(tmp_path: Path) -> None:
    module = tmp_path / "test_x.py"
    module.write_text("def test_x(snapshot):\n    assert 'a' == snapshot\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    assert run_pytest(module, folder=tmp_path).returncode == pytest.ExitCode.TESTS_FAILED
    assert not (tmp_path / "__snapshots__").exists()
    assert run_pytest(module, "--snapshot-update", folder=tmp_path).returncode == pytest.ExitCode.OK
    assert run_pytest(module, folder=tmp_path).returncode == pytest.ExitCode.OK
    module.write_text("def test_x(snapshot):\n    assert 'b' == snapshot\n")
    assert run_pytest(module, folder=tmp_path).returncode == pytest.ExitCode.TESTS_FAILED
    module.write_text("def test_y():\n    pass\n")
    assert run_pytest(module, folder=tmp_path).returncode == pytest.ExitCode.TESTS_FAILED  # unused


@pytest.mark.parametrize("option", ["--snapshot-update", "--snapshot-update-new-only"])
def test_ci_refuses_to_write_snapshots(option: str) -> None:
    words = ("-o", "addopts=", option, "tests/test_findings.py")
    ended = run_pytest(*words, folder=ROOT, CI="true")
    assert ended.returncode == pytest.ExitCode.USAGE_ERROR
    assert "in CI, snapshots are compared and never written" in ended.stderr


def test_no_command_of_the_project_writes_snapshots() -> None:
    commands = [
        ROOT / ".ci/run",
        ROOT / ".pre-commit-config.yaml",
        ROOT / "pyproject.toml",
        ROOT / "README.md",
    ]
    commands += [path for path in (ROOT / "tests/ci").glob("*.py") if path != Path(__file__)]
    assert [path for path in commands if "--snapshot-update" in path.read_text(encoding="utf-8")] == []
