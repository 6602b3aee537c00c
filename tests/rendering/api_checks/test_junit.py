"""The report of `tracer check --api` as JUnit XML."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from tests.conformance.api.calls import IMAGE, call, recording
from tests.conformance.api.test_report import ROOTS, report
from tracer.documentation import findings_url
from tracer.rendering.api_checks.junit import api_junit

if TYPE_CHECKING:
    from pathlib import Path


def test_each_recording_is_a_test_case(tmp_path: Path) -> None:
    made = report(
        tmp_path,
        recording(ROOTS, call("glance", "GET", f"{IMAGE}?a=1")),
        recording(call("glance", "GET", IMAGE, 418), release="zed"),
        recording(ROOTS, release=None),
    )
    suite = ET.fromstring(api_junit(made)).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    passing, failing, unread = suite.findall("testcase")
    output = passing.findtext("system-out") or ""
    assert findings_url("api", "undocumented-parameter") in output
    assert output.endswith("known contradictions: 1")
    assert passing.find("failure") is None
    failure = failing.find("failure")
    assert failure is not None
    assert (failing.get("classname"), failure.get("type")) == ("tracer.api.zed", "undocumented-status")
    error = unread.find("error")
    assert error is not None
    assert "--release" in (error.get("message") or "")


def test_the_lowest_severity_decides(tmp_path: Path) -> None:
    made = report(tmp_path, recording(call("glance", "GET", f"{IMAGE}?a=1")), fail_on="undocumented")
    failure = ET.fromstring(api_junit(made)).find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("type") == "undocumented-parameter"
