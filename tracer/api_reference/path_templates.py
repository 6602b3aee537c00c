"""Path templates of the reference: their shape, and comparison with a path."""

from __future__ import annotations

import functools
import re

__all__ = ["count_literals", "path_values", "shape_of"]

_PARAMETER = re.compile(r"\{([^{}]*)\}")
"""A parameter. Some names have a slash: ``{tap_service_id/name}``."""

_VALUES = {"object": "(.+)", "api_version": r"(v\d+(?:\.\d+)?)"}
"""Expressions for values of special parameters: the name of an object in Swift may contain slashes."""


@functools.lru_cache(maxsize=8192)
def shape_of(template: str) -> str:
    """Return a template without the names of its parameters: ``/v2/images/{}``."""
    return _PARAMETER.sub("{}", template)


def path_values(template: str, path: str) -> dict[str, str] | None:
    """Return the values of the parameters of ``template`` in ``path``, None if the path does not match."""
    pattern, names = _pattern(template)
    match = pattern.fullmatch(path)
    return dict(zip(names, match.groups(), strict=True)) if match else None


@functools.lru_cache(maxsize=8192)
def count_literals(template: str) -> tuple[int, int]:
    """Return the number of segments without a parameter, and of literal characters."""
    segments = shape_of(template).split("/")
    return sum("{}" not in segment for segment in segments), sum(map(len, segments))


@functools.lru_cache(maxsize=8192)
def _pattern(template: str) -> tuple[re.Pattern[str], tuple[str, ...]]:
    names: list[str] = []
    parts: list[str] = []
    for position, part in enumerate(_PARAMETER.split(template)):
        if position % 2 == 0:
            parts.append(re.escape(part))
        else:
            names.append(part)
            parts.append(_VALUES.get(part, "([^/]+)"))
    return re.compile("".join(parts)), tuple(names)
