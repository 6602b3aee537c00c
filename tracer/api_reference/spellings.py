"""The spellings of a path: with and without the version of the API, the project, and a format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from tracer.api_reference.path_templates import shape_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

__all__ = ["Spelling", "first_words", "spellings", "without_project"]

_VERSION = re.compile(r"^/v\d+(?:\.\d+)?(?=/|$)")
_PROJECT = re.compile(r"^(/v[\d.]+)/\{(?:admin_)?(?:project|tenant)_id\}(?=/)")
"""The project after the version. Since Yoga, Cinder needs none."""
_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+", re.IGNORECASE)


class Spelling(NamedTuple):
    """A path as a reference may spell it.

    ``version`` is the version that the reference has at the beginning of this path, ``sent`` is the template
    of the request's own beginning in its place, and ``suffix`` is the format at the end of the request.
    """

    path: str
    version: str = ""
    sent: str = ""
    suffix: str = ""

    def template_sent(self, documented: str) -> str:
        """Return the template ``documented``, which this spelling matches, in the request's own spelling.

        A template with a parameter for the version, such as ``/{api_version}``, keeps the parameter.
        """
        if not documented.startswith(self.version):
            return documented + self.suffix
        return self.sent + documented.removeprefix(self.version) + self.suffix


def first_words(templates: Iterable[str]) -> frozenset[str]:
    """Return the literal words at the beginning of templates, after the version if they have one."""
    words = (_VERSION.sub("", shape_of(template), count=1)[1:].partition("/")[0] for template in templates)
    return frozenset(words) - {"", "{}"}


def without_project(template: str) -> str:
    """Return a template without the parameter of the project after the version."""
    return _PROJECT.sub(r"\1", template)


def spellings(path: str, words: Collection[str]) -> Iterator[Spelling]:
    """Yield the path as it is, then in the spellings that a reference may have.

    The references of Nova and Placement have no version in their paths: it is in the URL of the catalogue.
    Clients of Octavia write ``/v2.0`` for ``/v2``. A URL of the catalogue may have the project after the
    version: an ID, or for Nova any word that begins no template (``words``). ``.json`` is an old way to ask
    for JSON.
    """
    normal = "/" + "/".join(unquote(part).replace("/", "%2F") for part in path.split("/") if part)
    for whole in dict.fromkeys((normal.removesuffix(".json"), normal)):
        match = _VERSION.match(whole)
        version = match[0] if match else ""
        suffix = normal[len(whole) :]
        rest = whole[len(version) :]
        versions = dict.fromkeys((version, version.removesuffix(".0"), "")) if rest else [version]
        for spelled in versions:
            yield Spelling(spelled + rest, spelled, version, suffix)
        project, _, below = rest[1:].partition("/")
        if version and below and project not in words:
            for spelled in versions if _ID.fullmatch(project) else [""]:
                yield Spelling(f"{spelled}/{below}", spelled, f"{version}/{{project_id}}", suffix)
