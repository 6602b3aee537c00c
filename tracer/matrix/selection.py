"""Selection of releases, clients and suites by the options of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tracer.cloud.release_data import release, releases
from tracer.errors import InputError
from tracer.matrix.suites import Suite, load, suites

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["select_clients", "select_releases", "select_suites"]

_RANGE = ".."
_ALL = "all"
_NEIGHBOURS = "neighbours"


def select_releases(text: str, option: str = "--releases") -> list[str]:
    """Return the releases in a comma-separated list of names and ranges (``zed..2026.2``).

    Each release occurs once, the oldest first. Raises CloudError for an unknown release, and InputError,
    which names ``option``, for an empty list and for a range with the later release first.
    """
    wanted = {name for part in filter(None, text.split(",")) for name in _part(part.strip(), option)}
    if not wanted:
        raise InputError(option, "expected the name of a release, such as zed, or a range zed..2026.2")
    return [name for name in releases() if name in wanted]


def select_clients(text: str, clouds: Iterable[str]) -> Mapping[str, Sequence[str]]:
    """Return the releases of the clients for each of ``clouds``.

    ``text`` is a list as for ``select_releases``. The word ``neighbours`` stands for the release of the
    cloud, the one before, and the one after.
    """
    if text.strip() == _NEIGHBOURS:
        known = list(releases())
        return {cloud: known[max(known.index(cloud) - 1, 0) : known.index(cloud) + 2] for cloud in clouds}
    return dict.fromkeys(clouds, select_releases(text, "--clients"))


def select_suites(names: Sequence[str]) -> list[Suite]:
    """Return the suites with these names or in these files; ``all``, or no name, stands for all that ship.

    Raises InputError for an unknown suite, for a file that cannot be used, and if two suites or two commands
    of different suites have the same name, as their recordings would overwrite each other.
    """
    named = [each for name in names or [_ALL] for each in (suites() if name == _ALL else [name])]
    chosen = [_suite(name) for name in dict.fromkeys(named)]
    owners: dict[str, str] = {}
    for suite in chosen:
        for entry in suite.entries:
            owner = owners.setdefault(entry.name, suite.name)
            if owner != suite.name or chosen.count(suite) > 1:
                raise InputError("--suite", f"{owner} and {suite.name} both have a command {entry.name!r}")
    called = [suite.name for suite in chosen]
    if twice := next((name for name in called if called.count(name) > 1), None):
        raise InputError("--suite", f"two suites are called {twice!r}")
    return chosen


def _suite(name: str) -> Suite:
    if "/" in name or Path(name).suffix in {".yaml", ".yml"} or Path(name).is_file():
        return load(Path(name))
    try:
        return suites()[name]
    except KeyError:
        names = ", ".join(suites())
        raise InputError(
            "--suite", f"unknown suite {name!r}; known: {names}, {_ALL}, and files (*.yaml)"
        ) from None


def _part(text: str, option: str) -> Iterator[str]:
    first, is_range, last = text.partition(_RANGE)
    if not is_range:
        yield release(text).name
        return
    order = list(releases())
    start, end = (order.index(release(name).name) for name in (first, last))
    if end < start:
        raise InputError(option, f"{text!r} runs backwards; {last} comes before {first}")
    yield from order[start : end + 1]
