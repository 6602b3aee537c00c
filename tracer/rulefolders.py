"""Folders with rules of users, in addition to the rules of tracer.

The environment variable ``TRACER_RULES`` names the folders, so that every process of a recording
uses the same rules.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from tracer.errors import InputError

__all__ = ["FILES", "VARIABLE", "rule_files", "use"]

VARIABLE = "TRACER_RULES"

FILES = (
    "policy.toml",
    "volatile.yaml",
    "severities.yaml",
    "services.yaml",
    "calls.yaml",
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
        if not any(any(path.glob(pattern)) for pattern in FILES):
            raise InputError(str(path), f"no rules: expected one of {', '.join(FILES)}")
    os.environ[VARIABLE] = os.pathsep.join(map(str, paths))


def rule_files(pattern: str) -> list[Path]:
    """Return the users' files for one of ``FILES``, in the order of their folders."""
    folders = filter(None, os.environ.get(VARIABLE, "").split(os.pathsep))
    return [path for folder in folders for path in sorted(Path(folder).glob(pattern)) if path.is_file()]
