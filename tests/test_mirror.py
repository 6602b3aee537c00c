"""The tests mirror the modules. A test module of a behaviour is in a list, with a reason."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
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


SAME_JOB = {
    "addon.py": "the addon of mitmproxy: the script, and the verb that names it",
    "findings.py": "the findings of a check: types, and those of each package",
    "html.py": "an HTML page",
    "junit.py": "a report for JUnit",
    "options.py": "options, of the addon and of verbs",
    "problems.py": "problems as data",
    "report.py": "a report as data",
    "sarif.py": "a report as SARIF",
    "schema.py": "the schema of files: of sequences, and the verb that prints it",
    "terminal.py": "a report for a terminal",
}
"""File names that occur in several packages, with the job that all of these modules do."""


def test_a_file_name_occurs_once_or_for_the_same_job() -> None:
    names = Counter(path.name for path in PACKAGE.rglob("*.py") if not path.name.startswith("__"))
    assert {name for name, count in names.items() if count > 1} == SAME_JOB.keys()


def test_the_names_of_public_classes_are_unique() -> None:
    names = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert [name for name, count in names.items() if count > 1] == []
