"""Recordings held against their sequences: the report, and the JUnit XML that is made of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sequences.runs import HOST, by_id, by_name, exchange, named, prologue, show, versions_of_glance
from tests.strategies import texts
from tracer.conformance import (
    Check,
    ConformanceReport,
    Deviation,
    Problem,
    Undetermined,
    Unreadable,
    check,
    check_all,
    exit_code,
)
from tracer.conformance.report import SequenceOrigin
from tracer.documentation import findings_url
from tracer.model import FORMAT, Cloud, Exchange, Recording, RunNote, RunVerdict, free_note
from tracer.recording import load, save
from tracer.rendering.checks.junit import junit
from tracer.rendering.checks.terminal import basis, reasons, summary
from tracer.rendering.recording_table import verdict_line
from tracer.sequences import NoSequence, Origin, find, label

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FLAVORS = exchange("GET", f"{HOST}/compute/v2.1/flavors", 200, to="nova")
SCHEMA_ATTRIBUTES = {
    "testsuites": set(),
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testcase": {"name", "classname", "time"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
}
SCHEMA_CHILDREN = {
    "testsuites": {"testsuite"},
    "testsuite": {"testcase"},
    "testcase": {"failure", "error"},
    "failure": set(),
    "error": set(),
}


def recording(run: Iterable[Exchange], **further: object) -> Recording:
    made = Recording(format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=list(run))
    return msgspec.structs.replace(made, **further)


def test_what_conforms() -> None:
    found = check(recording(by_id(), command="openstack image show x", cloud=Cloud(release="zed")), "a.yaml")
    assert found == Check(
        recording="a.yaml",
        verdict="conforms",
        command="openstack image show x",
        release="zed",
        sequence="image-show",
        exchanges=4,
    )


def test_labels_of_the_file_do_not_count() -> None:
    old = msgspec.structs.replace(FLAVORS, verdict="documented", steps=[7, 8])
    found = check(recording([*by_id(), old], sequence="image-show", verdict="conforms"), "a.yaml")
    assert (found.verdict, found.unexpected) == ("deviates", [5])


def test_what_deviates_says_how() -> None:
    found = check(recording([versions_of_glance(500), FLAVORS], sequence="image-show"), "a.yaml")
    assert (found.verdict, found.missing, found.wrong_status, found.unexpected) == (
        "deviates",
        [3, 4, 7, 8],
        [1],
        [2],
    )
    assert [(one.kind, one.exchange) for one in found.deviations] == [
        ("wrong-status", 1),
        ("unexpected", 2),
        ("missing", None),
        ("missing", None),
    ]
    assert found.deviations[0].text == (
        "exchange 1, GET /image: would be steps 5, 6, but the status is 500 where 300 is expected"
    )
    assert found.deviations[1].text == "exchange 2, GET /compute/v2.1/flavors: not documented"
    assert found.deviations[2].text == "missing: steps 3, 4, POST /v3/auth/tokens to keystone"


def _unreached(method: str, url: str, *, to: str = "service-1", status: int | None = None) -> Exchange:
    made = exchange(method, url, status, to=to)
    if made.response is None:
        return msgspec.structs.replace(made, error="[Errno 111] Connection refused")
    return msgspec.structs.replace(made, response=msgspec.structs.replace(made.response, reason="Required"))


@pytest.mark.parametrize(
    ("failed", "text"),
    [
        (
            _unreached("CONNECT", "https://127.0.0.1:5999/"),
            "exchange 1, CONNECT: no connection to 127.0.0.1:5999: [Errno 111] Connection refused",
        ),
        (
            _unreached("CONNECT", "https://127.0.0.1:5999/", to="keystone"),
            "exchange 1, CONNECT: no connection to 127.0.0.1:5999: [Errno 111] Connection refused",
        ),
        (
            _unreached("CONNECT", "https://cloud.test/", status=407),
            "exchange 1, CONNECT: no connection to cloud.test: the proxy answered 407 Required",
        ),
        (
            _unreached("GET", "https://[::1]:5999/identity"),
            "exchange 1, GET /identity: no response from [::1]:5999: [Errno 111] Connection refused",
        ),
    ],
)
def test_a_cloud_that_is_not_reached_is_the_reason_and_no_step_is_near(failed: Exchange, text: str) -> None:
    deviations = check(recording([failed], sequence="image-show"), "a.yaml").deviations
    assert (deviations[0].exchange, deviations[0].text) == (1, text)
    assert {each.kind for each in deviations[1:]} == {"missing"}


def test_an_unexpected_request_to_a_known_service_without_an_answer_has_its_nearest_step() -> None:
    found = check(
        recording([_unreached("GET", f"{HOST}/image/v2/x", to="glance")], sequence="image-show"), "a"
    )
    assert "not documented; nearest comes" in found.deviations[0].text


@pytest.mark.parametrize(
    ("further", "verdict", "sequence"),
    [
        ({"sequence": "image-show"}, "conforms", "image-show"),
        ({"sequence": "mine"}, None, None),
        ({}, "conforms", "image-show"),
        ({"command": "openstack image show x"}, "conforms", "image-show"),
        ({"command": "openstack stack list"}, None, None),
        ({"command": "openstack stack list", "sequence": "image-show"}, "conforms", "image-show"),
    ],
)
def test_the_sequence_of_a_recording(
    further: dict[str, str], verdict: str | None, sequence: str | None
) -> None:
    found = check(recording(named(), **further), "a.yaml")
    assert (found.verdict, found.sequence, found.error) == (verdict, sequence, False)
    assert bool(found.problem) == (verdict is None)


def test_a_sequence_that_is_given_comes_first() -> None:
    found = check(recording([FLAVORS], command="openstack stack list"), "a.yaml", find("image-show"))
    assert (found.verdict, found.sequence) == ("deviates", "image-show")


def test_one_that_cannot_be_read_does_not_keep_the_others_from_being_checked(tmp_path: Path) -> None:
    good, bad, none = tmp_path / "good.yaml", tmp_path / "bad.yaml", tmp_path / "none.yaml"
    save(recording(by_id()), good)
    bad.write_text("format: 1\ncommand: [")
    report = check_all([bad, none, good])
    assert (report.conforming, report.errors, exit_code(report)) == (1, 2, 2)
    assert [(one.error, one.problem) for one in report.recordings] == [
        (True, Unreadable(location="line 3", problem="not YAML: did not find expected node content")),
        (True, Unreadable(problem="No such file or directory")),
        (False, None),
    ]


@pytest.mark.parametrize(
    ("runs", "code"),
    [([by_id()], 0), ([by_id(), named()], 0), ([by_id(), [show(), FLAVORS]], 1), ([[FLAVORS]], 1)],
)
def test_the_exit_code(runs: list[list[Exchange]], code: int, tmp_path: Path) -> None:
    for number, run in enumerate(runs):
        save(recording(run), tmp_path / f"{number}.yaml")
    assert exit_code(check_all(sorted(tmp_path.iterdir()))) == code


def test_ten_thousand_exchanges_take_seconds() -> None:
    run = [*prologue(), show("x", 404), *(by_name(f"n{number}") for number in range(10_000))]
    start = time.process_time()
    assert check(recording(run), "a.yaml", find("image-show")).verdict == "conforms"
    assert time.process_time() - start < 10


unreadable = st.builds(Unreadable, location=texts, problem=texts)
absent = st.builds(NoSequence, name=texts, failed_login=texts)
doubts = st.sampled_from(["client", "exchanges"])
undetermined = st.builds(Undetermined, doubt=doubts, has_notes=st.booleans(), no_sequence=st.none() | absent)
deviations = st.builds(
    Deviation,
    kind=st.sampled_from(["unexpected", "wrong-status", "missing"]),
    exchange=st.none() | st.integers(1),
    text=texts,
)


def _checks(
    problems: st.SearchStrategy[Problem | None], *verdicts: RunVerdict | None
) -> st.SearchStrategy[Check]:
    return st.builds(
        Check,
        recording=texts,
        verdict=st.sampled_from(verdicts),
        problem=problems,
        command=st.none() | texts,
        sequence=st.none() | texts,
        duration=st.floats(0, 1e6),
        deviations=st.lists(deviations, max_size=3),
    ).map(lambda each: msgspec.structs.replace(each, error=isinstance(each.problem, Unreadable)))


checks = (
    _checks(st.none(), "conforms", "deviates")
    | _checks(undetermined, "undetermined")
    | _checks(absent | unreadable, None)
)


def report_of(given: list[Check]) -> ConformanceReport:
    return ConformanceReport(
        conforming=sum(one.verdict == "conforms" for one in given),
        deviating=sum(one.verdict == "deviates" for one in given),
        undetermined=sum(one.verdict == "undetermined" for one in given),
        without_sequence=sum(one.verdict is None and not one.error for one in given),
        errors=sum(one.error for one in given),
        recordings=given,
    )


@given(st.lists(checks, max_size=4))
def test_junit_is_valid_whatever_the_texts_are(given: list[Check]) -> None:
    root = ET.fromstring(junit(report_of(given)).encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        assert set(element.attrib) == SCHEMA_ATTRIBUTES[element.tag]
        assert {child.tag for child in element} <= SCHEMA_CHILDREN[element.tag]
        assert float(element.attrib.get("time", 0)) >= 0
    (suite,) = root
    assert len(suite) == len(given) == int(suite.attrib["tests"])
    assert len(suite.findall("testcase/failure")) == int(suite.attrib["failures"])
    assert len(suite.findall("testcase/error")) == int(suite.attrib["errors"])
    for case, one in zip(suite, given, strict=True):
        assert len(case) == (one.verdict != "conforms")
        assert {child.tag for child in case} <= ({"error"} if one.error else {"failure"})


DOUBT = RunNote(code="concurrent-request", values={"peer": "192.0.2.7"})
UNRELATED = free_note("the command line is not known")
MISSING = (
    "evidence is missing on which exchanges belong to the run; its notes say why"
    " (record one command at a time, see docs/explanation/attribution.md)"
)


@pytest.mark.parametrize("run", [by_id(), [*by_id(), FLAVORS]], ids=["conforming", "deviating"])
def test_what_is_undetermined_stays_so_with_its_reason(run: list[Exchange], tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save(
        recording(run, sequence="image-show", verdict="undetermined", notes=[UNRELATED, DOUBT]),
        path,
        known_secrets=None,
    )
    report = check_all([path], find("image-show"))
    assert (report.undetermined, report.conforming, report.deviating, exit_code(report)) == (1, 0, 0, 1)
    (found,) = report.recordings
    assert found.verdict == "undetermined"
    assert found.problem == Undetermined(doubt="exchanges", has_notes=True)
    lines = [line.plain for line in reasons(report)]
    assert lines[1] == f"  undetermined: {MISSING}"
    assert [each.text for each in found.deviations] == [line.strip() for line in lines[2:]]
    assert summary(report).plain == "1 recording: 1 undetermined"
    ((failure,),) = ET.fromstring(junit(report).encode()).iter("testcase")
    assert failure.attrib["type"] == "undetermined"
    assert failure.attrib["message"] == f"undetermined: {MISSING}"
    assert verdict_line(load(path)).plain.startswith(f"undetermined (image-show): {MISSING}")
    assert label(load(path), find("image-show")).verdict == "undetermined"


def test_what_is_undetermined_stays_so_where_no_sequence_fits(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    save(recording([FLAVORS], verdict="undetermined", notes=[DOUBT]), path, known_secrets=None)
    report = check_all([path])
    assert (report.undetermined, report.without_sequence, exit_code(report)) == (1, 0, 1)
    (found,) = report.recordings
    assert found.problem == Undetermined(doubt="exchanges", has_notes=True, no_sequence=NoSequence())
    assert str(found.problem).startswith("undetermined: evidence is missing")
    assert str(found.problem).endswith(
        "; no documented sequence fits: nothing to compare with (tracer learn begins one)"
    )
    assert verdict_line(load(path)).plain.startswith("undetermined: evidence is missing")
    again = check_all([path], find("image-show"))
    assert (again.undetermined, again.conforming) == (1, 0)


def test_an_undetermined_run_without_notes_points_at_none() -> None:
    found = check(recording(by_id(), sequence="image-show", verdict="undetermined"), "a.yaml")
    assert found.verdict == "undetermined"
    assert "notes" not in str(found.problem)


def test_a_reason_of_many_recordings_appears_once() -> None:
    strange = [check(recording([FLAVORS]), f"{number}.yaml") for number in range(11)]
    deviating = [
        check(recording([*by_id(), FLAVORS], sequence="image-show"), f"d{number}.yaml")
        for number in range(10)
    ]
    lines = [line.plain for line in reasons(report_of([strange[0], *deviating, *strange[1:]]))]
    without, added = lines[:10], lines[10:]
    assert without[:9] == [*(f"{number}.yaml" for number in range(8)), "and 3 more"]
    assert without[9].startswith("  no documented sequence fits")
    assert added[:10] == [f"d{number}.yaml" for number in range(10)]
    assert [line.strip() for line in added[10:]] == [each.text for each in deviating[0].deviations]


def test_a_list_of_many_sequences_is_cut_between_names() -> None:
    names = [f"coffee-{number}" for number in range(10)]
    bases = [SequenceOrigin(sequence=name, origin=Origin(source="written")) for name in names]
    *_, last = (line.plain for line in basis(msgspec.structs.replace(report_of([]), sequences=bases)))
    assert last == ", ".join(names[:8]) + " and 2 more: written by hand"


def test_what_junit_says_of_a_deviation() -> None:
    found = check(recording([*by_id(), FLAVORS], sequence="image-show"), "z/a\x1b[31m.yaml")
    (case,) = ET.fromstring(junit(report_of([found])).encode()).iter("testcase")
    assert case.attrib["name"] == "z/a\ufffd[31m.yaml"
    assert case.attrib["classname"] == "tracer.image-show"
    (failure,) = case
    assert (failure.attrib["type"], failure.text) == (
        "deviates",
        f"{found.deviations[0].text}\nsee {findings_url('rule', 'unexpected')}",
    )


@given(st.lists(checks, max_size=3))
def test_the_report_as_json_can_be_read_again(given: list[Check]) -> None:
    report = report_of(given)
    assert msgspec.json.decode(msgspec.json.encode(report), type=ConformanceReport) == report
