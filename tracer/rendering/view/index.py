"""The index of a page with several recordings: commands in rows, releases in columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tracer.releases import order
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.model import Recording

__all__ = ["index"]

_LINE = 400


def index(recordings: Mapping[str, Recording]) -> dict[str, Any]:
    """Return the releases, oldest first, and a row for each name of a recording without its folder.

    The ``cells`` of a row, a cell for each release, are lists of numbers of recordings, counted from 0. An
    unknown release has an empty name. ``command`` is the command of the first recording in the row.
    """
    releases = sorted({_release(recording) for recording in recordings.values()}, key=order)
    rows: dict[str, dict[str, Any]] = {}
    for number, (name, recording) in enumerate(recordings.items()):
        short = name.rpartition("/")[2]
        new = {
            "name": visible(short, _LINE),
            "command": visible(recording.command or "", _LINE),
            "cells": [[] for _ in releases],
        }
        rows.setdefault(short, new)["cells"][releases.index(_release(recording))].append(number)
    names = [visible(release, _LINE) for release in releases]
    return {"releases": names, "rows": [rows[name] for name in sorted(rows)]}


def _release(recording: Recording) -> str:
    return recording.cloud.release or ""
