"""A report as JUnit XML, which CI systems show: a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tracer.rendering.texts import visible

if TYPE_CHECKING:
    from tracer.conformance.report import Check, Report

__all__ = ["junit"]

_LIMIT = 4000


def junit(report: Report) -> str:
    """The XML text, ending with a newline.

    What deviates, is undetermined or has no sequence is a failure; what could not be read is an error.
    Times are those that the recorded runs took.
    """
    suite = ET.Element(
        "testsuite",
        name="tracer check",
        tests=str(len(report.recordings)),
        failures=str(report.deviating + report.undetermined + report.without_sequence),
        errors=str(report.errors),
        skipped="0",
        time=_seconds(sum(one.duration for one in report.recordings)),
    )
    for one in report.recordings:
        suite.append(_case(one))
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(one: Check) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=visible(one.recording, _LIMIT),
        classname=visible(f"tracer.{one.sequence or 'none'}", _LIMIT),
        time=_seconds(one.duration),
    )
    if one.error:
        _add(case, "error", "unreadable", one.problem, [one.problem])
    elif one.verdict is None:
        _add(case, "failure", "no-sequence", one.problem, [one.problem])
    elif one.verdict == "undetermined":
        lines = [one.problem, *(deviation.text for deviation in one.deviations)]
        _add(case, "failure", "undetermined", one.problem, lines)
    elif one.verdict == "deviates":
        lines = [deviation.text for deviation in one.deviations]
        _add(case, "failure", "deviates", f"deviates from {one.sequence}", lines)
    return case


def _add(case: ET.Element, tag: str, kind: str, message: str, lines: list[str]) -> None:
    # Line by line: XML 1.0 has no way to write the characters that `visible` replaces.
    child = ET.SubElement(case, tag, type=kind, message=visible(message, _LIMIT))
    child.text = "\n".join(visible(line, _LIMIT) for line in lines)


def _seconds(duration: float) -> str:
    return f"{duration:.3f}"
