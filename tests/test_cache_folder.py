from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracer import cache_folder

if TYPE_CHECKING:
    import pytest


def test_the_folder_is_that_of_the_environment_and_is_not_created(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TRACER_CACHE", str(tmp_path / "a"))
    assert cache_folder.cache_folder() == tmp_path / "a"
    assert cache_folder.cache_folder(tmp_path / "b") == tmp_path / "b"
    assert not list(tmp_path.iterdir())


def test_a_relative_path_of_the_user_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRACER_CACHE", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "caches")
    assert cache_folder.cache_folder() == Path("~/.cache/openstack-tracer").expanduser()
