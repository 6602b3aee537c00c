"""Every test runs: a skipped test fails, and so does a test that is expected to fail.

Exceptions are in ``TOLERATED``, with their reasons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = ["TOLERATED", "pytest_make_collect_report", "pytest_runtest_makereport"]

_Report = TypeVar("_Report", pytest.TestReport, pytest.CollectReport)

TOLERATED = {
    "tests/e2e/test_prompt.py": "The kernels of macOS and Windows have no TCP_QUICKACK.",
}
"""Modules whose tests may be skipped, as paths from the root of the repository, with the reason."""


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the report of a skipped test into a failure."""
    return _refuse((yield))


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn the report of a module that is skipped as a whole into a failure."""
    return _refuse((yield))


def _refuse(report: _Report) -> _Report:
    module = report.nodeid.partition("::")[0]
    if report.outcome == "skipped" and module not in TOLERATED:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} is skipped. tests/skips.py does not list {module}."
    return report
