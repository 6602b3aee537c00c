"""A report on checked recordings as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tracer.formats.json_text import dump

if TYPE_CHECKING:
    from tracer.conformance.report import ConformanceReport

__all__ = ["json_report"]


def json_report(report: ConformanceReport) -> str:
    """Return the JSON text, with a newline at its end.

    The keys are the fields of the structs in ``tracer.conformance``. The problem of a recording and the
    failure of its command are texts, empty without one.
    """
    document = msgspec.to_builtins(report)
    for check, fields in zip(report.recordings, document["recordings"], strict=True):
        fields["problem"] = "" if check.problem is None else str(check.problem)
        fields["failure"] = "" if check.failure is None else str(check.failure)
    return dump(document)
