"""The ``openstack`` command of each release, in its own virtual environment."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from tracer.cloud import environments, service_processes
from tracer.cloud.cache import Progress, folder, silent
from tracer.cloud.releases import CloudRelease, release

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["install", "installed", "put_first"]


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


def put_first(base: Mapping[str, str], client: Path) -> dict[str, str]:
    """Return the environment ``base`` with the folder of ``client`` first in ``PATH``."""
    return {**base, "PATH": f"{client.parent}{os.pathsep}{base.get('PATH', '')}"}


def _name(cloud_release: CloudRelease) -> str:
    return f"{cloud_release.name}-client"
