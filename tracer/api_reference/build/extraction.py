"""The operations of an ``api-ref/source`` tree, read by Sphinx and os-api-ref.

``python -m tracer.api_reference.build.extraction FOLDER`` prints JSON. The directives of os-api-ref keep
their data on the nodes. Sphinx has global state, so that each tree is read in a process of its own.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from docutils import nodes
from os_api_ref import RestParametersDirective, http_codes, rest_method
from sphinx.application import Sphinx

from tracer.api_reference.build.reference_sections import ReferenceSection
from tracer.api_reference.operation_types import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BEFORE_REFERENCES = 100
"""A priority below that of os-api-ref's ``resolve_rest_references`` (500), which moves sections."""

_STATUSES = re.compile(
    r"\s*(?:normal|error)\s+(?:http\s+)?(?:(?:response|status)\s+)?codes?:?(?P<codes>.*)",
    re.IGNORECASE | re.DOTALL,
)
"""The sentences of references without directives: "Normal response codes: 200", "Error codes: 400, 404"."""

_STATUS = re.compile(r"(?<![\d.])[1-5]\d\d\b")
"""A status, and no part of a microversion such as 2.100."""

_LISTS = (nodes.bullet_list, nodes.definition, nodes.block_quote)
"""Nodes after a sentence that contain the list of its statuses."""

_FIRST_ERROR = 400


class _ParameterTable(RestParametersDirective):
    """A table of parameters whose node has the parameters as data."""

    def run(self) -> list[nodes.Node]:
        self.yaml: list[tuple[str, dict[str, Any]]] = []
        result: list[nodes.Node] = super().run()
        for node in result:
            if isinstance(node, nodes.table):
                node["parameters"] = [_parameter(name, values) for name, values in self.yaml]
        return result


class _StatusTable(http_codes.HTTPResponseCodeDirective):
    """A table of statuses whose node has the statuses as data."""

    def run(self) -> list[nodes.Node]:
        result: list[nodes.Node] = super().run()
        for node in result:
            if isinstance(node, nodes.section):
                node["statuses"] = [int(code) for code, _ in self.yaml]
        return result


def main() -> None:
    """Print the sections with an operation in the tree of the first argument."""
    sys.stdout.buffer.write(msgspec.json.encode(sections(Path(sys.argv[1]))))


def sections(source: Path) -> list[ReferenceSection]:
    """Return all sections with an operation in an ``api-ref/source`` tree, in the order of the pages."""
    result: list[ReferenceSection] = []
    with tempfile.TemporaryDirectory(prefix="api-ref-") as folder, (Path(folder) / "log").open("w") as log:
        app = Sphinx(
            source.resolve(),
            None,
            folder,
            f"{folder}/doctrees",
            "dummy",
            warning=log,
            status=None,
            freshenv=True,
            verbosity=0,
            confoverrides={
                "extensions": ["os_api_ref"],
                "root_doc": "index",
                "source_suffix": {".rst": "restructuredtext"},
                "smartquotes": False,
                "html_theme": "basic",
            },
        )
        app.add_directive("rest_parameters", _ParameterTable, override=True)
        app.add_directive("rest_status_code", _StatusTable, override=True)
        app.connect(
            "doctree-read",
            lambda app, doctree: result.extend(_sections(doctree, app.env.docname)),
            priority=_BEFORE_REFERENCES,
        )
        app.build(force_all=True)
    return sorted(result, key=lambda section: section.page)


def _sections(doctree: nodes.document, page: str) -> Iterator[ReferenceSection]:
    for node in doctree.findall(rest_method):
        section = node.parent.parent
        statuses: list[int] = []
        tables: dict[str, list[Parameter]] = {"request": [], "response": []}
        for inner in _own_nodes(section):
            if isinstance(inner, nodes.section) and "statuses" in inner:
                statuses += inner["statuses"]
            elif isinstance(inner, nodes.table) and "parameters" in inner:
                tables[_direction(inner, section)] += inner["parameters"]
            elif isinstance(inner, nodes.paragraph | nodes.term):
                statuses += _statuses(inner)
        yield ReferenceSection(
            title=_title(section),
            page=page,
            anchor=node["target"],
            method=node["method"],
            path=node["url"].strip(),
            min_version=node["min_version"] or "",
            max_version=node["max_version"] or "",
            # Some sentences have a success among the errors: the number decides.
            success=_distinct([status for status in statuses if status < _FIRST_ERROR]),
            errors=_distinct([status for status in statuses if status >= _FIRST_ERROR]),
            request=_distinct(tables["request"]),
            response=_distinct(tables["response"]),
        )


def _own_nodes(section: nodes.Element) -> Iterator[nodes.Node]:
    """Yield the nodes of the operation in ``section``, without those of further operations.

    A section that is nested too deeply belongs to the operation before it, and the sections after it to the
    nested one.
    """
    yield from _nodes_until_operation(section.children)
    if isinstance(section.parent, nodes.section) and _has_operation(section.parent):
        following = section.parent.index(section) + 1
        yield from _nodes_until_operation(section.parent.children[following:])


def _nodes_until_operation(siblings: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield the nodes, and all nodes below them, up to the first section with an operation."""
    for node in siblings:
        if isinstance(node, nodes.section) and _has_operation(node):
            return
        yield from node.findall()


def _has_operation(section: nodes.Element) -> bool:
    """Return whether ``section`` itself has a method and a path."""
    return any(method.parent.parent is section for method in section.findall(rest_method))


def _statuses(text: nodes.Element) -> list[int]:
    """Return the statuses in a sentence about them. Their list may follow the sentence."""
    match = _STATUSES.match(text.astext())
    if match is None:
        return []
    codes = _STATUS.findall(match["codes"])
    following = text.next_node(siblings=True, descend=False)
    if not codes and isinstance(following, _LISTS):
        codes = _STATUS.findall(following.astext())
    return [*map(int, codes)]


def _direction(table: nodes.table, section: nodes.Element) -> str:
    """Return ``response`` for a table below a title with that word, else ``request``."""
    parent = table.parent
    while parent is not section and parent is not section.parent:
        if "response" in _title(parent).lower():
            return "response"
        parent = parent.parent
    return "request"


def _title(section: nodes.Element) -> str:
    title = section.next_node(nodes.title)
    return title.astext() if title is not None and title.parent is section else ""


def _parameter(name: str, values: dict[str, Any]) -> Parameter:
    return Parameter(
        name=str(name),
        location=str(values.get("in", "")),
        type=str(values.get("type", "")),
        required=values.get("required") is True,
        min_version=str(values.get("min_version") or ""),
        max_version=str(values.get("max_version") or ""),
    )


def _distinct(values: list[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


if __name__ == "__main__":
    main()
