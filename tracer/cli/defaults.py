"""Defaults of options, from ``tracer.toml`` in the working directory.

The top level of the file holds options of all verbs, a table such as ``[record]`` those of one verb, and
``[cloud.up]`` those of a verb of a group. A key is an option without its hyphens: ``out`` for ``--out``,
or ``output`` for its alias ``--output``.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tracer.cli.options import Alias
from tracer.cli.parsing import verbs_of
from tracer.errors import InputError, TracerError
from tracer.rendering.format_tables import FormatTable

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["COMMON", "FILE", "apply_defaults", "options_of"]

FILE = "tracer.toml"

COMMON = ("rules", "policy", "lang")
"""Options with the same meaning for all verbs."""


class _Replaceable(list[object]):
    """A default of an option that may be given again. The option on the command line replaces all of it.

    argparse copies the default before it appends the first value.
    """

    def __copy__(self) -> list[object]:
        return []


def apply_defaults(parser: argparse.ArgumentParser, verb: str, verbs: Collection[str]) -> None:
    """Set the defaults of the options of ``verb`` to the values in ``tracer.toml``, if the file exists.

    ``verbs`` are the names of all verbs, and the only valid names of tables. Raises InputError, with the
    file and the key, if the file cannot be used.
    """
    path = Path(FILE)
    if not os.path.lexists(path):  # a broken link is an error, not a missing file
        return
    import tomllib

    from tracer.formats.data_files import read

    try:
        tables = tomllib.loads(read(path))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(FILE, f"not TOML: {error}") from None
    _check_names(tables, verb, verbs)
    common = {key: value for key, value in tables.items() if not isinstance(value, dict)}
    _set_verb(parser, tables.get(verb, {}), verb, common)


def _check_names(tables: dict[str, Any], verb: str, verbs: Collection[str]) -> None:
    for name, value in tables.items():
        if isinstance(value, dict) and name not in verbs:
            raise InputError(FILE, f"unknown verb; known: {', '.join(verbs)}", name)
        if not isinstance(value, dict) and name not in COMMON:
            raise InputError(FILE, f"not an option of all verbs: write it in a table such as [{verb}]", name)


def _set_verb(
    parser: argparse.ArgumentParser, table: dict[str, Any], location: str, common: dict[str, Any]
) -> None:
    """Set the defaults of a verb and, if the verb is a group, of the verbs in the group.

    ``table`` is the table of the verb. ``common`` are the defaults of all verbs.
    """
    options = options_of(parser)
    _set(parser, {key: value for key, value in common.items() if key in options}, "")
    verbs = verbs_of(parser)
    own = {key: value for key, value in table.items() if key not in verbs}
    _set(parser, own, location)
    for name, inner in verbs.items():
        value = table.get(name, {})
        if not isinstance(value, dict):
            raise InputError(FILE, "expected a table", f"{location}.{name}")
        _set_verb(inner, value, f"{location}.{name}", common)


def _set(parser: argparse.ArgumentParser, values: dict[str, Any], location: str) -> None:
    options = options_of(parser)
    keys: dict[str, str] = {}
    for key, value in values.items():
        where = f"{location}.{key}" if location else key
        if key not in options:
            names = sorted(name for name, action in options.items() if not isinstance(action, Alias))
            known_names = f"known: {', '.join(names)}" if names else "there is none here"
            raise InputError(FILE, f"unknown option; {known_names}", where)
        action = options[key]
        option = action.option if isinstance(action, Alias) else action
        if keys.setdefault(option.dest, key) != key:
            raise InputError(FILE, f"the same option as {keys[option.dest]}: leave out one of them", where)
        parser.set_defaults(**{option.dest: _value(option, value, where)})
        option.required = False


def options_of(parser: argparse.ArgumentParser) -> dict[str, argparse.Action]:
    """Return the options and aliases, except ``--help``, by their long names without the leading hyphens."""
    return {
        text.removeprefix("--"): action
        for action in parser._actions  # noqa: SLF001 - argparse has no public name for it
        for text in action.option_strings
        if text.startswith("--") and action.dest != "help"
    }


def _value(action: argparse.Action, value: object, where: str) -> object:
    """Return the value of an option, converted and checked as on the command line."""
    if action.nargs == 0:
        if not isinstance(value, bool):
            raise InputError(FILE, "expected true or false", where)
        return value
    if isinstance(action, argparse._AppendAction):  # noqa: SLF001 - argparse has no public name for it
        texts = value if isinstance(value, list) else [value]
        return _Replaceable(_converted(action, text, where) for text in texts)
    return _converted(action, value, where)


def _converted(action: argparse.Action, value: object, where: str) -> object:
    if isinstance(value, (bool, dict, list)):
        raise InputError(FILE, "expected a string or a number", where)
    try:
        converted = action.type(str(value)) if callable(action.type) else str(value)
    except (argparse.ArgumentTypeError, TracerError, TypeError, ValueError) as error:
        raise InputError(FILE, str(error) or f"invalid value {value!r}", where) from None
    choices = action.choices
    if choices is not None and converted not in choices:
        names = choices.names() if isinstance(choices, FormatTable) else choices
        raise InputError(FILE, f"expected one of {', '.join(map(str, names))}, got {value!r}", where)
    return converted
