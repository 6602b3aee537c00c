"""The names of operations in each language: the reference has English, ``operations.yaml`` the others."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer.api_reference.reading import operation_by_id
from tracer.formats.data_files import read_rules

if TYPE_CHECKING:
    from tracer.api_reference.operation_types import Operation

__all__ = ["OperationTexts", "names_of", "operation_names"]

_FILE = Path(__file__).with_name("operations.yaml")


class OperationTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of texts on operations. ``names`` has the names by language and by ID."""

    names: dict[str, dict[str, str]] = {}


def operation_names(operation: Operation) -> dict[str, str]:
    """Return the name of ``operation`` by language, always in English.

    Raise InputError for an invalid file of the user.
    """
    return {"en": operation.name, **_written_names(operation.id)}


def names_of(operation_id: str) -> dict[str, str]:
    """Return the name of an operation by language, empty if neither the reference nor a file has the ID.

    Raise InputError for an invalid file of the user.
    """
    located = operation_by_id(operation_id)
    return operation_names(located.operation) if located else _written_names(operation_id)


def _written_names(operation_id: str) -> dict[str, str]:
    return {language: names[operation_id] for language, names in _names().items() if operation_id in names}


@functools.cache
def _names() -> dict[str, dict[str, str]]:
    """Return the names of all files. Those of users replace shipped names, and these replace a package's."""
    names: dict[str, dict[str, str]] = {}
    for texts in reversed(read_rules(_FILE, OperationTexts, named=True)):
        for language, by_id in texts.names.items():
            names.setdefault(language, {}).update(by_id)
    return names
