"""The result of a check of recordings. The structs define the format of ``tracer check --format json``."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

import msgspec

from tracer.conformance.reasons import undetermined_reason
from tracer.errors import TracerError
from tracer.model import RunVerdict
from tracer.recording import load
from tracer.sequences import catalog, choose, client_of, doubt_of, match, verdict_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tracer.model import Recording
    from tracer.sequences import Match, Sequence

__all__ = ["FORMAT", "Check", "ConformanceReport", "Deviation", "check", "check_all", "exit_code"]

FORMAT = 1

_NO_SEQUENCE = "no documented sequence fits: nothing to compare with"


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """One deviation from the documented sequence.

    ``exchange`` counts from 1 and is None for a missing exchange. ``text`` names the nearest step and the
    reason for the mismatch.
    """

    kind: Literal["unexpected", "wrong-status", "missing"]
    exchange: int | None
    text: str


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one recording. ``verdict`` is None if there is no verdict.

    ``problem`` is the reason for no verdict, or for ``undetermined``. ``error`` is true if the recording
    cannot be read. ``missing`` are the required steps that did not occur. ``unexpected`` and
    ``wrong_status`` are numbers of exchanges, from 1. ``duration`` is the length of the run in seconds.
    """

    recording: str
    verdict: RunVerdict | None
    error: bool = False
    problem: str = ""
    command: str | None = None
    release: str | None = None
    sequence: str | None = None
    exchanges: int = 0
    duration: float = 0.0
    missing: list[int] = []
    unexpected: list[int] = []
    wrong_status: list[int] = []
    deviations: list[Deviation] = []


class ConformanceReport(msgspec.Struct, frozen=True, kw_only=True):
    """The results for all recordings in the given order, and the number of recordings with each result."""

    format: int = FORMAT
    conforming: int
    deviating: int
    undetermined: int = 0
    without_sequence: int
    errors: int
    recordings: list[Check]


def check_all(paths: Iterable[Path], sequence: Sequence | None = None) -> ConformanceReport:
    """Match each recording with ``sequence``, by default with its own. An unreadable file is an error."""
    checks = [_check_file(path, sequence) for path in paths]
    ends = Counter("error" if check.error else check.verdict for check in checks)
    return ConformanceReport(
        conforming=ends["conforms"],
        deviating=ends["deviates"],
        undetermined=ends["undetermined"],
        without_sequence=ends[None],
        errors=ends["error"],
        recordings=checks,
    )


def exit_code(report: ConformanceReport) -> int:
    """Return 0 if all recordings conform, 2 if a recording cannot be checked, else 1."""
    if report.errors:
        return TracerError.exit_code
    return 0 if report.conforming == len(report.recordings) else 1


def check(recording: Recording, name: str, sequence: Sequence | None = None) -> Check:
    """Match ``recording`` again with ``sequence``, by default with its named or best sequence."""
    release = recording.cloud.release
    named_sequence = sequence or catalog().get(recording.sequence or "")
    unknown_name = recording.sequence if named_sequence is None else None
    client = client_of(recording)
    chosen = (
        named_sequence
        if named_sequence or unknown_name
        else choose(recording.exchanges, recording.command, client)
    )
    ends = [
        exchange.started if exchange.ended is None else exchange.ended for exchange in recording.exchanges
    ]
    base = Check(
        recording=name,
        verdict=None,
        command=recording.command,
        release=release,
        exchanges=len(recording.exchanges),
        duration=max(ends, default=0.0),
    )
    if chosen is None:
        problem = (
            f"its sequence {unknown_name!r} is not known here: --sequence FILE gives it"
            if unknown_name
            else _NO_SEQUENCE
        )
        verdict = verdict_of(recording)
        if verdict:
            problem = f"undetermined: {undetermined_reason(recording)}; {problem}"
        return msgspec.structs.replace(base, verdict=verdict, problem=problem)
    result = match(recording.exchanges, chosen, client)
    verdict = verdict_of(recording, result)
    judged = msgspec.structs.replace(recording, doubt=doubt_of(recording, result))
    return msgspec.structs.replace(
        base,
        verdict=verdict,
        problem=f"undetermined: {undetermined_reason(judged)}" if verdict == "undetermined" else "",
        sequence=chosen.name,
        missing=result.missing,
        unexpected=_numbers(result, "unexpected"),
        wrong_status=_numbers(result, "wrong-status"),
        deviations=_deviations(result),
    )


def _check_file(path: Path, sequence: Sequence | None) -> Check:
    try:
        recording = load(path)
    except TracerError as error:
        problem = str(error).removeprefix(f"{path}: ")
        return Check(recording=str(path), verdict=None, error=True, problem=problem)
    # Outside: a damaged file of rules is no error of the recording.
    return check(recording, str(path), sequence)


def _numbers(result: Match, verdict: str) -> list[int]:
    return [number for number, label in enumerate(result.labels, 1) if label.verdict == verdict]


def _deviations(result: Match) -> list[Deviation]:
    of_exchanges = [
        Deviation(
            kind="wrong-status" if result.labels[index].verdict == "wrong-status" else "unexpected",
            exchange=index + 1,
            text=text,
        )
        for index, text in zip(result.reasons, result.explanations, strict=False)
    ]
    missing = result.explanations[len(of_exchanges) :]
    return of_exchanges + [Deviation(kind="missing", exchange=None, text=text) for text in missing]
