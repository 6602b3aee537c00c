"""The ``openstack`` command of a release's own time, in an environment of its own."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tracer.cloud import environments, processes
from tracer.cloud.cache import Progress, folder, silent
from tracer.cloud.releases import release

__all__ = ["install", "put_first"]


def install(release_name: str, progress: Progress = silent, cache: Path | None = None) -> Path:
    """The executable of the client of that release, installed now if it isn't there.

    Raises CloudError for an unknown release, and if it cannot be installed.
    """
    known = release(release_name)
    name, wanted = f"{known.name}-client", known.client
    with processes.stoppable():
        built = environments.build(name, wanted.packages, wanted.environments, folder(cache), progress)
    return built.command("openstack")


def put_first(base: Mapping[str, str], client: Path) -> dict[str, str]:
    """The environment ``base`` changed so that ``openstack`` is this ``client``."""
    return {**base, "PATH": f"{client.parent}{os.pathsep}{base.get('PATH', '')}"}
