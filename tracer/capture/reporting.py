"""What became of a run, as lines for the log and reasons for stopping."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from tracer.capture.book import Kept
from tracer.capture.notices import Failed, Said
from tracer.counting import counted
from tracer.errors import LeakError, TracerError

__all__ = ["failed", "kept", "recovered"]


def kept(what: Kept) -> Iterator[Said]:
    """A recording was written."""
    if what.problem:
        yield _said("error", what.problem)
    recording = what.recording
    verdict = f", {recording.verdict}" if recording.verdict else ""
    exchanges = counted(len(recording.exchanges), "exchange")
    yield _said("alert", f"{what.path} ({exchanges}{verdict})")


def failed(error: Exception) -> Failed:
    """Something was not recorded. Of an error that is not ours nothing is quoted: it may hold a secret."""
    reason = str(error) if isinstance(error, TracerError) else f"internal error ({type(error).__name__})"
    # A refused artefact is no reason to refuse the next one, nor anybody's traffic.
    return Failed(_printable(reason), refused=isinstance(error, LeakError))


def recovered(result: Path | TracerError) -> Said:
    """What was made of a journal that was left behind."""
    if isinstance(result, TracerError):
        return _said("warning", f"journal left as it is: {result}")
    return _said("alert", f"recovered {result}")


def _said(level: Literal["alert", "warning", "error"], text: str) -> Said:
    return Said(level, _printable(text))


def _printable(text: str) -> str:
    """Names of files may hold bytes that are no text."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
