"""The ``openstack`` command of a release's own time, in an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tracer.cloud import environments, processes
from tracer.cloud.cache import Progress, folder, silent
from tracer.cloud.releases import Release, release

__all__ = ["install", "installed", "put_first"]


def install(release_name: str, progress: Progress = silent, cache: Path | None = None) -> Path:
    """The executable of the client of that release, installed now if it isn't there.

    Raises CloudError for an unknown release, and if it cannot be installed.
    """
    known = release(release_name)
    packages, wanted = known.client.packages, known.client.environments
    with processes.stoppable():
        built = environments.build(_name(known), packages, wanted, folder(cache), progress)
    return built.command("openstack")


def installed(known: Release, cache: Path) -> bool:
    """Whether the client of the release is there."""
    packages, wanted = known.client.packages, known.client.environments
    return environments.finished(_name(known), packages, wanted, cache) is not None


def put_first(base: Mapping[str, str], client: Path) -> dict[str, str]:
    """The environment ``base`` changed so that ``openstack`` is this ``client``."""
    return {**base, "PATH": f"{client.parent}{os.pathsep}{base.get('PATH', '')}"}


def _name(known: Release) -> str:
    return f"{known.name}-client"
