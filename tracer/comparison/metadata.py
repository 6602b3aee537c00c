"""Comparison of the data that a recording holds about itself: labels, times, notes, and origin.

These data do not describe behaviour. Their differences are suppressed, and counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tracer.comparison.differences import Change

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tracer.comparison.differences import Location
    from tracer.model import Exchange, Recording

__all__ = ["compare_exchange_metadata", "compare_run_metadata"]


def compare_run_metadata(before: Recording, after: Recording, location: Location) -> Iterator[Change]:
    """Yield the differences between the data about two runs. ``location`` is that of the run."""
    about: list[tuple[str, object, object]] = [
        ("release", before.cloud.release, after.cloud.release),
        ("cloud", before.cloud.url, after.cloud.url),
        ("client", before.client, after.client),
        ("client_versions", before.client_versions, after.client_versions),
        ("sequence", before.sequence, after.sequence),
        ("verdict", before.verdict, after.verdict),
        ("doubt", before.doubt, after.doubt),
        ("missing", before.missing, after.missing),
        ("participants", before.participants, after.participants),
        ("role", before.role, after.role),
        ("suite", before.suite, after.suite),
        ("fails", before.fails, after.fails),
        ("notes", msgspec.to_builtins(before.notes), msgspec.to_builtins(after.notes)),
        ("redacted", _counted(before.redacted), _counted(after.redacted)),
    ]
    yield from _changed(about, location, "record")
    yield from _changed([("recorded", before.recorded, after.recorded)], location, "time")


def compare_exchange_metadata(before: Exchange, after: Exchange, location: Location) -> Iterator[Change]:
    """Yield the differences between the labels and the times of two exchanges."""
    label: list[tuple[str, object, object]] = [
        ("label.steps", before.steps, after.steps),
        ("label.operation", before.operation, after.operation),
        ("label.path", before.path, after.path),
        ("label.verdict", before.verdict, after.verdict),
        ("cause", before.cause, after.cause),
        ("spans", msgspec.to_builtins(before.spans), msgspec.to_builtins(after.spans)),
    ]
    yield from _changed(label, location, "record")
    times: list[tuple[str, object, object]] = [
        ("started", before.started, after.started),
        ("ended", before.ended, after.ended),
    ]
    yield from _changed(times, location, "time")


def _counted(redacted: Mapping[str, int]) -> str:
    """Return the counts as text. As JSON, a name of a secret before a number would look like a secret."""
    return ", ".join(f"{count} × {name}" for name, count in redacted.items())


def _changed(values: list[tuple[str, object, object]], location: Location, reason: str) -> Iterator[Change]:
    for name, before, after in values:
        if before != after:
            yield Change("changed", location.within(name), before, after, reason)
