"""Typed values from files that people write. Errors name the file and the location of the fault."""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from tracer import archives
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.file_kinds import expecting
from tracer.rulefolders import package_files, rule_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["read", "read_rules", "refuse_missing", "refuse_named_pipe", "rule_sources", "typed"]

T = TypeVar("T")

_PROBLEM = re.compile(r"(?P<problem>.*?)(?: - at (?:`key` in )?`\$(?P<location>[^`]*)`)?", re.DOTALL)


_OPENED = ("/dev/", "/proc/")
"""Folders of pipes that this process has already opened, such as ``<(…)`` of a shell."""


_ENDLESS = frozenset({"full", "random", "urandom", "zero"})
"""Devices whose content has no end."""


def refuse_named_pipe(path: Path) -> None:
    """Raise InputError for a named pipe or an endless device: a read could wait forever, or never end."""
    if path.is_char_device() and path.resolve().name in _ENDLESS:
        raise InputError(str(path), "it is an endless device: name a file")
    if path.is_fifo() and not str(path.absolute()).startswith(_OPENED):
        raise InputError(str(path), "it is a named pipe: name a file")


def refuse_missing(path: Path) -> None:
    """Raise InputError for a path with nothing there, not even a link that leads nowhere.

    Name the archive that stands for a missing folder.
    """
    if not archives.exists(path):
        archive = path.with_name(f"{path.name}{archives.SUFFIX}") if path.name else path
        hint = f"; there is {archive}" if archives.is_archive(archive) else ""
        raise InputError(str(path), f"{os.strerror(errno.ENOENT)}{hint}")


def read(path: Path, *, exact: bool = False) -> str:
    """Return the text of a file, also of one in an archive.

    Raises InputError if the file cannot be read or is not UTF-8.

    With ``exact``, line ends stay as they are in the file.
    """
    try:
        refuse_named_pipe(path)
        with archives.open_text(path, newline="" if exact else None) as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"not UTF-8 text (byte {error.start})") from None
    except ValueError:
        raise InputError(str(path), "not a file's name") from None
    except IsADirectoryError:
        raise InputError(str(path), "it is a folder: name a file") from None
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None


def typed(value: object, kind: type[T], source: str, location: str = "") -> T:
    """Return the plain ``value`` as a ``kind``. ``location`` is its location in the file ``source``.

    Raises InputError with the location of the fault, as in
    ``exchanges[3].response.status: expected int, got str``.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        match = _PROBLEM.fullmatch(str(error))
        assert match, "the last group is optional"
        problem = match["problem"].replace("`", "")
        where = (location + (match["location"] or "")).removeprefix(".")
        raise InputError(source, problem[:1].lower() + problem[1:], where) from None
    except RecursionError:
        raise InputError(source, "nested too deeply", location) from None


def read_rules(
    shipped: Path,
    kind: type[T],
    *,
    named: bool = False,
    prepare: Callable[[object, str], object] | None = None,
) -> list[T]:
    """Return the content of a file of rules, for each of ``rule_sources``.

    ``prepare`` changes the plain value of a file before it gets its type. Its arguments are the value and the
    name of the file in errors. Raises InputError with the file and the location of a fault.
    """
    return [
        _read_rules(path, source, kind, shipped.stem, prepare)
        for path, source in rule_sources(shipped, named=named)
    ]


def rule_sources(shipped: Path, *, named: bool = False) -> list[tuple[Path, str]]:
    """Return the paths of a file of rules, each with its name in errors, the most important first.

    These are users' files, files of installed packages, the shipped file. With ``named``, the shipped file
    comes before those of packages: a package replaces no shipped name.
    """
    users, packages = rule_files(shipped.name), package_files(shipped.name)
    paths = [*users, shipped, *packages] if named else [*users, *packages, shipped]
    return [(path, shipped.name if path is shipped else str(path)) for path in paths]


def _read_rules(
    path: Path, source: str, kind: type[T], name: str, prepare: Callable[[object, str], object] | None
) -> T:
    with expecting(name, path):
        tree = yaml_text.load(read(path), source)
        return typed(tree if prepare is None else prepare(tree, source), kind, source)
