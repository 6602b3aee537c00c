"""The ``openstack`` command of each release, in its own virtual environment."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from tracer.cloud import environments, service_processes
from tracer.cloud.cache import Progress, folder, private_folder, silent
from tracer.cloud.release_data import CloudRelease, release

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["commands", "install", "installed", "put_first"]

_COMMANDS = "tracer-commands"


def install(release_name: str, progress: Progress = silent, cache: Path | None = None) -> Path:
    """Return the executable of the release's client. Install the client if it is missing.

    Raises CloudError for an unknown release, and if the client cannot be installed.
    """
    cloud_release = release(release_name)
    packages, wanted = cloud_release.client.packages, cloud_release.client.environments
    with service_processes.stoppable():
        built = environments.build(_name(cloud_release), packages, wanted, folder(cache), progress)
    return built.command("openstack")


def installed(cloud_release: CloudRelease, cache: Path) -> bool:
    """Return whether the client of the release is installed."""
    packages, wanted = cloud_release.client.packages, cloud_release.client.environments
    return environments.finished(_name(cloud_release), packages, wanted, cache) is not None


def commands(client: Path) -> Path:
    """Return a folder with ``client`` and nothing else, for a ``PATH`` without the client's ``python``.

    Raises CloudError if the folder cannot be created.
    """
    path = private_folder(client.parent.parent / _COMMANDS)
    with suppress(FileExistsError):
        (path / client.name).symlink_to(client)
    return path


def put_first(base: Mapping[str, str], client: Path) -> dict[str, str]:
    """Return the environment ``base`` with ``client`` first in ``PATH``, alone in its folder."""
    return {**base, "PATH": f"{commands(client)}{os.pathsep}{base.get('PATH', '')}"}


def _name(cloud_release: CloudRelease) -> str:
    return f"{cloud_release.name}-client"
