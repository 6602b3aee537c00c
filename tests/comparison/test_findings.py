"""The findings of a comparison: a location in the later file, the earlier file as the source."""

from __future__ import annotations

import re
from pathlib import Path

from tests.comparison.runs import exchange, run
from tracer.comparison import compare
from tracer.comparison.findings import finding, line_finding
from tracer.comparison.grouping import sections
from tracer.comparison.report import RecordingComparison
from tracer.findings import DIFFERENCE_SEVERITIES, Finding, FindingLocation

ROOT = Path(__file__).parents[2]


def compared(name: str, *bodies: object) -> RecordingComparison:
    """A row of a report: one exchange for each body, all empty before."""
    before = run(*(exchange(f"/{number}", {}) for number in range(len(bodies))))
    after = run(*(exchange(f"/{number}", body) for number, body in enumerate(bodies)))
    comparison = compare(before, after)
    return RecordingComparison(
        recording=name,
        before=f"zed/{name}.yaml",
        after=f"2026.2/{name}.yaml",
        differences=comparison.differences,
        suppressed=comparison.suppressed,
    )


def test_a_difference_as_a_finding() -> None:
    row = compared("show", {}, {"a": 1})
    location = FindingLocation("2026.2/show.yaml", 2, "GET /1 → 200 · body.a")
    assert [finding(difference, row) for difference in row.differences] == [
        Finding("added", "additive", location, "zed/show.yaml")
    ]


def test_a_shared_difference_is_a_finding_in_each_recording() -> None:
    rows = [compared("list", {"a": 1}), compared("show", {"a": 1})]
    (section,) = sections([(row.recording, row.differences) for row in rows])
    (line,) = section.lines
    assert [line_finding(line, row).location for row in rows] == [
        FindingLocation("2026.2/list.yaml", None, "GET /0 → 200 · body.a"),
        FindingLocation("2026.2/show.yaml", None, "GET /0 → 200 · body.a"),
    ]


def test_the_documentation_describes_each_severity() -> None:
    for language in ("", ".ko"):
        page = (ROOT / f"docs/reference/findings{language}.md").read_text("utf-8")
        described = re.findall(r"^\| `([\w-]+)`", page, re.MULTILINE)
        assert described[-len(DIFFERENCE_SEVERITIES) :] == list(DIFFERENCE_SEVERITIES)
