"""Files that people write, read into typed values; a fault is told with file and place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TypeVar

import msgspec

from tracer import yamltext
from tracer.errors import InputError
from tracer.rulefolders import package_files, rule_files

__all__ = ["read", "read_rules", "refuse_named_pipe", "typed"]

T = TypeVar("T")

_PROBLEM = re.compile(r"(?P<problem>.*?)(?: - at (?:`key` in )?`\$(?P<place>[^`]*)`)?", re.DOTALL)


_OPENED = ("/dev/", "/proc/")
"""Folders of pipes that this process has open already, as for ``<(…)``."""


def refuse_named_pipe(path: Path) -> None:
    """Raise InputError for a pipe in a folder of files: reading it could wait without end."""
    if path.is_fifo() and not str(path.absolute()).startswith(_OPENED):
        raise InputError(str(path), "it is a named pipe: name a file")


def read(path: Path) -> str:
    """The text of a file. Raises InputError where it cannot be read, or is not UTF-8."""
    try:
        refuse_named_pipe(path)
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(str(path), f"not UTF-8 text (byte {error.start})") from None
    except ValueError:
        raise InputError(str(path), "not a file's name") from None
    except OSError as error:
        raise InputError(str(path), error.strerror or str(error)) from None


def typed(value: object, kind: type[T], source: str, place: str = "") -> T:
    """The plain ``value`` as a ``kind``; ``source`` names the file, ``place`` where in it the value stands.

    Raises InputError with the place of the fault, as in
    ``exchanges[3].response.status: expected int, got str``.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = _PROBLEM.fullmatch(str(error))
        assert found, "the last group is optional"
        problem = found["problem"].replace("`", "")
        where = (place + (found["place"] or "")).removeprefix(".")
        raise InputError(source, problem[:1].lower() + problem[1:], where) from None
    except RecursionError:
        raise InputError(source, "nested too deeply", place) from None


def read_rules(shipped: Path, kind: type[T], *, named: bool = False) -> list[T]:
    """Return the content of a file of rules: users' files, files of installed packages, the shipped file.

    With ``named``, the shipped file comes before those of packages: a package replaces no shipped name.
    Raises InputError with the file and the location of a fault.
    """
    users, packages = rule_files(shipped.name), package_files(shipped.name)
    paths = [*users, shipped, *packages] if named else [*users, *packages, shipped]
    sources = [(path, shipped.name if path is shipped else str(path)) for path in paths]
    return [typed(yamltext.load(read(path), source), kind, source) for path, source in sources]
