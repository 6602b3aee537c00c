"""Path templates of the reference: their shape, and comparison with a path."""

from __future__ import annotations

import functools
import re

__all__ = ["shape", "values"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
"""A parameter. Some names have a slash: ``{tap_service_id/name}``."""

_REST = frozenset({"object"})
"""Parameters whose values may contain slashes: names of objects in Swift."""


@functools.lru_cache(maxsize=8192)
def shape(template: str) -> str:
    """Return a template without the names of its parameters: ``/v2/images/{}``."""
    return _PARAMETER.sub("{}", template)


def values(template: str, path: str) -> dict[str, str] | None:
    """Return the values of the parameters of ``template`` in ``path``, None if the path does not match."""
    pattern, names = _pattern(template)
    match = pattern.fullmatch(path)
    return dict(zip(names, match.groups(), strict=True)) if match else None


@functools.lru_cache(maxsize=8192)
def _pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    names: list[str] = []
    parts: list[str] = []
    for position, part in enumerate(_PARAMETER.split(template)):
        if position % 2 == 0:
            parts.append(re.escape(part))
        else:
            names.append(part)
            parts.append("(.+)" if part in _REST else "([^/]+)")
    return re.compile("".join(parts)), tuple(names)
