"""The writer of JUnit XML."""

from __future__ import annotations

from tracer.rendering.junit_xml import JUnitCase, JUnitResult, JUnitSuite, finding_lines, junit_xml


def test_a_report_counts_its_cases_by_result() -> None:
    passed = JUnitCase("a", "tracer", [], 0.25)
    output = JUnitCase("b", "tracer", [JUnitResult("system-out", ["first", "second"])])
    failed = JUnitCase(
        "c", "tracer", [JUnitResult("failure", ["<why>"], "differs", "different"), *output.results]
    )
    broken = JUnitCase("d\x1b", "tracer", [JUnitResult("error", ["x"], "unreadable\x00", "unreadable")])
    assert junit_xml([JUnitSuite("all", [passed, output, failed, broken], 2), JUnitSuite("none", [])]) == (
        """<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="all" tests="4" failures="1" errors="1" skipped="0" time="2.000">
    <testcase name="a" classname="tracer" time="0.250" />
    <testcase name="b" classname="tracer">
      <system-out>first
second</system-out>
    </testcase>
    <testcase name="c" classname="tracer">
      <failure type="different" message="differs">&lt;why&gt;</failure>
      <system-out>first
second</system-out>
    </testcase>
    <testcase name="d�" classname="tracer">
      <error type="unreadable" message="unreadable�">x</error>
    </testcase>
  </testsuite>
  <testsuite name="none" tests="0" failures="0" errors="0" skipped="0" />
</testsuites>
"""
    )


def test_a_finding_without_an_address_is_its_text_alone() -> None:
    assert finding_lines("changed: status", "https://example/#x") == [
        "changed: status",
        "see https://example/#x",
    ]
    assert finding_lines("changed: status", "") == ["changed: status"]
