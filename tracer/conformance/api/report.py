"""The result of a comparison of recordings with the API reference and the schemas, as data."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.api_reference import reference
from tracer.conformance.api.api_exchanges import api_exchanges
from tracer.conformance.api.contradictions import KnownContradictions, contradictions
from tracer.conformance.api.rules import RULES
from tracer.conformance.api.violations import ApiRule, Violation
from tracer.errors import InputError, TracerError
from tracer.findings import ConformanceSeverity
from tracer.model import duration
from tracer.recording import load
from tracer.releases import is_openstack, order
from tracer.sequences import is_request_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from tracer.api_reference.schema_types import SchemaSet
    from tracer.conformance.api.api_exchanges import ApiExchange
    from tracer.conformance.api.contradictions import Contradiction
    from tracer.model import Recording

__all__ = [
    "API_FORMAT", "ApiFinding", "ApiReport", "ComparedRecording", "FailOn", "StaleContradiction",
    "api_exit_code", "check_api", "fails",
]  # fmt: skip

API_FORMAT = 1

FailOn = Literal["error", "undocumented"]


class ApiFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A contradiction between an exchange and the documentation of its operation.

    ``exchange`` counts from 1. ``path`` leads to a part of the exchange. ``source`` is the API reference of a
    release, with its address in ``link``, or the package of a schema with its version.
    """

    rule: ApiRule
    severity: ConformanceSeverity
    operation: str
    release: str
    recording: str
    exchange: int
    path: str
    text: str
    source: str
    link: str = ""


class ComparedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that was compared: its release and the number of its exchanges.

    ``without_reference`` are exchanges with services that have no API reference. ``problem`` is the reason
    for no comparison, empty for a compared recording. ``duration`` is the length of the run in seconds.
    """

    recording: str
    release: str | None = None
    exchanges: int = 0
    without_reference: int = 0
    problem: str = ""
    duration: float = 0.0


class StaleContradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A known contradiction that did not occur in ``releases``, though recordings have its operation."""

    operation: str
    rule: ApiRule
    location: str
    releases: list[str]


class ApiReport(msgspec.Struct, frozen=True, kw_only=True):
    """The findings in all recordings, errors first.

    ``errors``, ``undocumented`` and ``known`` are numbers of findings. ``contradictions`` are the findings
    that are known contradictions, with their evidence in the rule file. ``unchecked`` is the number of
    recordings that were not compared. ``releases_with_schemas`` are those whose schemas were used.
    """

    format: int = API_FORMAT
    errors: int
    undocumented: int
    known: int
    unchecked: int
    fail_on: FailOn = "error"
    releases_with_schemas: list[str] = []
    recordings: list[ComparedRecording] = []
    findings: list[ApiFinding] = []
    contradictions: list[ApiFinding] = []
    no_longer_occurring: list[StaleContradiction] = []


def check_api(
    paths: Iterable[Path],
    schemas_of: Callable[[str], SchemaSet | None],
    release: str | None = None,
    fail_on: FailOn = "error",
) -> ApiReport:
    """Compare recordings with the documentation of ``release``, by default that of each recording's cloud.

    ``schemas_of`` returns the schemas of a release, or None to compare with the reference alone. A recording
    that cannot be read, and a recording without a release, is a problem in the report. Of a single request
    (``tracer.matrix``), only the response is compared, as a suite also sends wrong requests on purpose.
    """
    comparison = _Comparison(schemas_of)
    recordings = [_compare_file(path, release, comparison) for path in paths]
    findings = sorted(comparison.findings, key=lambda finding: finding.severity != "error")
    errors = sum(finding.severity == "error" for finding in findings)
    return ApiReport(
        errors=errors,
        undocumented=len(findings) - errors,
        known=len(comparison.known),
        unchecked=sum(bool(each.problem) for each in recordings),
        fail_on=fail_on,
        releases_with_schemas=sorted(comparison.releases_with_schemas, key=order),
        recordings=recordings,
        findings=findings,
        contradictions=comparison.known,
        no_longer_occurring=comparison.stale(),
    )


def fails(finding: ApiFinding, fail_on: FailOn) -> bool:
    """Return whether a finding makes the exit code 1."""
    return finding.severity == "error" or fail_on == "undocumented"


def api_exit_code(report: ApiReport) -> int:
    """Return 2 if a recording was not compared, 1 if a finding fails, else 0."""
    if report.unchecked:
        return TracerError.exit_code
    return int(any(fails(finding, report.fail_on) for finding in report.findings))


class _Comparison:
    """The findings of all recordings, and the counts of the known contradictions."""

    def __init__(self, schemas_of: Callable[[str], SchemaSet | None]) -> None:
        self.findings: list[ApiFinding] = []
        self.known: list[ApiFinding] = []
        self.releases_with_schemas: set[str] = set()
        self._schemas_of = schemas_of
        self._known_contradictions = KnownContradictions()
        self._seen_operations: dict[str, set[str]] = defaultdict(set)  # releases by operation
        # releases by entry and location
        self._occurred: dict[tuple[Contradiction, str], set[str]] = defaultdict(set)

    def add(self, recording: Recording, name: str, release: str) -> int:
        """Compare a recording. Return the number of its exchanges with services that have a reference."""
        schemas = self._schemas_of(release)
        if schemas is not None:
            self.releases_with_schemas.add(release)
        is_single_request = is_request_line(recording.command or "")
        count = 0
        for exchange in api_exchanges(recording, release, schemas):
            count += 1
            if not is_single_request and (exchange.succeeded or exchange.operation is None):
                self._seen_operations[exchange.operation_name].add(release)
            for rule, violations in RULES.items():
                for violation in violations(exchange):
                    if not (is_single_request and violation.location.startswith("request.")):
                        self._add(_finding(rule, violation, exchange, name))
        return count

    def _add(self, finding: ApiFinding) -> None:
        entry = self._known_contradictions.find(finding)
        if entry is None:
            self.findings.append(finding)
        else:
            self._occurred[entry, finding.path].add(finding.release)
            self.known.append(finding)

    def stale(self) -> list[StaleContradiction]:
        """Return the known contradictions that always occur, and did not in releases with their operation."""
        return [
            StaleContradiction(
                operation=entry.operation,
                rule=entry.rule,
                location=location,
                releases=sorted(missing, key=order),
            )
            for entry in contradictions()
            if not entry.only_if
            for location in entry.locations
            if (missing := self._expected(entry) - self._occurred[entry, location])
        ]

    def _expected(self, entry: Contradiction) -> set[str]:
        """Return the releases in which a contradiction should have occurred."""
        releases = {each for each in self._seen_operations[entry.operation] if entry.holds_in(each)}
        return releases & self.releases_with_schemas if entry.rule == "schema-violation" else releases


def _compare_file(path: Path, release: str | None, comparison: _Comparison) -> ComparedRecording:
    try:
        recording = load(path)
    except InputError as error:
        return ComparedRecording(recording=str(path), problem=error.detail)
    wanted = release or recording.cloud.release
    compared = ComparedRecording(
        recording=str(path),
        release=wanted,
        exchanges=len(recording.exchanges),
        duration=duration(recording),
    )
    if wanted is None or not is_openstack(wanted):
        problem = (
            f"no OpenStack release: {wanted}" if wanted else "the recording names no release of its cloud"
        )
        return msgspec.structs.replace(compared, problem=f"{problem}: name it with --release")
    with_reference = comparison.add(recording, str(path), wanted)
    return msgspec.structs.replace(compared, without_reference=compared.exchanges - with_reference)


def _finding(rule: ApiRule, violation: Violation, exchange: ApiExchange, recording: str) -> ApiFinding:
    return ApiFinding(
        rule=rule,
        severity=violation.severity,
        operation=exchange.operation_name,
        release=exchange.release,
        recording=recording,
        exchange=exchange.number,
        path=violation.location,
        text=violation.text,
        source=violation.package or f"API reference of {exchange.service} in {exchange.release}",
        link="" if violation.package else exchange.link or reference(exchange.service).url,
    )
