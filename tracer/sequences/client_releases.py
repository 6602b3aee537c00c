"""The release of a client: ``since`` and ``until`` of a documented sequence refer to it."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

if TYPE_CHECKING:
    from tracer.model import Recording

__all__ = ["documented_release", "release_of"]

_FILE = Path(__file__).with_name("clients.yaml")
_SDK = re.compile(r"\bopenstacksdk/(\d{1,9}(?:\.\d{1,9}){1,3})")


def release_of(recording: Recording) -> str | None:
    """Return the release of the client in ``recording``, by default the release of the cloud."""
    return documented_release(recording.client, recording.cloud.release)


def documented_release(client: str, cloud: str | None) -> str | None:
    """Return the release of the client with the User-Agent ``client``, by default the release ``cloud``.

    A client between two releases belongs to the earlier one.
    """
    match = _SDK.search(client)
    if match is None:
        return cloud
    version = _numbers(match[1])
    until_then = [release for release, sdk in _sdks().items() if sdk <= version]
    return until_then[-1] if until_then else cloud


@functools.cache
def _sdks() -> dict[str, tuple[int, ...]]:
    """Return the SDK version of each release, the oldest release first."""
    versions = typed(yaml_text.load(read(_FILE), _FILE.name), dict[str, str], _FILE.name)
    return {release: _numbers(version) for release, version in versions.items()}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
