"""Path templates: comparison with a path, and derivation from a path."""

from __future__ import annotations

import functools
import re
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

__all__ = [
    "count_words", "fits", "generic", "is_version_path", "member", "normal", "possible_names", "with_query",
]  # fmt: skip

_PARAMETER = re.compile(r"\\\{([a-z][a-z0-9_]*)\\\}")
_UUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
_HEX_ID = "[0-9a-fA-F]{32}"
_TYPES = {"any": "[^/]+", "uuid": _UUID, "hex": _HEX_ID, "id": f"{_UUID}|{_HEX_ID}", "integer": "[0-9]+"}
_PSEUDONYM = r"(?:<|%3C)[a-z][a-z0-9-]*-[0-9]+(?:>|%3E)"
_ANY = _TYPES["any"]
_UNTYPED: Mapping[str, str] = MappingProxyType({})
_VERSION = re.compile(r"v\d+(\.\d+)?")
_ACCOUNT = re.compile(rf"([A-Z][A-Z0-9]*_)(?:{_UUID}|{_HEX_ID})")
"""The account of a project in Swift: the prefix of the reseller, and the project's ID."""
_PLAIN = re.compile(r"[A-Za-z0-9._~-]{1,64}")
# UUIDs and hexadecimal IDs, also with a prefix (AUTH_…, req-…); numbers, addresses and dates.
_ID = re.compile(rf".*(?:{_UUID}|{_HEX_ID}).*|[0-9a-fA-F-]{{16,}}|[0-9][0-9.:_-]*")

# Path segments that follow the name of a collection and are not values, even if a body has such a value.
_KEYWORDS = frozenset({
    "default", "defaults", "detail", "details", "disable", "disable-log-reason", "enable", "force-down",
    "get_pools", "import_record", "model", "search", "statistics", "summary",
})  # fmt: skip
# Collections with members that the API itself names: these names are not values of the run.
_NAMED_MEMBERS = frozenset({"extensions", "limits", "schemas", "stores", "tokens"})


@functools.lru_cache(maxsize=4096)
def normal(path: str) -> str:
    """Return ``path`` without repeated and trailing slashes, ``/`` for an empty path."""
    return "/" + "/".join(segment for segment in path.split("/") if segment)


def fits(template: str, path: str, types: Mapping[str, str] = _UNTYPED, *, names: bool = False) -> bool:
    """Return whether the normalized ``path`` matches ``template`` with values for its parameters.

    ``types`` has the types of parameters by name. With ``names``, types are ignored and the last parameter
    may contain slashes: a client that takes a name for an ID does not escape the name.
    """
    kinds = () if names else tuple(types.items())
    return bool(_pattern(template, kinds, names).fullmatch(path))


def with_query(template: str, query: dict[str, str]) -> str:
    """Return ``template`` with its required query parameters: ``/v2/images?name={image_name}``."""
    return f"{template}?{'&'.join(f'{key}={value}' for key, value in query.items())}" if query else template


def generic(path: str, names: Collection[str] = ()) -> str:
    """Return the template of a path without a documented sequence: parameters replace values.

    A segment is a value if it is an ID, if it has characters that words of an API do not have, or if it
    follows a collection and is one of ``names``, the values that occur elsewhere in the run. A parameter has
    the name of the collection before it: ``/v2/images/9c31…`` gives ``/v2/images/{image_id}``.
    """
    segments: list[str] = []
    previous = ""
    for segment in normal(path)[1:].split("/"):
        segments.append(_generic_segment(segment, previous, names))
        previous = segments[-1]
    return "/" + "/".join(segments)


@functools.lru_cache(maxsize=1024)
def count_words(template: str) -> int:
    """Return the number of segments without a parameter."""
    return sum("{" not in segment for segment in normal(template)[1:].split("/"))


def is_version_path(path: str) -> bool:
    """Return whether ``path`` is the root of a service, or one of its versions: ``/``, ``/v3``."""
    return path == "/" or bool(_VERSION.fullmatch(path[1:]))


def possible_names(path: str) -> Iterator[str]:
    """Yield the segments of ``path`` that are names or words of the API. Only bodies distinguish them."""
    segments = normal(path)[1:].split("/")
    for previous, segment in pairwise(segments):
        if _may_be_name(segment, previous) and not _is_value(segment):
            yield segment


@functools.lru_cache(maxsize=1024)
def _pattern(template: str, types: tuple[tuple[str, str], ...], names: bool) -> re.Pattern[str]:
    kinds = dict(types)

    def value(match: re.Match[str]) -> str:
        kind = kinds.get(match[1], "any")
        return _ANY if kind == "any" else f"(?:{_TYPES[kind]}|{_PSEUDONYM})"

    pattern = _PARAMETER.sub(value, re.escape(normal(template)))
    if names and pattern.endswith(_ANY):
        pattern = pattern.removesuffix(_ANY) + ".+"
    return re.compile(pattern)


def _generic_segment(segment: str, previous: str, names: Collection[str]) -> str:
    account = _ACCOUNT.fullmatch(segment)
    if account and _VERSION.fullmatch(previous):
        return f"{account[1]}{{project_id}}"
    if _is_value(segment):
        return f"{{{'project_id' if _VERSION.fullmatch(previous) else member(previous) or 'id'}}}"
    if segment in names and _may_be_name(segment, previous):
        return f"{{{member(previous)}}}"
    return segment


def _is_value(segment: str) -> bool:
    if not segment or _VERSION.fullmatch(segment):
        return False
    return not _PLAIN.fullmatch(segment) or bool(_ID.fullmatch(segment))


def _may_be_name(segment: str, previous: str) -> bool:
    return segment not in _KEYWORDS and previous not in _NAMED_MEMBERS and member(previous) is not None


def member(collection: str) -> str | None:
    """Return the parameter name for a member of ``collection``, such as ``image_id``, or None.

    None means that ``collection`` is not the name of a collection.
    """
    word = collection.removeprefix("os-").replace("-", "_").replace(".", "_").lower()
    if not re.fullmatch(r"[a-z][a-z_]{2,}s", word):
        return None
    if word.endswith("ies"):
        return f"{word[:-3]}y_id"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return f"{word[:-2]}_id"
    if word.endswith(("ss", "us", "is")):
        return None
    return f"{word[:-1]}_id"
