"""Sequence files: read, checked, found by name."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

from tracer.errors import InputError
from tracer.sequences.schema import Sequence

if TYPE_CHECKING:
    from collections.abc import Hashable

__all__ = ["catalog", "find", "load"]

_CATALOG = Path(__file__).parent / "catalog"
_MAX_DEPTH = 30
_PLACE = re.compile(r" - at (?:`(?P<place>[^`]*)`|.*)$", re.DOTALL)


class _Loader(yaml.CSafeLoader):
    """The safe loader, but a key that is given twice is an error instead of a silent loss."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            keys = [key.value for key, _ in node.value]
            twice = next((key for key in keys if keys.count(key) > 1), "<<")
            problem = f"key {twice!r} is given twice"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return mapping


def load(path: str | Path) -> Sequence:
    """Read the sequence file ``path``.

    Raises InputError with the file's name, the place in it and what was expected there.
    """
    source = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(source, f"cannot be read: {error.strerror or error}") from None
    except ValueError:
        raise InputError(source, "is not UTF-8 text") from None
    return _parse(source, text)


@functools.cache
def catalog() -> dict[str, Sequence]:
    """The sequences that ship with the program, by name. Callers share the dict: do not change it."""
    sequences = (load(path) for path in sorted(_CATALOG.glob("*.yaml")))
    return {sequence.name: sequence for sequence in sequences}


def find(name_or_path: str) -> Sequence:
    """The sequence of the catalogue called ``name_or_path``, or that of the file there.

    Raises InputError if there is neither, or if the file cannot be used.
    """
    known = catalog()
    if name_or_path in known:
        return known[name_or_path]
    if re.search(r"[/\\]|\.ya?ml$", name_or_path):
        return load(name_or_path)
    raise InputError("sequence", f"unknown sequence {name_or_path!r}; known: {', '.join(known)}")


def _parse(source: str, text: str) -> Sequence:
    try:
        _refuse_bombs(source, text)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.YAMLError as error:
        raise InputError(source, *_yaml_problem(error)) from None
    except ValueError as error:
        raise InputError(source, f"is not YAML: {error}") from None
    try:
        return msgspec.convert(data, Sequence)
    except msgspec.ValidationError as error:
        raise InputError(source, *_schema_problem(str(error))) from None


def _refuse_bombs(source: str, text: str) -> None:
    # An alias can make a small file grow without bound, and deep nesting overflow the C stack.
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        place = f"line {event.start_mark.line + 1}" if event.start_mark else ""
        if isinstance(event, yaml.AliasEvent):
            raise InputError(source, "a YAML alias (*) is not allowed", place)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH:
            raise InputError(source, "is nested too deeply", place)


def _yaml_problem(error: yaml.YAMLError) -> tuple[str, str]:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"is not YAML: {' '.join(str(problem).split())}", f"line {mark.line + 1}" if mark else ""


def _schema_problem(message: str) -> tuple[str, str]:
    found = _PLACE.search(message)
    place = (found["place"] or "") if found else ""
    problem = _PLACE.sub("", message).replace("`", "")
    return problem[:1].lower() + problem[1:], place.removeprefix("$").removeprefix(".")
