"""The embedded clouds that were started, by their notes in the cache folder.

The module is fast to import: `tracer record` looks for the cloud of a command before it starts the client.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tracer.releases import order

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FOLDER", "NOTE", "started"]

FOLDER = "clouds"
"""The folder of the clouds, inside the cache folder: each release has a folder in it."""

NOTE = "running.json"
"""The name of the note about a running cloud, in the folder of its release."""


def started(cache: Path) -> dict[str, str]:
    """Return the auth URL of each started cloud by release, the oldest release first.

    The processes of a cloud may have ended since.
    """
    notes = {path.parent.name: path for path in (cache / FOLDER).glob(f"*/{NOTE}")}
    urls = {release: _url(notes[release]) for release in sorted(notes, key=order)}
    return {release: url for release, url in urls.items() if url}


def _url(note: Path) -> str:
    try:
        content = json.loads(note.read_bytes())
    except (OSError, ValueError, RecursionError):
        return ""
    url = content.get("url") if isinstance(content, dict) else None
    return url if isinstance(url, str) else ""
