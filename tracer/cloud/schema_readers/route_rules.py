"""Routes and rules as the readers give them: plain values, ready for JSON."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Rule", "narrowed", "rule", "template"]

Rule = dict[str, Any]

_REGEX = re.compile(r"\{(\w+):(?:[^{}]|\{[^{}]*\})*\}")
_COLON = re.compile(r":\(?(\w+)\)?")
_FORMAT = re.compile(r"\.?:\(format\)$|\{\.format\}$|\.\{format\}$")
_PROJECT = re.compile(r"^/\{project_id\}(?=/)")


def rule(
    method: str,
    path: str,
    part: str,
    schema: object,
    *,
    versions: tuple[str, str] = ("", ""),
    action: str = "",
) -> Rule:
    """Return a rule. ``part`` is ``request``, ``query`` or ``response``; ``versions`` are microversions."""
    return {
        "method": method,
        "path": path,
        "part": part,
        "action": action,
        "min_version": versions[0],
        "max_version": versions[1],
        "schema": schema,
    }


def narrowed(first: tuple[str, str], second: tuple[str, str]) -> tuple[str, str] | None:
    """Return the range of microversions that both ranges have, None if there is none."""
    least = max(first[0], second[0], key=_number)
    limits = [each for each in (first[1], second[1]) if each]
    most = min(limits, key=_number) if limits else ""
    return None if most and _number(most) < _number(least) else (least, most)


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if version else (0, 0)


def template(path: str) -> str:
    """Return a path of the library ``routes`` as a template: without expressions, format, and project."""
    braces = _COLON.sub(r"{\1}", _REGEX.sub(r"{\1}", _FORMAT.sub("", path)))
    return _PROJECT.sub("", "/" + braces.strip("/"))
