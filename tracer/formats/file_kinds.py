"""The kinds of files as data, for the error about a file of another kind than a reader expects."""

from __future__ import annotations

import contextlib
import functools
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import yaml

from tracer import archives
from tracer.errors import InputError
from tracer.formats import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["FileKind", "expecting", "file_kinds", "kinds_of", "may_have_key"]

_FILE = Path(__file__).with_name("file_kinds.yaml")
_BEGINNING = 256 * 1024  # bytes; the keys that identify a file are near its beginning
_DEPTH = 3  # collections with keys that count: the outermost, those in it, and those in them
_TOML_KEY = re.compile(r"^(?:\[{1,2}\s*([\w-]+)\s*[.\]]|([\w-]+)\s*=)", re.MULTILINE)
"""A key of the outermost table: the first part of the name of a table, or a key before the first table."""

Syntax = Literal["yaml", "toml"]


class FileKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of files, with its marks. ``noun`` and ``use`` are parts of an error, see file_kinds.yaml."""

    name: str
    noun: str
    use: str
    files: tuple[str, ...] = ()
    begins: str = ""
    syntax: Syntax = "yaml"
    keys: frozenset[str] = frozenset()
    any_key: frozenset[str] = frozenset()

    def fits(self, name: str, text: str, keys: Mapping[Syntax, set[str]]) -> bool:
        """Return whether a file is of this kind, by its name, its text, and its keys in each syntax."""
        if any(fnmatch(name, pattern) for pattern in self.files):
            return True
        if self.begins and re.match(self.begins, text, re.DOTALL):
            return True
        there = keys[self.syntax]
        has_any = not self.any_key or bool(self.any_key & there)
        return bool(self.keys or self.any_key) and self.keys <= there and has_any


@contextlib.contextmanager
def expecting(name: str, path: Path) -> Iterator[None]:
    """Replace an InputError about the file ``path`` if the file is of another kind than ``name``.

    The new error names the kind of the file, and the verb or the option that takes it.
    """
    try:
        yield
    except InputError as error:
        kinds = kinds_of(path) if error.source == str(path) else []
        if not kinds or name in {kind.name for kind in kinds}:
            raise
        expected = next(kind for kind in file_kinds() if kind.name == name)
        problem = f"it is {kinds[0].noun}, not {expected.noun}; {kinds[0].use}"
        raise InputError(str(path), problem) from None


@functools.cache
def file_kinds() -> tuple[FileKind, ...]:
    """Return all kinds of files. Of several that fit a file, the first is its kind."""
    tree = yaml_text.load(_FILE.read_text(encoding="utf-8"), _FILE.name)
    return msgspec.convert(tree, tuple[FileKind, ...])


def kinds_of(path: Path) -> Sequence[FileKind]:
    """Return the kinds that fit a file, by the beginning of its content; none for an unreadable file."""
    text = _beginning(path)
    if text is None:
        return []
    keys: dict[Syntax, set[str]] = {
        "yaml": set(),
        "toml": {table or key for table, key in _TOML_KEY.findall(text)},
    }
    with contextlib.suppress(yaml.YAMLError):  # the beginning of a text may end anywhere
        keys["yaml"].update(_yaml_keys(text))
    return [kind for kind in file_kinds() if kind.fits(path.name, text, keys)]


def may_have_key(path: Path, key: str) -> bool:
    """Return whether the outermost mapping of a YAML file has ``key``: true in doubt, as in a torn file."""
    text = _beginning(path, whole=True)
    if text is None:
        return True
    try:
        return key in set(_yaml_keys(text))
    except yaml.YAMLError:
        return True


def _beginning(path: Path, *, whole: bool = False) -> str | None:
    """Return the beginning of a file; None for an unreadable file, and with ``whole`` for a longer file."""
    try:
        if not archives.is_file(path):  # a pipe can be read only once
            return None
        with archives.open_file(path) as file:
            beginning = file.read(_BEGINNING)
            if whole and file.read(1):
                return None
            return beginning.decode("utf-8-sig", "replace").lstrip()
    except (InputError, OSError):
        return None


def _yaml_keys(text: str) -> Iterator[str]:
    """Yield the keys near the root: ``format``, ``*.label`` in a mapping, ``[].path`` in a list.

    Stop at a text that is nested too deeply: libyaml takes the square of the depth.
    """
    nesting: list[str] = []
    expects_key: list[bool] = []
    for event in yaml_text.events(text):
        if isinstance(event, yaml.CollectionEndEvent):
            del nesting[-1], expects_key[-1]
        if not isinstance(event, yaml.NodeEvent):
            continue
        if nesting and nesting[-1] == "*":
            if expects_key[-1] and isinstance(event, yaml.ScalarEvent) and len(nesting) <= _DEPTH:
                yield ".".join([*nesting[:-1], event.value])
            expects_key[-1] = not expects_key[-1]
        if isinstance(event, yaml.CollectionStartEvent):
            if len(nesting) == yaml_text.MAX_NESTING:
                return
            nesting.append("*" if isinstance(event, yaml.MappingStartEvent) else "[]")
            expects_key.append(True)
