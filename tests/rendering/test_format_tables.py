"""The tables of formats: their names, and the formats of plug-ins behind them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

import pytest

from tests.plugins.packages import write_package
from tests.rendering import seed
from tracer.plugins import EXPORTERS as GROUP
from tracer.plugins import ExportOptions
from tracer.rendering.format_tables import API_REPORTS, CHECK_REPORTS, DIFF_REPORTS, EXPORTERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = "def csv(recording, options): return recording.command.encode()\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A package with two exporters, of which one has the name of a built-in format."""
    monkeypatch.syspath_prepend(write_package(tmp_path, "exporting", {GROUP: {}}, SOURCE))
    write_package(tmp_path, "tables", {GROUP: {"csv": "exporting:csv", "mmd": "exporting:csv"}})
    yield
    importlib.invalidate_caches()


def test_the_tables_list_the_built_in_formats() -> None:
    assert list(EXPORTERS) == EXPORTERS.names() == ["mmd", "svg", "png"]
    assert list(CHECK_REPORTS) == CHECK_REPORTS.names() == ["table", "json", "junit", "sarif"]
    assert list(API_REPORTS) == list(CHECK_REPORTS)
    assert list(DIFF_REPORTS) == DIFF_REPORTS.names() == ["text", "md", "html", "json", "junit", "sarif"]


@pytest.mark.usefixtures("package")
def test_a_plugin_is_behind_the_table() -> None:
    assert list(EXPORTERS) == ["mmd", "svg", "png"]
    assert EXPORTERS.names() == ["mmd", "svg", "png", "csv"]
    assert ("csv" in EXPORTERS, "gif" in EXPORTERS, 1 in EXPORTERS) == (True, False, False)


@pytest.mark.usefixtures("package")
def test_bytes_that_are_text_become_text() -> None:
    recording = seed.recording()
    assert EXPORTERS.run("csv", recording, ExportOptions()) == [recording.command]
    (mermaid,) = EXPORTERS.run("mmd", recording, ExportOptions())
    assert str(mermaid).startswith("sequenceDiagram")


def test_an_unknown_format_is_not_run() -> None:
    with pytest.raises(KeyError, match="gif"):
        EXPORTERS.run("gif", seed.recording(), ExportOptions())
