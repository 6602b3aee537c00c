"""The path of the cache folder: clouds, clients, and schemas of releases are in it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["cache_folder"]


def cache_folder(given: Path | None = None) -> Path:
    """Return ``given``, else the folder in ``TRACER_CACHE``, else a folder in the user's cache folder.

    The folder may be missing: ``tracer.cloud.cache.folder`` creates it.
    """
    chosen = given or os.environ.get("TRACER_CACHE") or _users_caches() / "openstack-tracer"
    return Path(chosen).expanduser().absolute()


def _users_caches() -> Path:
    """Return the same folder as platformdirs. Its import would take 5 ms of each recorded command."""
    if sys.platform == "darwin":
        return Path("~/Library/Caches")
    # The XDG Base Directory Specification says that a relative path is invalid.
    chosen = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return chosen if chosen.is_absolute() else Path("~/.cache")
