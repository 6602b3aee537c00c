"""Operations from the sections of a reference: names, paths and selectors."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from docutils.nodes import make_id
from msgspec.structs import replace

from tracer.api_reference.operation_types import Operation, Selector
from tracer.api_reference.path_templates import shape_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracer.api_reference.build.reference_sections import ReferenceSection
    from tracer.api_reference.build.source_rules import SourceRules
    from tracer.api_reference.build.sources import ReferenceSource

__all__ = ["operations"]

_COUNTER = re.compile(r"id\d+")
"""An anchor that counts sections with the same title: it changes with each edit of the page."""

_ACTION = re.compile(r"\s*\((?P<key>[\w:.-]+) Action\)", re.IGNORECASE)
_REMARK = re.compile(r"\s*\((?:deprecated|since api [^()]*|new in version [^()]*)\)", re.IGNORECASE)
_ANY_METHOD = "METHOD"
"""The reference of ironic: a vendor decides which methods there are."""


def operations(
    sections: Iterable[ReferenceSection], service: ReferenceSource, rules: SourceRules
) -> list[Operation]:
    """Return the operations of a service in one release, in the order of the pages.

    A page may include a file twice: the second copy of a section is dropped. Two operations may have the same
    ID: names are not unique.
    """
    distinct: dict[tuple[str, str, str], Operation] = {}
    for section in sections:
        operation = _operation(section, service, rules)
        distinct.setdefault((section.method, section.path, section.title), operation)
    return _with_selectors([*distinct.values()], rules)


def _operation(section: ReferenceSection, service: ReferenceSource, rules: SourceRules) -> Operation:
    documented, _, query = section.path.partition("?")
    path = _path(documented, service.mount)
    action = _ACTION.search(section.title)
    name = " ".join(_REMARK.sub("", _ACTION.sub("", section.title)).rstrip(".").split())
    return Operation(
        id=f"{service.type}.{service.qualifier(section.page)}{make_id(name)}",
        name=name,
        method="*" if section.method == _ANY_METHOD else section.method,
        path=path,
        actual_path=rules.actual_path(path),
        selector=Selector(body=(action["key"],) if action else (), query=_query(query)),
        page=f"{section.page}.html",
        anchor="" if _COUNTER.fullmatch(section.anchor) else section.anchor,
        min_version=section.min_version,
        max_version=section.max_version,
        success=tuple(sorted(section.success)),
        errors=tuple(sorted(section.errors)),
        request=section.request,
        response=section.response,
    )


def _path(path: str, mount: str) -> str:
    """Return a path template in one spelling: one leading slash, parameters in braces, no mount."""
    plain = re.sub(r"[^\x21-\x7e]", "", path)
    plain = re.sub(r"<([^<>/]+)>", r"{\1}", plain)
    return "/" + plain.strip("/").removeprefix(mount.strip("/")).strip("/")


def _query(query: str) -> tuple[str, ...]:
    """Return the parameters of a query with their fixed values: ``detail=True``, ``project_id``."""
    pairs = parse_qsl(query.replace("<", "{").replace(">", "}"), keep_blank_values=True)
    return tuple(
        name.strip("{}") if value.startswith("{") or "/" in value else f"{name.strip('{}')}={value}"
        for name, value in pairs
    )


def _with_selectors(drafts: Sequence[Operation], rules: SourceRules) -> list[Operation]:
    """Give operations with the same method and path the selectors that distinguish them.

    A query alone distinguishes nothing: ``/v2/types?is_public={is_public}`` is documented in that way, and
    the client may leave the parameter out.
    """
    rivals: dict[tuple[str, str], list[Operation]] = defaultdict(list)
    for draft in drafts:
        rivals[_request(draft)].append(draft)
    return [replace(draft, selector=_selector(draft, rivals[_request(draft)], rules)) for draft in drafts]


def _request(draft: Operation) -> tuple[str, str]:
    return draft.method, shape_of(draft.actual_path or draft.path)


def _selector(draft: Operation, rivals: Sequence[Operation], rules: SourceRules) -> Selector:
    listed = rules.selector(*_request(draft), draft.id.rpartition(".")[2])
    if listed is not None:
        return listed
    if len(rivals) == 1:
        return Selector()
    if draft.selector.body or draft.selector.query:
        return draft.selector
    key = _first_key(draft)
    keys = [_first_key(rival) for rival in rivals]
    return Selector(body=(key,)) if key and keys.count(key) == 1 else Selector()


def _first_key(operation: Operation) -> str:
    """Return the first parameter in the body, if it is the key around the others or the name of an action."""
    key = next((parameter for parameter in operation.request if parameter.location == "body"), None)
    if key is None or not (
        operation.path.endswith(("/action", "/actions")) or key.type in {"object", "array"}
    ):
        return ""
    return key.name
