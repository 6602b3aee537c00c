"""The result of a check of recordings, as data."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from tracer.conformance.criteria import Criterion, criteria
from tracer.conformance.failures import CommandFailure, failure_of
from tracer.conformance.problems import Problem, Undetermined, Unreadable
from tracer.errors import InputError, TracerError
from tracer.model import RunVerdict, duration
from tracer.recording import load
from tracer.sequences import (
    DeviationKind,
    Origin,
    OwnSequence,
    catalog,
    client_of,
    doubt_of,
    failed_login,
    invocation_of,
    is_request_line,
    match,
    own_sequence,
    verdict_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracer.model import Doubt, Recording
    from tracer.sequences import Match, NoSequence, Sequence

__all__ = [
    "FORMAT", "Check", "ConformanceReport", "Deviation", "SequenceOrigin", "check", "check_all", "exit_code",
]  # fmt: skip

FORMAT = 1


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation from the documented sequence.

    ``exchange`` counts from 1 and is None for a missing exchange. ``text`` names the nearest step and the
    reason for the mismatch.
    """

    kind: DeviationKind
    exchange: int | None
    text: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one recording. ``verdict`` is None if there is no verdict.

    ``problem`` is the reason for no verdict, or for ``undetermined``. ``error`` is true if the recording
    cannot be read. ``failure`` is the failure of the command, whatever the verdict; ``expected_failure`` is
    true if its suite expects it. ``missing`` are the required steps that did not occur. ``unexpected`` and
    ``wrong_status`` are numbers of exchanges, from 1. ``duration`` is the length of the run in seconds.
    """

    recording: str
    verdict: RunVerdict | None
    error: bool = False
    problem: Problem | None = None
    failure: CommandFailure | None = None
    expected_failure: bool = False
    command: str | None = None
    release: str | None = None
    sequence: str | None = None
    exchanges: int = 0
    duration: float = 0.0
    missing: list[int] = []
    unexpected: list[int] = []
    wrong_status: list[int] = []
    deviations: list[Deviation] = []

    @property
    def fails_unexpectedly(self) -> bool:
        """Whether the command failed, and its suite does not expect it."""
        return self.failure is not None and not self.expected_failure


class SequenceOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The origin of a sequence; None if its file does not state it."""

    sequence: str
    origin: Origin | None


class ConformanceReport(msgspec.Struct, frozen=True, kw_only=True):
    """The results for all recordings in the given order, and the number of recordings with each result.

    ``failed`` counts the recordings of commands that failed, without the ``expected_failures``, which count
    for nothing else. ``requests`` counts the recordings of single requests (``tracer.matrix``): no sequence
    describes them, so they are not among ``recordings``. ``criteria`` are those of ``conforms``, and
    ``sequences`` the origins of the sequences that were compared.
    """

    format: int = FORMAT
    conforming: int
    deviating: int
    undetermined: int = 0
    without_sequence: int
    errors: int
    failed: int = 0
    expected_failures: int = 0
    requests: int = 0
    recordings: list[Check]
    criteria: tuple[Criterion, ...] = ()
    sequences: list[SequenceOrigin] = []


def check_all(paths: Iterable[Path], sequence: Sequence | None = None) -> ConformanceReport:
    """Match each recording with ``sequence``, by default with its own. An unreadable file is an error.

    Recordings of single requests are only counted, unless a sequence is given.
    """
    all_checks = [_check_file(path, sequence) for path in paths]
    checks = [check for check in all_checks if sequence or not _is_single_request(check)]
    ends = Counter(_end(check) for check in checks)
    known = catalog() | ({} if sequence is None else {sequence.name: sequence})
    names = sorted({check.sequence for check in checks if check.sequence})
    return ConformanceReport(
        conforming=ends["conforms"],
        deviating=ends["deviates"],
        undetermined=ends["undetermined"],
        without_sequence=ends[None],
        errors=ends["error"],
        failed=sum(check.fails_unexpectedly for check in checks),
        expected_failures=ends["expected failure"],
        requests=len(all_checks) - len(checks),
        recordings=checks,
        criteria=criteria(),
        sequences=[SequenceOrigin(sequence=name, origin=known[name].origin) for name in names],
    )


def exit_code(report: ConformanceReport) -> int:
    """Return 0 if all recordings conform or fail as expected, 2 if one cannot be checked, else 1."""
    if report.errors:
        return TracerError.exit_code
    return 0 if report.conforming + report.expected_failures == len(report.recordings) else 1


def check(recording: Recording, name: str, sequence: Sequence | None = None) -> Check:
    """Match ``recording`` again with ``sequence``, by default with its named or best sequence."""
    release = recording.cloud.release
    chosen, absence = own_sequence(recording) if sequence is None else OwnSequence(sequence)
    failure = failure_of(recording)
    base = Check(
        recording=name,
        verdict=None,
        command=recording.command,
        release=release,
        exchanges=len(recording.exchanges),
        duration=duration(recording),
        failure=failure,
        expected_failure=recording.fails and failure is not None,
    )
    if chosen is None:
        verdict = verdict_of(recording)
        problem = _undetermined(recording, recording.doubt, absence) if verdict else absence
        return msgspec.structs.replace(base, verdict=verdict, problem=problem)
    result = match(recording.exchanges, chosen, client_of(recording), invocation_of(recording, chosen))
    verdict = verdict_of(recording, result)
    return msgspec.structs.replace(
        base,
        verdict=verdict,
        problem=_undetermined(recording, doubt_of(recording, result)) if verdict == "undetermined" else None,
        failure=failure_of(recording, result.unfound, failed_login(recording.exchanges)),
        sequence=chosen.name,
        missing=result.missing,
        unexpected=_numbers(result, "unexpected"),
        wrong_status=_numbers(result, "wrong-status"),
        deviations=_deviations(result),
    )


def _check_file(path: Path, sequence: Sequence | None) -> Check:
    try:
        recording = load(path)
    except InputError as error:
        problem = Unreadable(location=error.location, problem=error.problem)
        return Check(recording=str(path), verdict=None, error=True, problem=problem)
    # Outside: a damaged file of rules is no error of the recording.
    return check(recording, str(path), sequence)


def _is_single_request(check: Check) -> bool:
    return check.verdict is None and is_request_line(check.command or "")


def _end(check: Check) -> str | None:
    return "error" if check.error else "expected failure" if check.expected_failure else check.verdict


def _undetermined(recording: Recording, doubt: Doubt, absence: NoSequence | None = None) -> Undetermined:
    return Undetermined(doubt=doubt, has_notes=bool(recording.notes), no_sequence=absence)


def _numbers(result: Match, verdict: str) -> list[int]:
    return [number for number, label in enumerate(result.labels, 1) if label.verdict == verdict]


def _deviations(result: Match) -> list[Deviation]:
    return [
        Deviation(kind=kind, exchange=None if exchange is None else exchange + 1, text=text)
        for kind, exchange, text in result.deviations
    ]
