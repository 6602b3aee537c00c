"""A skipped test fails, unless the list of exceptions has its module."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import TOLERATED

ROOT = Path(__file__).parents[1]
MARKED = "import pytest\n@pytest.mark.{mark}\ndef test_x():\n    assert {outcome}\n"
MODULES = {
    "test_skip.py": MARKED.format(mark="skip", outcome=True),
    "test_skipif.py": MARKED.format(mark="skipif(True, reason='no')", outcome=True),
    "test_xfail.py": MARKED.format(mark="xfail", outcome=False),
    "test_whole.py": "import pytest\npytest.importorskip('absent')\ndef test_x():\n    pass\n",
    "test_pass.py": "def test_x():\n    pass\n",
    **{module: MARKED.format(mark="skip", outcome=True) for module in TOLERATED},
}


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "1")], ids=["alone", "distributed"])
def test_only_a_listed_module_may_be_skipped(tmp_path: Path, options: tuple[str, ...]) -> None:
    for name, text in MODULES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --continue-on-collection-errors -rA\n")
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.skips", "-p", "no:cacheprovider", *options, *MODULES],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tests.returncode == 1
    for name in ("test_skip.py::test_x", "test_skipif.py::test_x", "test_xfail.py::test_x", "test_whole.py"):
        assert f"{name} is skipped. tests/skips.py does not list {name.partition('::')[0]}." in tests.stdout
    for module in TOLERATED:
        assert f"{module} is skipped" not in tests.stdout
    assert "PASSED test_pass.py::test_x" in tests.stdout
    assert f"1 passed, {len(TOLERATED)} skipped" in tests.stdout


@pytest.mark.parametrize("module", TOLERATED)
def test_a_listed_module_exists(module: str) -> None:
    assert (ROOT / module).is_file()
