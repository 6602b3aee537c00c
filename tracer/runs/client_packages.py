"""The version of the ``openstack`` command of a local process, from the Python environment of the process."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from email.parser import HeaderParser
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import psutil

from tracer.sequences import CLIENT_PACKAGE, is_version, openstack_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["client_versions", "environment_of"]

_INTERPRETER = re.compile(r"python[\d.]*(\.exe)?", re.IGNORECASE)
_SCRIPT = re.compile(r"openstack(\.exe|\.py)?", re.IGNORECASE)
_SHEBANG = re.compile(rb"#![ \t]*(/\S+)(?:[ \t]+(\S+))?")
_EXECUTED = re.compile(rb"^'''exec' \"?(/[^\s\"]+)()", re.MULTILINE)
"""The line of pip for an interpreter whose path is too long for ``#!``."""

_METADATA = re.compile(r"python[-_.]openstackclient-.+\.(?:dist|egg)-info", re.IGNORECASE)
_HEAD = 2**16
"""Number of characters of metadata that are read."""

_FOLDERS = ("lib/python3*/*-packages", "lib64/python3*/site-packages", "Lib/site-packages")


def environment_of(pid: int) -> dict[str, str]:
    """Return the environment of a process, empty if it has ended or cannot be read."""
    try:
        return psutil.Process(pid).environ()
    except (psutil.Error, OSError):
        return {}


def client_versions(argv: Sequence[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the version of python-openstackclient that ``argv`` runs, by package; empty if it is not known.

    The folders are those of PYTHONPATH, of the interpreter, and of the script. Packages are not imported.
    """
    if openstack_words(argv) is None:
        return {}
    for folders in _search_path(argv, environment):
        versions = {version for folder in folders for version in _versions_in(folder)}
        if versions:
            # An interpreter of another version may use another folder of the same environment.
            return {CLIENT_PACKAGE: versions.pop()} if len(versions) == 1 else {}
    return {}


def _search_path(argv: Sequence[str], environment: Mapping[str, str]) -> Iterator[list[Path]]:
    """Yield groups of folders with packages. A package in an earlier group hides a later one."""
    entries = map(Path, environment.get("PYTHONPATH", "").split(os.pathsep))
    yield [entry for entry in entries if entry.is_absolute()]  # the client's folder is not known
    for program in _programs(argv, environment):
        prefix = program.parent.parent
        yield [folder for pattern in _FOLDERS for folder in prefix.glob(pattern)]


def _programs(argv: Sequence[str], environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the script of ``argv``, its interpreter, the target of a link, and the interpreters of ``argv``.

    The folder of the script comes first, as packages of a user hide those of the system.
    """
    interpreters: list[Path] = []
    for word in argv:
        name = PurePath(word).name
        path = Path(shutil.which(word, path=environment.get("PATH")) or word)
        if path.is_absolute() and _SCRIPT.fullmatch(name):
            yield path
            yield from _interpreter(path, environment)
            yield path.resolve()
            break
        if path.is_absolute() and _INTERPRETER.fullmatch(name):
            interpreters.append(path)
    yield from interpreters


def _interpreter(script: Path, environment: Mapping[str, str]) -> Iterator[Path]:
    """Yield the interpreter that the first lines of ``script`` name."""
    try:
        if not script.is_file():
            return
        with script.open("rb") as file:
            beginning = file.read(1024)
    except OSError:
        return
    match = _EXECUTED.search(beginning) or _SHEBANG.match(beginning)
    if match is None:
        return
    program, argument = (os.fsdecode(part or b"") for part in (match[1], match[2]))
    if PurePath(program).name == "env":
        program = shutil.which(argument, path=environment.get("PATH")) or ""
    if program:
        yield Path(program)


def _versions_in(folder: Path) -> Iterator[str]:
    """Yield the versions of the client in ``folder``, none for the rest of a removed installation."""
    with contextlib.suppress(OSError, ValueError):
        for entry in os.scandir(folder):
            if not _METADATA.fullmatch(entry.name):
                continue
            for name in ("METADATA", "PKG-INFO"):
                path = Path(entry.path, name)
                if path.is_file():  # to open a pipe would block the proxy
                    with path.open(encoding="utf-8", errors="replace") as file:
                        fields = file.read(_HEAD)
                    version = HeaderParser().parsestr(fields)["Version"] or ""
                    if is_version(version):
                        yield version
                    break
