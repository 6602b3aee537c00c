"""The schemas that the services of a release ship: their file in the cache, and those of an exchange."""

from __future__ import annotations

import functools
import lzma
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.api_reference.path_templates import count_literals, path_values, shape_of
from tracer.api_reference.schema_types import FORMAT, SchemaSet
from tracer.api_reference.spellings import first_words, spellings, without_project
from tracer.cache_folder import cache_folder
from tracer.errors import InputError
from tracer.releases import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from typing import NoReturn

    import jsonschema_rs

    from tracer.api_reference.schema_types import SchemaPart, SchemaRule

__all__ = [
    "applicable",
    "compiled",
    "decode",
    "encode",
    "query_document",
    "schema_file",
    "schema_set",
    "validator",
]

MAX_CONTENT = 256 * 2**20  # bytes of the unpacked schemas of a release, a few MiB
_MAX_MEMORY = 64 * 2**20  # bytes; the compression of ``encode`` needs 9 MiB

_LISTS = frozenset({"nova"})
"""Services whose schemas of queries describe a list for each parameter."""

_LATEST = (1 << 31, 0)

_NUMBER = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})*")

_MOUNT = re.compile(r"^(?!/v\d)(?:/[^/]+)+?(?=/v\d+(?:\.\d+)?(?:/|$))")
"""What precedes the version: a path of Keystone's reference begins with ``/identity/v3``."""


def schema_file(release: str, cache: Path | None = None) -> Path:
    """Return the path of the file with the schemas of ``release``. The file may be missing."""
    return cache_folder(cache) / "schemas" / f"{canonical(release)}.json.xz"


def schema_set(release: str, cache: Path | None = None) -> SchemaSet | None:
    """Return the schemas of ``release`` in the cache folder, None if they are not there.

    A damaged file, and a file of another version of tracer, count as missing.
    """
    path = schema_file(release, cache)
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return None
    return _read(path, changed)


@functools.lru_cache(maxsize=16)
def _read(path: Path, _changed: int) -> SchemaSet | None:
    try:
        return decode(path.read_bytes())
    except (OSError, lzma.LZMAError, msgspec.DecodeError, RecursionError):
        return None


def encode(schemas: SchemaSet) -> bytes:
    """Return the content of a file with ``schemas``."""
    return lzma.compress(msgspec.json.encode(schemas), preset=6)


def decode(content: bytes) -> SchemaSet | None:
    """Return the schemas in the content of a file, None for another format.

    Raises LZMAError or DecodeError for damaged content, and RecursionError for deep nesting.
    """
    unpacking = lzma.LZMADecompressor(lzma.FORMAT_XZ, _MAX_MEMORY)
    text = unpacking.decompress(content, MAX_CONTENT)
    if not unpacking.eof:
        raise lzma.LZMAError("incomplete, or too large")
    if msgspec.json.decode(text, type=_Head).format != FORMAT:
        return None
    return msgspec.json.decode(text, type=SchemaSet)


class _Head(msgspec.Struct):
    format: int


@functools.lru_cache(maxsize=8192)
def validator(schemas: SchemaSet, index: int) -> jsonschema_rs.Validator:
    """Return the validator of a schema, which checks the formats that are left in it.

    Raises InputError for a schema that no validator accepts: another program has changed the file.
    """
    try:
        return compiled(msgspec.json.decode(schemas.schemas[index]))
    except (ValueError, msgspec.DecodeError, RecursionError):
        problem = "damaged: remove the file, and tracer reads the schemas again"
        raise InputError(str(schema_file(schemas.release)), problem, f"schemas[{index}]") from None


def compiled(schema: Any) -> jsonschema_rs.Validator:
    """Return the validator of a schema. Raise ValueError for a schema that no validator accepts.

    A schema comes from a package: it must not make tracer open a URL or a file.
    """
    import jsonschema_rs

    try:
        return jsonschema_rs.validator_for(schema, validate_formats=True, retriever=_refuse)
    except jsonschema_rs.ReferencingError as error:
        raise ValueError(str(error)) from None


def _refuse(uri: str) -> NoReturn:
    raise ValueError(f"a reference to another document: {uri}")


def applicable(
    schemas: SchemaSet, service: str, method: str, path: str, microversion: str, body: object
) -> dict[SchemaPart, SchemaRule]:
    """Return the rules for a request and its successful response, by part.

    ``path`` is a path or a template of the API reference: with or without the version, the project, and the
    mount of the service. ``microversion`` is the number alone (``2.100``), ``latest``, or empty for a service
    without microversions. ``body`` is the JSON body of the request: its keys select among actions.
    """
    index = _index(schemas, service)
    for spelled in _spelled(path, index.words):
        matching = [
            template
            for template in index.by_slashes.get((method, spelled.count("/")), ())
            if path_values(template, spelled) is not None
        ]
        if matching:
            rules = index.rules.get((method, max(matching, key=count_literals)), ())
            version = _number(microversion)
            # Of several rules, the last is that of the newest microversions.
            return {rule.part: rule for rule in rules if _covers(rule, version, body)}
    return {}


def query_document(service: str, pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the parameters of a query in the form that the schemas of ``service`` describe.

    Nova's schemas describe lists of texts, and those of other services a text for each name.
    """
    lists: dict[str, list[str]] = {}
    for name, value in pairs:
        lists.setdefault(name, []).append(value)
    if service in _LISTS:
        return dict(lists)
    return {name: values[-1] for name, values in lists.items()}


def _spelled(path: str, words: frozenset[str]) -> Iterator[str]:
    """Yield ``path`` in the spellings that a route may have."""
    for each in dict.fromkeys((path, _MOUNT.sub("", path, count=1))):
        for spelling in spellings(without_project(each), words):
            yield spelling.path


def _covers(rule: SchemaRule, version: tuple[int, ...], body: object) -> bool:
    if rule.action and not (isinstance(body, dict) and rule.action in body):
        return False
    return not (
        (rule.min_version and version < _number(rule.min_version))
        or (rule.max_version and version > _number(rule.max_version))
    )


@functools.lru_cache(maxsize=1024)
def _number(version: str) -> tuple[int, ...]:
    """Return a microversion as numbers. Texts that are no number, such as ``latest``, are the latest."""
    if not version:
        return (0, 0)
    return tuple(map(int, version.split("."))) if _NUMBER.fullmatch(version) else _LATEST


class _Index(NamedTuple):
    """The routes of a service by method and number of slashes, and the rules of each method and route."""

    by_slashes: Mapping[tuple[str, int], list[str]]
    rules: Mapping[tuple[str, str], list[SchemaRule]]
    words: frozenset[str]


@functools.lru_cache(maxsize=256)
def _index(schemas: SchemaSet, service: str) -> _Index:
    rules: dict[tuple[str, str], list[SchemaRule]] = defaultdict(list)
    for rule in schemas.rules:
        if rule.service == service:
            rules[rule.method, rule.path].append(rule)
    for listed in rules.values():
        listed.sort(key=lambda rule: _number(rule.min_version))
    routes = {(method, path) for method, path in map(str.split, schemas.routes.get(service, ()))}
    by_slashes: dict[tuple[str, int], list[str]] = defaultdict(list)
    for method, path in sorted(routes | rules.keys()):
        by_slashes[method, shape_of(path).count("/")].append(path)
    return _Index(dict(by_slashes), dict(rules), first_words(path for _, path in routes | rules.keys()))
