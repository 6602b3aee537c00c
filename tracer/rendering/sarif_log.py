"""The frame of a SARIF 2.1.0 log, the exchange format of static analysis tools (OASIS standard, 2020)."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tracer.conformance.rule_texts import plain_text
from tracer.documentation import findings_url
from tracer.formats.json_text import dump
from tracer.i18n import DEFAULT
from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tracer.conformance.rule_texts import RuleText
    from tracer.documentation import Group
    from tracer.findings import FindingLocation, Severity

__all__ = ["SARIF_LEVELS", "sarif_locations", "sarif_log", "sarif_rule", "sarif_rules", "sarif_text"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LIMIT = 2000

SARIF_LEVELS: Mapping[Severity, str] = {
    "error": "error",
    "undocumented": "warning",
    "breaking": "error",
    "breaking-api": "warning",
    "additive": "note",
    "cosmetic": "note",
}
"""The level of a result by its severity."""


def sarif_log(
    tool: str,
    url: str,
    rules: Sequence[Mapping[str, Any]],
    results: Iterable[Mapping[str, Any]],
    properties: Mapping[str, Any],
) -> str:
    """Return the JSON text of a log with one run of ``tool``, with a newline at its end.

    Each result gets the index of its rule.
    """
    indexes = {rule["id"]: index for index, rule in enumerate(rules)}
    run = {
        "tool": {"driver": {"name": tool, "informationUri": url, "rules": list(rules)}},
        "columnKind": "unicodeCodePoints",
        "results": [
            {"ruleId": result["ruleId"], "ruleIndex": indexes.get(result["ruleId"], -1), **result}
            for result in results
        ],
        "properties": properties,
    }
    return dump({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def sarif_rule(name: str, text: str, url: str, remedy: str = "") -> dict[str, Any]:
    """Return the description of a rule. ``url`` is its documentation, ``remedy`` the advice to the reader."""
    rule: dict[str, Any] = {"id": name, "shortDescription": {"text": text}}
    if remedy:
        rule["help"] = {"text": f"{text}\n\n{remedy}"}
    return rule | ({"helpUri": url} if url else {})


def sarif_rules(texts: Mapping[str, RuleText], group: Group) -> list[dict[str, Any]]:
    """Return the descriptions of rules by name. ``group`` is that of their names in the documentation."""
    return [
        sarif_rule(
            name, plain_text(text.means[DEFAULT]), findings_url(group, name), plain_text(text.remedy[DEFAULT])
        )
        for name, text in texts.items()
    ]


def sarif_locations(locations: Sequence[FindingLocation]) -> dict[str, Any]:
    """Return the keys of a result with its locations: the first, and those of the same finding elsewhere."""
    first, *further = [_location(location) for location in locations]
    related = [{"id": number, **location} for number, location in enumerate(further, 1)]
    return {"locations": [first]} | ({"relatedLocations": related} if related else {})


def sarif_text(text: str) -> dict[str, str]:
    """Return a message without control characters, and no longer than a tool shows."""
    return {"text": visible(text, _LIMIT)}


def _location(location: FindingLocation) -> dict[str, Any]:
    parts = [f"exchange {location.exchange}"] if location.exchange is not None else []
    parts += [location.path] if location.path else []
    physical = {"physicalLocation": {"artifactLocation": {"uri": quote(PurePath(location.file).as_posix())}}}
    if not parts:
        return physical
    return physical | {"logicalLocations": [{"fullyQualifiedName": visible(": ".join(parts), _LIMIT)}]}
