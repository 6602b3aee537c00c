"""mitmproxy's own configuration files, with errors of one line that name the file.

mitmproxy ends with a traceback for a value of a wrong type, shows broken YAML in several lines, and ignores
a folder in the place of a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from mitmproxy import exceptions, optmanager
from mitmproxy.utils import typecheck

from tracer.capture.mitm.patching import Removal, patch
from tracer.errors import InputError
from tracer.formats.data_files import read

if TYPE_CHECKING:
    from mitmproxy.optmanager import OptManager

__all__ = ["install"]

_TEXTS = "a list of texts"

_NOUNS: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    Optional[int]: "a whole number",  # noqa: UP045 - mitmproxy declares this type
    str: "text",
    Optional[str]: "text",  # noqa: UP045 - mitmproxy declares this type
    Sequence[str]: _TEXTS,
}
"""The types of mitmproxy's options."""

_KINDS: dict[type, str] = {
    bool: "true or false",
    dict: "a mapping",
    float: "a number",
    int: "a number",
    list: "a list",
    str: "text",
    type(None): "nothing",
}
"""The types of values of YAML. Any other type is one of a date or a time."""

_NO_OPTIONS = "expected the names of mitmproxy's options, each with its value"

_Load = Callable[..., None]


def install() -> Removal:
    """Check each configuration file before mitmproxy loads it. Return a function that removes the check.

    The loading of a faulty file then raises InputError.
    """
    return patch(optmanager, "load_paths", _load_paths)


def _load_paths(before: _Load, options: OptManager, *paths: str | Path) -> None:
    for path in (Path(each).expanduser() for each in paths):
        try:
            if path.is_file() or path.is_dir():
                _check(options, _values(path), str(path))
                before(options, path)
        except exceptions.OptionsError as error:
            problem = str(error).removeprefix(f"Error reading {path}: ")
            raise InputError(str(path), _one_line(problem)) from None
        except OSError as error:
            raise InputError(str(path), error.strerror or str(error)) from None


def _values(path: Path) -> Mapping[str, Any]:
    """Return the values in a file by option. Raise InputError for anything but a mapping of names."""
    text = read(path)
    try:
        values: object = optmanager.parse(text)
    except exceptions.OptionsError as error:
        fault = error.__context__  # mitmproxy's own text has several lines
        if fault is None:
            raise InputError(str(path), _NO_OPTIONS) from None
        mark = getattr(fault, "problem_mark", None)
        problem = _one_line(getattr(fault, "problem", None) or str(fault))
        raise InputError(str(path), f"not YAML: {problem}", f"line {mark.line + 1}" if mark else "") from None
    except RecursionError:
        raise InputError(str(path), "nested too deeply") from None
    except ValueError as error:  # such as a month 13
        raise InputError(str(path), f"not YAML: {_one_line(str(error))}") from None
    if not isinstance(values, dict) or not all(isinstance(name, str) for name in values):
        raise InputError(str(path), _NO_OPTIONS)
    return values


def _check(options: OptManager, values: Mapping[str, Any], source: str) -> None:
    """Raise InputError for a value that its option does not take. Scripts may declare other options later."""
    for name, value in values.items():
        if name not in options:
            continue
        option = options._options[name]  # noqa: SLF001 - only this tells the type
        try:
            typecheck.check_option_type(name, value, option.typespec)
        except TypeError:
            raise InputError(source, _wrong_type(option.typespec, value), name) from None
        if option.choices and value not in option.choices:
            raise InputError(source, f"expected one of {', '.join(map(str, option.choices))}", name)


def _wrong_type(expected: object, value: object) -> str:
    """Return the problem of a value. The value itself may be a secret."""
    noun = _NOUNS.get(expected, "another type")
    kind = _KINDS.get(type(value), "a date")
    if noun == _TEXTS and isinstance(value, list):
        kind = "a list of other values"
    quotes = noun == "text" and value is not None and not isinstance(value, dict | list)
    return f"expected {noun}, got {kind}" + (": write it in quotes" if quotes else "")


def _one_line(text: str) -> str:
    return " ".join(text.split())
