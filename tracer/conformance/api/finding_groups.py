"""Findings in groups: a report names the same finding in many exchanges and recordings once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.releases import order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tracer.conformance.api.report import ApiFinding

__all__ = ["FindingGroup", "finding_groups", "operation_groups"]


class FindingGroup(NamedTuple):
    """Findings with the same rule and operation, and with the same text or only the same object of a body."""

    findings: Sequence[ApiFinding]

    @property
    def first(self) -> ApiFinding:
        """Return the first finding."""
        return self.findings[0]

    @property
    def paths(self) -> list[str]:
        """Return the different paths in exchanges."""
        return list(dict.fromkeys(finding.path for finding in self.findings))

    @property
    def recordings(self) -> list[str]:
        """Return the different recordings."""
        return list(dict.fromkeys(finding.recording for finding in self.findings))

    @property
    def releases(self) -> list[str]:
        """Return the different releases, the oldest first."""
        return sorted({finding.release for finding in self.findings}, key=order)


def finding_groups(findings: Iterable[ApiFinding]) -> list[FindingGroup]:
    """Return a group for each contradiction: rule, operation, path and text are the same."""
    return _groups(findings, lambda each: (each.rule, each.severity, each.operation, each.path, each.text))


def operation_groups(findings: Iterable[ApiFinding]) -> list[FindingGroup]:
    """Return a group for each rule and operation, in the order of their first findings."""
    return _groups(findings, lambda each: (each.rule, each.severity, each.operation))


def _groups(
    findings: Iterable[ApiFinding], key: Callable[[ApiFinding], tuple[str, ...]]
) -> list[FindingGroup]:
    groups: dict[tuple[str, ...], list[ApiFinding]] = {}
    for finding in findings:
        groups.setdefault(key(finding), []).append(finding)
    return [FindingGroup(group) for group in groups.values()]
