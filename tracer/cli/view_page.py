"""The page of ``tracer view``: names of its recordings, a temporary folder for it, and the browser."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.archives import folder_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["default_name", "open_page", "temporary_page", "unique_names"]


def unique_names(paths: Sequence[Path]) -> list[str]:
    """Return unique names: the stem of a single file, else folder and stem, or the path if these repeat."""
    if len(paths) == 1:
        return [paths[0].stem]
    short = [f"{folder_name(path.absolute().parent)}/{path.stem}" for path in paths]
    return short if len(set(short)) == len(short) else [str(path.with_suffix("")) for path in paths]


def default_name(paths: Sequence[Path]) -> str:
    """Return the file name of the page of these recordings."""
    return f"{paths[0].stem}.html" if len(paths) == 1 else "view.html"


def temporary_page(paths: Sequence[Path]) -> Path:
    """Return the path of a page in a new temporary folder, which no other user can read."""
    return Path(tempfile.mkdtemp(prefix="tracer-")) / default_name(paths)


def open_page(page: Path) -> bool:
    """Open ``page`` in the browser. Without a browser, print a line on stderr, and return False."""
    if _has_browser(os.environ):
        import webbrowser

        if webbrowser.open(page.absolute().as_uri()):
            return True
    print(f"tracer: no browser could be started; open {page} in one", file=sys.stderr)
    return False


def _has_browser(environment: Mapping[str, str]) -> bool:
    """Return whether a browser may be there: one that the user names, or a screen that is not CI's."""
    if environment.get("BROWSER"):
        return True
    if environment.get("CI"):
        return False
    screen = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    return bool(screen) or sys.platform in {"darwin", "win32"}
