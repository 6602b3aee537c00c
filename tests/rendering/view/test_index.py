"""The index of a page: rows of commands, columns of releases in their order, hostile texts made visible."""

from __future__ import annotations

import msgspec

from tests.rendering import seed
from tracer.model import Cloud, Recording
from tracer.rendering.view.index import index


def _of(release: str | None, command: str | None = "openstack image show") -> Recording:
    cloud = Cloud(release=release, url=seed.HOST)
    return msgspec.structs.replace(seed.recording(), cloud=cloud, command=command)


def test_releases_are_in_their_order_and_unknown_ones_first() -> None:
    recordings = {f"x{number}/a": _of(name) for number, name in enumerate(["2023.1", "zed", None, "2026.2"])}
    assert index(recordings) == {
        "releases": ["", "zed", "2023.1", "2026.2"],
        "rows": [{"name": "a", "command": "openstack image show", "cells": [[2], [1], [0], [3]]}],
    }


def test_recordings_of_the_same_name_and_release_share_a_cell() -> None:
    rows = index({"b/y": _of("zed"), "a/x": _of("zed"), "c/y": _of("zed", None)})["rows"]
    assert [(row["name"], row["cells"]) for row in rows] == [("x", [[1]]), ("y", [[0, 2]])]


def test_characters_that_control_a_reader_become_visible() -> None:
    rows = index({"zed/a\u202eb": _of("zed", "x\u202ey")})["rows"]
    assert "\u202e" not in str(rows)
