"""A report as JUnit XML, which CI systems show: a test case for each recording."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tracer.comparison.report import counted_severities
from tracer.counting import counted
from tracer.rendering.changes.terminal import values
from tracer.rendering.texts import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tracer.comparison import Difference
    from tracer.comparison.report import FailOn, Report, Row, Step

__all__ = ["junit"]

_LIMIT = 4000
_VALUE = 400


def junit(report: Report, fail_on: FailOn) -> str:
    """The XML text, ending with a newline: a suite for each two sides.

    What is different at or above ``fail_on`` is a failure, what is below is output of the case. With ``any``
    a recording that one side has alone is a failure, too, and so is what the baseline need not accept.
    """
    root = ET.Element("testsuites")
    for step in report.steps:
        root.append(_suite(f"{step.before} → {step.after}", list(_cases(step, fail_on))))
    if report.stale:
        case = ET.Element("testcase", name="baseline", classname="tracer.diff")
        text = "no longer occurs, take it out"
        _add(case, "failure" if fail_on == "any" else "system-out", text, report.stale)
        root.append(_suite("baseline", [case]))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(name: str, cases: Sequence[ET.Element]) -> ET.Element:
    failures = sum(case.find("failure") is not None for case in cases)
    suite = ET.Element(
        "testsuite",
        name=visible(f"tracer diff {name}", _LIMIT),
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped="0",
    )
    suite.extend(cases)
    return suite


def _cases(step: Step, fail_on: FailOn) -> Iterator[ET.Element]:
    sides = f"tracer.{step.before}.{step.after}"
    for row in step.recordings:
        yield _case(row, sides, fail_on)
    for side, names in ((step.before, step.only_before), (step.after, step.only_after)):
        for name in names:
            case = ET.Element("testcase", name=visible(name, _LIMIT), classname=visible(sides, _LIMIT))
            _add(case, "failure" if fail_on == "any" else "system-out", f"only in {side}", [])
            yield case


def _case(row: Row, sides: str, fail_on: FailOn) -> ET.Element:
    case = ET.Element("testcase", name=visible(row.recording, _LIMIT), classname=visible(sides, _LIMIT))
    severities = counted_severities(fail_on)
    failing = sorted(
        (one for one in row.differences if one.severity in severities),
        key=lambda one: severities.index(one.severity),
    )
    others = [one for one in row.differences if one.severity not in severities]
    if failing:
        count = len(failing)
        message = counted(count, "difference")
        _add(case, "failure", message, [_line(one) for one in failing], failing[0].severity)
    if others:
        _add(case, "system-out", "", [_line(one) for one in others])
    return case


def _line(one: Difference) -> str:
    said = values(one, _VALUE)
    return f"{one.severity} {one.kind}: {one.place}{': ' if said else ''}{said}"


def _add(case: ET.Element, tag: str, message: str, lines: Sequence[str], kind: str = "different") -> None:
    # Line by line: XML 1.0 has no way to write the characters that `visible` replaces.
    told = [visible(line, _LIMIT) for line in lines]
    if tag == "failure":
        child = ET.SubElement(case, tag, type=kind, message=visible(message, _LIMIT))
    else:
        child = ET.SubElement(case, tag)
        told = [*filter(None, [visible(message, _LIMIT)]), *told]
    child.text = "\n".join(told)
