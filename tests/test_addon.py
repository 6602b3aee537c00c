"""The script for mitmdump, as mitmdump loads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import tracer
from tests.cli.runner import tracer as run_tracer
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[1]
SCRIPT = Path(tracer.__file__).with_name("addon.py")
LOAD = "from mitmproxy.addons.script import load_script; import sys; print(load_script(sys.argv[1]).addons)"


def load(script: Path, folder: Path, *, shadow: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Load ``script`` as mitmproxy does. The packages in ``shadow`` hide those of the same names."""
    argv = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(shadow)!r}); {LOAD}", str(script)]
    return subprocess.run(
        argv, cwd=folder, capture_output=True, text=True, check=False, timeout=PATIENCE, env={"PATH": ""}
    )


@pytest.mark.parametrize("script", [SCRIPT, ROOT / "addons" / "trace.py"], ids=["package", "clone"])
def test_the_script_has_the_addon(script: Path, tmp_path: Path) -> None:
    assert "[<tracer.capture.mitm.tracer_addon.Tracer" in load(script, tmp_path).stdout


def test_no_module_beside_the_script_shadows_a_package(tmp_path: Path) -> None:
    """``tracer/urls.py`` is not the module ``urls`` of another add-on."""
    argv = [sys.executable, "-c", f"{LOAD}; import urls", str(SCRIPT)]
    ended = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert "No module named 'urls'" in ended.stderr


def test_the_script_in_a_strange_environment_names_the_remedy(tmp_path: Path) -> None:
    """PyPI has another package of the name ``tracer``."""
    package = tmp_path / "other" / "tracer"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    ended = load(SCRIPT, tmp_path, shadow=package.parent)
    assert ended.returncode != 0
    assert "this mitmdump is not of the environment of tracer. Run `tracer proxy` instead" in ended.stderr


def test_the_verb_prints_the_path(tmp_path: Path) -> None:
    ended = run_tracer("addon", cwd=tmp_path)
    assert (ended.returncode, ended.stdout) == (0, f"{SCRIPT}\n")
