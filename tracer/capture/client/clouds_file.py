"""The cloud that a client chooses from clouds.yaml, by the rules of openstacksdk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["CloudEntry", "chosen_cloud", "only_cloud"]

_SUFFIXES = (".yaml", ".yml", ".json")
_SELECTORS = {"OS_CLOUD", "OS_REGION_NAME", "OS_CLIENT_CONFIG_FILE", "OS_CLIENT_SECURE_FILE", "OS_CLOUD_NAME"}
"""Variables that choose a cloud. Any other OS_ variable describes a cloud without clouds.yaml."""

_NO_SETTINGS = ("OS_TEST", "OS_STD", "OS_LOG")

_SIZE = 2**20
"""Maximum size of a file in bytes. Larger files are skipped; a clouds.yaml has a few KiB."""


class CloudEntry(NamedTuple):
    """A cloud of a clouds.yaml, with its name, the file, and the merged settings."""

    name: str
    file: Path
    settings: Mapping[str, Any]


def chosen_cloud(name: str, environment: Mapping[str, str], folder: Path) -> CloudEntry | None:
    """Return the cloud ``name`` for a client that works in ``folder``; None without a clouds.yaml.

    secure.yaml adds to clouds.yaml, and both override the profile in clouds-public.yaml. Unreadable
    files are skipped, as the client itself reports them.
    """
    clouds_file = _first(_candidates("clouds", "OS_CLIENT_CONFIG_FILE", environment, folder))
    if clouds_file is None:
        return None
    file, content = clouds_file
    cloud = _cloud(content, "clouds", name)
    secure = _first(_candidates("secure", "OS_CLIENT_SECURE_FILE", environment, folder))
    cloud |= _cloud(secure[1], "clouds", name) if secure else {}
    profile = cloud.get("profile") or cloud.get("cloud")
    public = _first(_candidates("clouds-public", "", environment, folder)) if profile else None
    vendor = _cloud(public[1], "public-clouds", str(profile)) if public else {}
    return CloudEntry(name, file, vendor | cloud)


def only_cloud(environment: Mapping[str, str], folder: Path) -> str:
    """Return the cloud that a client chooses without a setting: the only cloud of the file; else empty."""
    described = {name for name in environment if name.startswith("OS_") and not name.startswith(_NO_SETTINGS)}
    if described - _SELECTORS or environment.get("OS_CLOUD"):
        return ""
    clouds_file = _first(_candidates("clouds", "OS_CLIENT_CONFIG_FILE", environment, folder))
    clouds = clouds_file[1].get("clouds") if clouds_file else None
    return str(next(iter(clouds))) if isinstance(clouds, dict) and len(clouds) == 1 else ""


def _candidates(name: str, variable: str, environment: Mapping[str, str], folder: Path) -> Iterator[Path]:
    """Yield the paths at which openstacksdk looks for a file, in its order."""
    if environment.get(variable):
        yield folder / environment[variable]
    home = Path(environment.get("SNAP_REAL_HOME") or environment.get("HOME") or Path.home())
    config = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
    site = Path((environment.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(os.pathsep)[0])
    directories = (
        folder,
        config / "openstack",
        home / ".config/openstack",
        site / "openstack",
        Path("/etc/openstack"),
    )
    for directory in directories:
        for suffix in _SUFFIXES:
            yield directory / f"{name}{suffix}"


def _first(paths: Iterator[Path]) -> tuple[Path, Mapping[str, Any]] | None:
    """Return the first file that contains a mapping, with its content; None if there is none."""
    for path in paths:
        try:
            if not path.is_file() or path.stat().st_size > _SIZE:
                continue
            text = path.read_bytes()
        except OSError:
            continue
        content = _parsed(text)
        if isinstance(content, dict):
            return path, content
    return None


def _parsed(text: bytes) -> object:
    import yaml

    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _cloud(content: Mapping[str, Any], section: str, name: str) -> dict[str, Any]:
    clouds = content.get(section)
    cloud = clouds.get(name) if isinstance(clouds, dict) else None
    return dict(cloud) if isinstance(cloud, dict) else {}
