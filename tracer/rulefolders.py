"""Folders with rules of users and of installed packages, in addition to the rules of tracer.

The environment variable ``TRACER_RULES`` names the users' folders, so that every process of a recording
uses the same rules. An installed package names its folder with an entry point of ``tracer.participants``.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from tracer.errors import InputError
from tracer.plugins import PARTICIPANTS, Plugin, check_names, is_mentioned, plugins

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["FILES", "VARIABLE", "package_files", "package_folders", "rule_files", "use"]

VARIABLE = "TRACER_RULES"

FILES = (
    "policy.toml",
    "volatile.yaml",
    "severities.yaml",
    "services.yaml",
    "calls.yaml",
    "discovery.yaml",
    "shared.yaml",
    "logins.yaml",
    "operations.yaml",
    "contradictions.yaml",
    "sequences/*.yaml",
)
"""Patterns of the rule files in a folder."""


def use(folders: Iterable[Path]) -> None:
    """Use the rules in ``folders`` from now on, in this process and in its future child processes.

    Raises InputError if a path is not a folder, contains ``os.pathsep``, or has no rule file.
    """
    paths = [folder.expanduser().absolute() for folder in folders]
    for path in paths:
        if not path.is_dir():
            raise InputError(str(path), "not a folder with rules")
        if os.pathsep in str(path):
            raise InputError(str(path), f"the name of a folder with rules cannot contain {os.pathsep!r}")
        if not _has_rules(path):
            raise InputError(str(path), f"no rules: expected one of {', '.join(FILES)}")
    os.environ[VARIABLE] = os.pathsep.join(map(str, paths))


def rule_files(pattern: str) -> list[Path]:
    """Return the users' files for one of ``FILES``, in the order of their folders.

    Raises InputError if a folder is missing: a policy in it would not remove its secrets.
    """
    folders = [Path(name) for name in os.environ.get(VARIABLE, "").split(os.pathsep) if name]
    for folder in folders:
        if not folder.is_dir():
            raise InputError(VARIABLE, f"{folder} is not a folder with rules")
    return [path for folder in folders for path in sorted(folder.glob(pattern)) if path.is_file()]


def package_files(pattern: str) -> list[Path]:
    """Return the files in ``package_folders`` for one of ``FILES``, in the order of the folders."""
    return [path for folder in package_folders() for path in sorted(folder.glob(pattern)) if path.is_file()]


@functools.cache
def package_folders() -> tuple[Path, ...]:
    """Return the folders of installed packages, sorted by the names of their entry points.

    Raise PluginError if an entry point names no folder with rules, or if two packages have the same name.
    """
    if not is_mentioned(PARTICIPANTS):
        return ()
    installed = plugins(PARTICIPANTS)
    check_names(installed)
    return tuple(folder for plugin in installed for folder in _folders(plugin))


def _folders(plugin: Plugin) -> list[Path]:
    """Return the folders of a Python package. A package without ``__init__.py`` may have several."""
    package = plugin.load()
    paths = getattr(package, "__path__", None)
    if paths is None:
        raise plugin.error(f"expected a package with rules, got {type(package).__name__}")
    folders = [Path(path) for path in paths]
    if not any(map(_has_rules, folders)):
        raise plugin.error(f"no rules: expected one of {', '.join(FILES)}")
    return folders


def _has_rules(folder: Path) -> bool:
    return any(any(folder.glob(pattern)) for pattern in FILES)
