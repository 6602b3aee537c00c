"""The findings of a comparison: each difference at its location in the later recording."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.findings import Finding, FindingLocation

if TYPE_CHECKING:
    from tracer.comparison.differences import Difference
    from tracer.comparison.grouping import Line
    from tracer.comparison.report import RecordingComparison

__all__ = ["finding", "line_finding"]


def finding(difference: Difference, recording: RecordingComparison) -> Finding:
    """Return ``difference`` as a finding in the later file of ``recording``. The source is the earlier file.

    The rule is the name of a rule in severities.yaml.
    """
    location = FindingLocation(recording.after, difference.exchange_after, difference.place)
    return Finding(difference.why, difference.severity, location, recording.before)


def line_finding(line: Line[Difference], recording: RecordingComparison) -> Finding:
    """Return a line as a finding in one of its recordings, without the number of an exchange.

    Only the first recording of a line has the exchange of ``line.difference``.
    """
    single = finding(line.difference, recording)
    return single._replace(location=FindingLocation(recording.after, path=line.place))
