"""The tests mirror the modules. A test module of a behaviour is in a list, with a reason."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "tracer"

UNMIRRORED = {"benchmarks", "ci", "e2e", "golden", "mutants"}
"""Folders of tests that run the whole program, or tools of the project."""


def without_module() -> set[str]:
    """Return the test modules that have no module of the same name, as paths below ``tests``."""
    names = {path.relative_to(TESTS).as_posix() for path in TESTS.rglob("test_*.py")}
    return {name for name in names if name.split("/")[0] not in UNMIRRORED and not _module(name).exists()}


def _module(name: str) -> Path:
    path = PurePosixPath(name)
    module = PACKAGE / path.parent / path.name.removeprefix("test_")
    return module if module.exists() else module.with_suffix("") / "__init__.py"


def test_each_test_module_has_its_module_or_a_reason() -> None:
    listed = tomllib.loads((TESTS / "behaviours.toml").read_text("utf-8"))
    reasons = {
        f"{'' if package == 'tests' else f'{package}/'}{name}.py": reason
        for package, names in listed.items()
        for name, reason in names.items()
    }
    assert without_module() == reasons.keys()
    assert all(reasons.values())
