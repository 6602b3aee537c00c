"""The spellings of a path: with and without the version of the API, the project, and a format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

__all__ = ["first_words", "spellings"]

_VERSION = re.compile(r"/v\d+(?:\.\d+)?(?=/|$)")
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+", re.IGNORECASE)
_PARAMETER = re.compile(r"\{[^{}]*\}")


def first_words(templates: Collection[str]) -> frozenset[str]:
    """Return the literal words at the beginning of templates, after the version if they have one."""
    words = (_segments(template)[0] for template in templates if _segments(template))
    return frozenset(word for word in words if not _PARAMETER.fullmatch(word))


def spellings(path: str, words: Collection[str]) -> Iterator[str]:
    """Yield the path as it is, then in the spellings that a reference may have.

    The references of Nova and Placement have no version in their paths: it is in the URL of the catalogue.
    Clients of Octavia write ``/v2.0`` for ``/v2``. A URL of the catalogue may have the project after the
    version: an ID, or for Nova any word that begins no template (``words``). ``.json`` is an old way to ask
    for JSON.
    """
    normal = "/" + "/".join(unquote(part).replace("/", "%2F") for part in path.split("/") if part)
    for whole in dict.fromkeys((normal.removesuffix(".json"), normal)):
        yield whole
        match = _VERSION.match(whole)
        version = match[0] if match else ""
        rest = whole[len(version) :]
        versions = dict.fromkeys((version, version.removesuffix(".0"), ""))
        for spelling in versions:
            if rest:
                yield spelling + rest
        project, _, below = rest[1:].partition("/")
        if version and below and project not in words:
            for spelling in versions if _ID.fullmatch(project) else [""]:
                yield f"{spelling}/{below}"


def _segments(template: str) -> list[str]:
    version = _VERSION.match(template)
    return [part for part in template[version.end() if version else 0 :].split("/") if part]
