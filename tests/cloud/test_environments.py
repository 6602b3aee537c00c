"""Environments: when one counts as built, and what its processes inherit."""

import sys
from pathlib import Path

import msgspec
import pytest

from tracer.cloud import environments
from tracer.cloud.environments import Built
from tracer.cloud.release_data import Environment
from tracer.errors import CloudError

SPEC = Environment(python=["3.11"], exclude_newer="2022-11-15", add=["setuptools"])
PACKAGES = {"keystone": "22.0.0"}


@pytest.mark.parametrize(
    "change",
    [{"add": []}, {"exclude_newer": "2022-11-16"}, {"without": ["x"]}, {"newer": {"x": "2022-11-15"}}],
)
def test_the_key_changes_with_the_data(change: dict[str, object]) -> None:
    assert environments.key(PACKAGES, SPEC) == environments.key(dict(PACKAGES), SPEC)
    assert environments.key(PACKAGES, SPEC) != environments.key(
        PACKAGES, msgspec.structs.replace(SPEC, **change)
    )
    assert environments.key(PACKAGES, SPEC) != environments.key({"keystone": "22.0.1"}, SPEC)


def test_an_environment_without_its_marker_or_its_python_is_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "environments" / f"zed-{environments.key(PACKAGES, SPEC)}"
    (path / "bin").mkdir(parents=True)
    (path / "bin" / "python").touch()
    assert environments.finished("zed", PACKAGES, [SPEC], tmp_path) is None
    (path / environments.MARKER).write_text('{"pyth')
    assert environments.finished("zed", PACKAGES, [SPEC], tmp_path) is None
    (path / environments.MARKER).write_text('{"python": "3.11.7"}')
    assert environments.finished("zed", PACKAGES, [SPEC], tmp_path) == Built(path, "3.11.7")
    (path / "bin" / "python").unlink()
    (path / "bin" / "python").symlink_to("/no/such/python")
    assert environments.finished("zed", PACKAGES, [SPEC], tmp_path) is None


def test_services_inherit_nothing_that_disturbs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    disturbing = ("http_proxy", "HTTPS_PROXY", "OS_CLOUD", "PYTHONPATH", "VIRTUAL_ENV", "LD_PRELOAD")
    for name in disturbing:
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("TZ", "Asia/Seoul")
    inherited = environments.own_environment(Built(tmp_path, "3.11.7"), tmp_path / "home")
    assert inherited["TZ"] == "Asia/Seoul"
    assert inherited["HOME"] == str(tmp_path / "home")
    assert inherited["PATH"].startswith(f"{tmp_path}/bin:")
    assert not {name.lower() for name in inherited} & {name.lower() for name in disturbing}


def test_the_installer_keeps_proxies_and_mirrors_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("https_proxy", "UV_INDEX_URL", "UV_PYTHON", "UV_EXCLUDE_NEWER", "VIRTUAL_ENV", "PYTHONHOME"):
        monkeypatch.setenv(name, "x")
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    kept = environments._uv_environment(tmp_path)
    assert kept["https_proxy"] == kept["UV_INDEX_URL"] == "x"
    assert not kept.keys() & {"UV_PYTHON", "UV_EXCLUDE_NEWER", "VIRTUAL_ENV", "PYTHONHOME"}
    assert kept["HOME"] == str(tmp_path)
    assert kept["UV_CACHE_DIR"] == str(tmp_path / "uv")


def test_without_a_python_the_error_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    odd = msgspec.structs.replace(SPEC, python=["3.98", "3.99"])
    with pytest.raises(CloudError) as caught:
        environments.build("zed", PACKAGES, [odd], tmp_path, lambda line: None)
    assert str(caught.value).startswith("no Python 3.98 or 3.99 found: install one (")
    assert "\n" not in str(caught.value)


def test_a_failed_installation_is_not_taken_for_a_finished_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "nothing"))
    here = msgspec.structs.replace(SPEC, python=[f"3.{sys.version_info.minor}"])
    lines: list[str] = []
    for _ in range(2):
        with pytest.raises(CloudError, match=r"^installing keystone failed: .*\(log: .*\)$"):
            environments.build("zed", PACKAGES, [here], tmp_path, lines.append)
    assert lines == ["installing keystone 22.0.0 (first time only)"] * 2
    assert environments.finished("zed", PACKAGES, [here], tmp_path) is None
