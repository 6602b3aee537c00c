"""Plug-ins: entry points of installed packages, and the types of the callables that they name.

See docs/how-to/plug-ins.md.
"""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, TypeVar

from tracer.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from importlib.metadata import EntryPoint

    from tracer.findings import FailOn
    from tracer.model import Recording

__all__ = [
    "EXPORTERS",
    "PARTICIPANTS",
    "REPORTS",
    "ExportOptions",
    "Exporter",
    "Plugin",
    "ReportFormat",
    "ReportOptions",
    "check_names",
    "find_plugin",
    "is_mentioned",
    "plugin_names",
    "plugins",
]

EXPORTERS = "tracer.exporters"
PARTICIPANTS = "tracer.participants"
REPORTS = "tracer.reports"


def _ignore(_text: str) -> None:
    """Ignore a text for the user."""


class ExportOptions(NamedTuple):
    """The options of ``tracer diagram`` for an exporter, which ignores options without a meaning for it.

    ``fold`` replaces the prologue (discovery and authentication) by a note. ``timing`` adds the time of
    each request and the duration of each response. ``title`` stands above the result. ``language`` is the
    language of added texts, such as ``en``. ``theme`` is the theme of a picture. ``progress`` shows a line
    while the exporter works. ``warn`` shows a warning when it has ended.
    """

    fold: bool = False
    timing: bool = False
    title: str = ""
    language: str = "en"
    theme: Literal["light", "dark"] = "light"
    progress: Callable[[str], None] = _ignore
    warn: Callable[[str], None] = _ignore


class Exporter(Protocol):
    """A function that writes a recording in another format: an entry point of ``tracer.exporters``."""

    def __call__(
        self, recording: Recording, options: ExportOptions, /
    ) -> str | bytes | Sequence[str | bytes]:
        """Return the content of the file, as text or as bytes. A list becomes a file for each element.

        Text is scanned for secrets before it is written; other bytes are not.
        """


class ReportOptions(NamedTuple):
    """The options of ``tracer diff`` for a report format. ``tracer check`` has no such options.

    ``language`` is the language of added texts, such as ``en``. ``volatile`` asks for the volatile
    differences, too. ``fail_on`` is the lowest severity of a failure. ``drawings`` are diagrams as Mermaid
    text, in parts: by the names of both sides, then by the name of the recording; only of recordings in
    which the requests differ. ``progress`` shows a line while the report is written.
    """

    language: str = "en"
    volatile: bool = False
    fail_on: FailOn = "any"
    drawings: Mapping[tuple[str, str], Mapping[str, Sequence[str]]] = MappingProxyType({})
    progress: Callable[[str], None] = _ignore


Report_contra = TypeVar("Report_contra", contravariant=True)


class ReportFormat(Protocol[Report_contra]):
    """A function that writes a report: an entry point of ``tracer.reports``.

    ``Report_contra`` is ``ConformanceReport``, ``ApiReport``, ``ComparisonReport``, or several of them.
    """

    def __call__(self, report: Report_contra, options: ReportOptions, /) -> str:
        """Return the text. Raise NotImplementedError for a report of the other verb."""


class Plugin(NamedTuple):
    """An entry point of an installed package. ``package`` is the name and the version of the package."""

    group: str
    name: str
    package: str
    entry: EntryPoint

    def __str__(self) -> str:
        return f"plug-in {self.name!r} ({self.group}) of the package {self.package}"

    def load(self) -> object:
        """Import the object that the entry point names. Raise PluginError if this fails."""
        try:
            return self.entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            raise self.error(f"cannot be loaded from {self.entry.value!r}: {describe(error)}") from None

    def call(self, subject: object, options: object) -> object:
        """Import the function that the entry point names, and call it. Raise PluginError if this fails."""
        function = self.load()
        if not callable(function):
            raise self.error(f"expected a function, got {type(function).__name__}")
        try:
            result: object = function(subject, options)
        except KeyboardInterrupt:
            raise
        except NotImplementedError as error:
            problem = f"is not for this verb: {describe(error)}; choose another --format"
            raise PluginError(str(self), problem) from None
        except BaseException as error:  # noqa: BLE001 - foreign code may raise anything
            raise self.error(f"failed with {describe(error)}") from None
        return result

    def error(self, problem: str) -> PluginError:
        """Return the error that names the plug-in, ``problem``, and the remedy."""
        return PluginError(str(self), f"{problem}; update or uninstall the package")


def plugins(group: str) -> list[Plugin]:
    """Return the plug-ins of a group, sorted by name. Raise PluginError if the metadata cannot be read."""
    from importlib.metadata import entry_points

    try:
        installed = [Plugin(group, entry.name, _package(entry), entry) for entry in entry_points(group=group)]
    except Exception as error:  # noqa: BLE001 - importlib.metadata does not document its exceptions
        problem = f"the metadata of an installed package is damaged: {describe(error)}; install it again"
        raise PluginError(group, problem) from None
    return sorted(installed, key=lambda plugin: (plugin.name, plugin.package))


def plugin_names(group: str) -> list[str]:
    """Return the names of the plug-ins of a group, sorted."""
    return list(dict.fromkeys(plugin.name for plugin in plugins(group)))


def find_plugin(group: str, name: str) -> Plugin | None:
    """Return the plug-in with this name, or None. Raise PluginError if two packages have the name."""
    matching = [plugin for plugin in plugins(group) if plugin.name == name]
    check_names(matching)
    return matching[0] if matching else None


def check_names(sorted_plugins: Sequence[Plugin]) -> None:
    """Raise PluginError if two plug-ins have the same name."""
    for first, second in pairwise(sorted_plugins):
        if first.name == second.name:
            problem = f"the package {second.package} has a plug-in of this name, too; uninstall one of them"
            raise PluginError(str(first), problem)


def is_mentioned(group: str) -> bool:
    """Return whether the metadata of an installed package mentions ``group``.

    Every command reads rules, and importing importlib.metadata would take a sixth of its time.
    """
    return any(_mentions(folder or os.curdir, group.encode()) for folder in sys.path)


def _mentions(folder: str, group: bytes) -> bool:
    try:
        with os.scandir(folder) as entries:
            packages = [entry.path for entry in entries if entry.name.endswith((".dist-info", ".egg-info"))]
    except NotADirectoryError:
        # importlib.metadata can read the archive.
        return True
    except OSError:
        return False
    for package in packages:
        try:
            content = Path(package, "entry_points.txt").read_bytes()
        except OSError:
            continue
        if group in content:
            return True
    return False


def describe(error: BaseException) -> str:
    """Return the type and the text of an error that foreign code raised."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - the error is foreign, too
        text = ""
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _package(entry: EntryPoint) -> str:
    distribution = entry.dist
    if distribution is None or distribution.name is None:
        return "without a name"
    return f"{distribution.name} {distribution.version}"
