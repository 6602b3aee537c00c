"""JUnit XML, the format of test results in CI systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple
from xml.etree import ElementTree as ET

from tracer.rendering.visible_texts import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["JUnitCase", "JUnitResult", "JUnitSuite", "finding_lines", "junit_xml"]

_LIMIT = 4000


class JUnitResult(NamedTuple):
    """A failure or an error with its message and type, or output of a test case without them."""

    tag: Literal["failure", "error", "system-out"]
    lines: Sequence[str]
    message: str = ""
    type: str = ""


class JUnitCase(NamedTuple):
    """A test case. It passes without a failure or error among its ``results``. ``time`` is in seconds."""

    name: str
    classname: str
    results: Sequence[JUnitResult]
    time: float | None = None


class JUnitSuite(NamedTuple):
    """Test cases under one name. ``time`` is in seconds."""

    name: str
    cases: Sequence[JUnitCase]
    time: float | None = None


def finding_lines(text: str, url: str) -> list[str]:
    """Return the lines of a finding: its text and, unless ``url`` is empty, the address that explains it."""
    return [text, f"see {url}"] if url else [text]


def junit_xml(suites: Sequence[JUnitSuite]) -> str:
    """Return the XML text of a report, with a newline at its end."""
    root = ET.Element("testsuites")
    root.extend(_suite(suite) for suite in suites)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(suite: JUnitSuite) -> ET.Element:
    tags = [{result.tag for result in case.results} for case in suite.cases]
    attributes = {
        "name": visible(suite.name, _LIMIT),
        "tests": str(len(suite.cases)),
        "failures": str(sum("failure" in each for each in tags)),
        "errors": str(sum("error" in each for each in tags)),
        "skipped": "0",
    }
    element = ET.Element("testsuite", attributes | _time(suite.time))
    element.extend(_case(case) for case in suite.cases)
    return element


def _case(case: JUnitCase) -> ET.Element:
    names = {"name": visible(case.name, _LIMIT), "classname": visible(case.classname, _LIMIT)}
    element = ET.Element("testcase", names | _time(case.time))
    for result in case.results:
        attributes = {"type": result.type, "message": visible(result.message, _LIMIT)} if result.type else {}
        # XML 1.0 cannot express the characters that `visible` replaces; `visible` would join the lines.
        text = "\n".join(visible(line, _LIMIT) for line in result.lines)
        ET.SubElement(element, result.tag, attributes).text = text
    return element


def _time(seconds: float | None) -> dict[str, str]:
    return {} if seconds is None else {"time": f"{seconds:.3f}"}
