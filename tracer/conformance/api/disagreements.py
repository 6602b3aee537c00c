"""Contradictions of all recordings together: each with its releases, its evidence, and an exchange."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tracer.api_reference import link, operation_by_id, reference, services
from tracer.conformance.api.contradictions import Contradiction, KnownContradictions, contradictions
from tracer.conformance.api.violations import ApiRule
from tracer.releases import order

if TYPE_CHECKING:
    from tracer.conformance.api.report import ApiFinding, ApiReport

__all__ = ["Disagreement", "disagreements"]


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction between the documentation and a service.

    ``operation`` is an ID of the API reference, or service, method and path template. ``releases``,
    ``exchanges`` and ``recordings`` are those in which it occurs. ``recording`` and ``exchange``, which
    counts from 1, are an example of the first release; empty and 0 if no given recording has the
    contradiction. ``sources`` are ``reference``, and packages of schemas with their versions. ``evidence`` is
    a sentence on the documentation and the service, and ``condition`` the condition under which it occurs.
    ``since`` and ``until`` are the releases of a known contradiction, empty for another finding.
    """

    service: str
    operation: str
    request: str
    link: str
    rule: ApiRule
    locations: tuple[str, ...]
    releases: tuple[str, ...] = ()
    exchanges: int = 0
    recordings: int = 0
    recording: str = ""
    exchange: int = 0
    sources: tuple[str, ...] = ()
    evidence: str
    condition: str = ""
    since: str = ""
    until: str = ""


class _Subject(NamedTuple):
    """An operation for readers."""

    service: str
    request: str
    link: str


def disagreements(report: ApiReport) -> list[Disagreement]:
    """Return all known contradictions, and the findings of ``report`` that are not known, by service."""
    by_entry: dict[Contradiction, list[ApiFinding]] = {entry: [] for entry in contradictions()}
    known = KnownContradictions()
    for finding in report.contradictions:
        entry = known.find(finding)
        assert entry is not None, "the report has found it"
        by_entry[entry].append(finding)
    unexplained: dict[tuple[str, ApiRule, str, str], list[ApiFinding]] = {}
    for finding in report.findings:
        key = (finding.operation, finding.rule, finding.path, finding.text)
        unexplained.setdefault(key, []).append(finding)
    collected = [
        *(_known(entry, findings) for entry, findings in by_entry.items()),
        *(_unknown(findings) for findings in unexplained.values()),
    ]
    ranks = {name: rank for rank, name in enumerate(services())}
    return sorted(
        collected,
        key=lambda each: (ranks.get(each.service, len(ranks)), each.service, each.operation, each.rule),
    )


def _known(entry: Contradiction, findings: list[ApiFinding]) -> Disagreement:
    plain = Disagreement(
        **_subject(entry.operation)._asdict(),
        operation=entry.operation,
        rule=entry.rule,
        locations=entry.locations,
        evidence=entry.evidence,
        condition=entry.only_if,
        since=entry.since,
        until=entry.until,
    )
    return _with_example(plain, findings) if findings else plain


def _unknown(findings: list[ApiFinding]) -> Disagreement:
    first = findings[0]
    plain = Disagreement(
        **_subject(first.operation)._asdict(),
        operation=first.operation,
        rule=first.rule,
        locations=(first.path,),
        evidence=first.text,
    )
    return _with_example(plain, findings)


def _with_example(plain: Disagreement, findings: list[ApiFinding]) -> Disagreement:
    example = min(findings, key=lambda finding: (order(finding.release), finding.recording, finding.exchange))
    occurring = {finding.path for finding in findings}
    return msgspec.structs.replace(
        plain,
        locations=tuple(location for location in plain.locations if location in occurring),
        releases=tuple(sorted({finding.release for finding in findings}, key=order)),
        exchanges=len({(finding.recording, finding.exchange) for finding in findings}),
        recordings=len({finding.recording for finding in findings}),
        recording=example.recording,
        exchange=example.exchange,
        sources=tuple(sorted({_source(finding) for finding in findings})),
    )


def _source(finding: ApiFinding) -> str:
    """Return the package of a schema with its version, or ``reference``."""
    return "reference" if finding.link else finding.source


def _subject(operation: str) -> _Subject:
    """Return the service, the request and the link of an operation, or of a request without an operation."""
    located = operation_by_id(operation)
    if located is not None:
        request = f"{located.operation.method} {located.operation.path}"
        return _Subject(located.service, request, link(*located))
    service, _, request = operation.partition(" ")
    return _Subject(service, request, reference(service).url if service in services() else "")
