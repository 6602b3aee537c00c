"""Which releases and suites a user means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tracer.cloud.releases import release, releases
from tracer.errors import InputError
from tracer.matrix.suites import Suite, suites

__all__ = ["select_releases", "select_suites"]

_RANGE = ".."


def select_releases(text: str) -> list[str]:
    """The releases of a comma-separated list of names and ranges (``zed..2026.2``), each once, oldest first.

    Raises CloudError for an unknown one, InputError for a range that runs backwards.
    """
    wanted = {name for part in filter(None, text.split(",")) for name in _part(part.strip())}
    if not wanted:
        raise InputError("--releases", "expected the name of a release, such as zed, or a range zed..2026.2")
    return [name for name in releases() if name in wanted]


def select_suites(names: Sequence[str]) -> list[Suite]:
    """The suites called so, all of them where none is named. Raises InputError for an unknown one."""
    known = suites()
    for name in names:
        if name not in known:
            raise InputError("--suite", f"unknown suite {name!r}; known: {', '.join(known)}")
    return [suite for name, suite in known.items() if name in names or not names]


def _part(text: str) -> Iterator[str]:
    first, is_range, last = text.partition(_RANGE)
    if not is_range:
        yield release(text).name
        return
    order = list(releases())
    start, end = (order.index(release(name).name) for name in (first, last))
    if end < start:
        raise InputError("--releases", f"{text!r} runs backwards; {last} comes before {first}")
    yield from order[start : end + 1]
