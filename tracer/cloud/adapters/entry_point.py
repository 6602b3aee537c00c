"""An entry point without an installed package, as environments are never changed after their installation."""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

__all__ = ["add"]

_PACKAGE = "tracer-adapters"


def add(group: str, name: str, target: str) -> None:
    """Let importlib.metadata find the entry point ``name`` of ``group``. ``target`` is ``module:object``."""
    sys.meta_path.append(_Finder(f"[{group}]\n{name} = {target}\n"))


class _Finder(DistributionFinder):
    """A finder of one package that is on no disk."""

    def __init__(self, entry_points: str) -> None:
        self._distribution = _Package(entry_points)

    def find_spec(self, *_: object) -> None:
        """Find no module."""

    def find_distributions(self, context: Any = DistributionFinder.Context()) -> Iterable[Distribution]:  # noqa: B008 - the signature of the base class
        """Return the package if it is looked for."""
        return [self._distribution] if context.name in (None, _PACKAGE) else []


class _Package(Distribution):
    """A package with nothing but entry points."""

    def __init__(self, entry_points: str) -> None:
        self._texts = {
            "METADATA": f"Metadata-Version: 2.1\nName: {_PACKAGE}\nVersion: 1.0\n",
            "entry_points.txt": entry_points,
        }

    def read_text(self, filename: str) -> str | None:
        """Return the content of a file of the package, or None."""
        return self._texts.get(filename)

    def locate_file(self, path: str | PathLike[str]) -> Path:
        """Return the path that a file of the package would have."""
        return Path(__file__).with_name(str(path))
