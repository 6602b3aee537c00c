"""Outcomes of runs, as notices of the worker: lines for the log, and failures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from tracer.capture.worker.protocol import Failed, LogLine
from tracer.counting import counted
from tracer.errors import LeakError, TracerError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tracer.runs.run_writer import SavedRecording

__all__ = ["failure_notice", "recovery_notice", "saved_notices"]


def saved_notices(saved: SavedRecording) -> Iterator[LogLine]:
    """Yield the log lines for a written recording."""
    if saved.failures:
        yield _create_line("error", "; ".join(map(str, saved.failures)))
    recording = saved.recording
    verdict = f", {recording.verdict}" if recording.verdict else ""
    exchanges = counted(len(recording.exchanges), "exchange")
    yield _create_line("alert", f"{saved.path} ({exchanges}{verdict})")


def failure_notice(error: Exception) -> Failed:
    """Return the notice of a failure. It quotes only a ``TracerError``, as others may contain secrets."""
    reason = str(error) if isinstance(error, TracerError) else f"internal error ({type(error).__name__})"
    # The refusal of one file is no reason to refuse other files or traffic.
    return Failed(_printable(reason), refused=isinstance(error, LeakError))


def recovery_notice(result: Path | TracerError) -> LogLine:
    """Return the log line for the recovery of a journal."""
    if isinstance(result, TracerError):
        return _create_line("warning", f"journal left as it is: {result}")
    return _create_line("alert", f"recovered {result}")


def _create_line(level: Literal["alert", "warning", "error"], text: str) -> LogLine:
    return LogLine(level, _printable(text))


def _printable(text: str) -> str:
    """Escape bytes that are not UTF-8, as names of files may contain them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
