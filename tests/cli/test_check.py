"""``tracer check``, ``tracer sequences`` and ``tracer learn``, as their users start them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest

from tests.cli.runner import tracer
from tracer.formats import yaml_text
from tracer.recording import load, save
from tracer.sequences import catalog
from tracer.sequences import load as load_sequence

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "recordings" / "zed" / "image-show.yaml"
BY_NAME = SHIPPED.with_name("image-show-by-name.yaml")
LISTS = {"recordings", "criteria", "sequences"}
RECORDED = ROOT / "tests" / "sequences" / "recorded"


@pytest.fixture
def deviating(tmp_path: Path) -> Path:
    import msgspec

    recording = load(SHIPPED)
    run = list(recording.exchanges)
    path = tmp_path / "deviating.yaml"
    save(
        msgspec.structs.replace(recording, exchanges=run[:2] + run[3:] * 2),
        path,
    )
    return path


def test_what_ships_conforms() -> None:
    ended = tracer("check", ROOT / "recordings")
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    last = ended.stdout.splitlines()[-1]
    commands = r"\d+ recordings: \d+ conform, \d+ commands failed, \d+ fail as expected"
    assert re.fullmatch(rf"{commands}(; \d+ single requests, for tracer check --api)?", last)


def test_a_deviation_is_explained_below_the_table(deviating: Path) -> None:
    ended = tracer("check", SHIPPED, deviating)
    assert ended.returncode == 1
    assert "but the same request was sent before and succeeded (exchange 3)" in ended.stdout
    assert ended.stdout.endswith("2 recordings: 1 conforms, 1 deviates\n")


def test_no_sequence_is_not_conformity(tmp_path: Path) -> None:
    ended = tracer("check", RECORDED / "zed" / "image-list-1.yaml", "--sequence", "image-show")
    assert (ended.returncode, ended.stderr) == (1, "")
    other = tmp_path / "flavors.yaml"
    other.write_text(
        SHIPPED.read_text().replace("image show", "no such").replace("sequence: image-show\n", "")
    )
    ended = tracer("check", other)
    assert ended.returncode == 1
    assert "no documented sequence fits" in ended.stdout
    assert "1 without a sequence" in ended.stdout


def test_a_command_that_fails_as_its_suite_expects_is_no_finding(tmp_path: Path) -> None:
    failing = tmp_path / "a.yaml"
    text = SHIPPED.read_text().replace("status: 200", "status: 500").replace("exit: 0", "exit: 1")
    failing.write_text(text.replace("suite: image\n", "suite: errors\nfails: true\n", 1))
    ended = tracer("check", tmp_path)
    assert ended.returncode == 0
    assert "fails as expected" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "1 recording: 1 fails as expected"
    sarif = tracer("check", tmp_path, "--format", "sarif").stdout
    assert '"level": "error"' not in sarif
    assert '"failedCommands": []' in sarif
    assert "<failure" not in tracer("check", tmp_path, "--format", "junit").stdout
    failing.write_text(failing.read_text().replace("fails: true\n", ""))
    assert tracer("check", tmp_path).returncode == 1
    assert '"level": "error"' in tracer("check", tmp_path, "--format", "sarif").stdout
    assert "<failure" in tracer("check", tmp_path, "--format", "junit").stdout


def test_recordings_of_single_requests_are_only_counted(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        request = SHIPPED.read_text().replace("sequence: image-show\n", "").splitlines(keepends=True)
        request[1] = "command: GET /v2/images?limit=0\n"
        (tmp_path / name).write_text("".join(request))
    alone = tracer("check", tmp_path)
    assert (alone.returncode, alone.stderr) == (0, "")
    assert alone.stdout.splitlines()[-1] == "2 single requests, for tracer check --api"
    beside = tracer("check", tmp_path, SHIPPED)
    assert beside.returncode == 0
    requests = "2 single requests, for tracer check --api"
    assert beside.stdout.splitlines()[-1] == f"1 recording: 1 conforms; {requests}"
    assert tracer("check", tmp_path, "--sequence", "image-show").returncode == 0
    text = (tmp_path / "a.yaml").read_text().replace("verdict: conforms", "verdict: undetermined", 1)
    (tmp_path / "a.yaml").write_text(text)
    assert "1 recording: 1 undetermined; 1 single request" in tracer("check", tmp_path).stdout


def test_an_unreadable_file_is_in_the_report_and_the_others_are_checked(tmp_path: Path) -> None:
    (tmp_path / "torn.yaml").write_text("format: [1")
    (tmp_path / "gone.yaml").symlink_to(tmp_path / "nothing")
    ended = tracer("check", tmp_path / "torn.yaml", SHIPPED, tmp_path / "gone.yaml", "--format", "json")
    assert (ended.returncode, ended.stderr) == (2, "")
    report = json.loads(ended.stdout)
    assert {key: value for key, value in report.items() if key not in LISTS} == {
        "format": 1,
        "conforming": 1,
        "deviating": 0,
        "undetermined": 0,
        "without_sequence": 0,
        "errors": 2,
        "failed": 0,
        "expected_failures": 0,
        "requests": 0,
    }
    assert set(report) >= LISTS
    assert [(one["verdict"], one["error"]) for one in report["recordings"]] == [
        (None, True),
        ("conforms", False),
        (None, True),
    ]
    assert set(report["recordings"][0]) == {
        "recording", "verdict", "error", "problem", "failure", "expected_failure", "command", "release",
        "sequence", "exchanges", "duration", "missing", "unexpected", "wrong_status", "deviations",
    }  # fmt: skip


def test_a_file_that_cannot_be_read_is_its_error_alone(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("x: [\n")
    ended = tracer("check", "broken.yaml", cwd=tmp_path)
    assert ended.returncode == 2
    assert ended.stdout == (
        "broken.yaml\n  line 2: not YAML: did not find expected node content\n1 recording: 1 not readable\n"
    )


def test_junit(deviating: Path) -> None:
    ended = tracer("check", deviating, SHIPPED, "--format", "junit")
    assert ended.returncode == 1
    cases = list(ET.fromstring(ended.stdout.encode()).iter("testcase"))
    assert [[child.tag for child in case] for case in cases] == [["failure"], []]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("check",), "RECORDING"),
        (("check", SHIPPED, "--sequence", "nope"), "--sequence: unknown sequence 'nope'"),
        (("check", SHIPPED, "--format", "xml"), "expected one of table, json, junit, sarif, got 'xml'"),
        (("check", "."), "no recording in this folder"),
        (("learn", "none.yaml"), "none.yaml: No such file or directory"),
        (("learn", SHIPPED, RECORDED / "zed" / "image-list-1.yaml"), "but "),
        (("learn", SHIPPED, "--name", "No Name"), "--name: expected str matching"),
        (("sequences", "show", "nope"), "unknown sequence 'nope'"),
        (("sequences", "show", "image-show", "--lang", "xx"), "unknown language 'xx'"),
        (("sequences", "list", "--lang", "xx"), "unknown language 'xx'"),
        (("sequences", "lst"), "did you mean list?"),
    ],
)
def test_bad_input_is_one_clear_line(words: tuple[object, ...], problem: str, tmp_path: Path) -> None:
    ended = tracer(*words, cwd=tmp_path)
    assert ended.returncode == 2
    assert problem in ended.stderr
    assert ended.stderr.startswith("tracer")
    assert ended.stderr.count("\n") == 1


def test_what_is_learned_is_checked_with(tmp_path: Path) -> None:
    recordings = sorted(RECORDED.glob("*/image-save-*.yaml"))
    path = tmp_path / "save.yaml"
    ended = tracer("learn", *recordings, "-o", path, "--name", "saving")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == f"wrote {path}: 10 steps of 'openstack image save'; 4 of 4 recordings conform\n"
    assert load_sequence(path).name == "saving"
    assert path.read_text().startswith("# Learned from 4 recordings.")
    assert tracer("check", "--sequence", path, *recordings).returncode == 0
    assert tracer("check", "--sequence", path, RECORDED / "zed" / "image-delete-id.yaml").returncode == 1
    shown = tracer("sequences", "show", path).stdout
    assert "GET /image/v2/images/{image_id}/file" in shown


def test_without_a_file_it_goes_to_stdout(tmp_path: Path) -> None:
    ended = tracer("learn", SHIPPED, BY_NAME)
    path = tmp_path / "x.yaml"
    path.write_text(ended.stdout)
    assert load_sequence(path).command == "openstack image show"
    assert ended.stderr == "8 steps of 'openstack image show'; 2 of 2 recordings conform\n"


def test_what_is_learned_can_be_named(tmp_path: Path) -> None:
    ended = tracer(
        "learn", SHIPPED, RECORDED / "zed" / "image-list-1.yaml", "--command", "openstack image look"
    )
    assert ended.returncode == 0
    assert "\ncommand: openstack image look\n" in ended.stdout


def test_all_sequences_are_listed() -> None:
    for language, title in (("en", "Show one image"), ("ko", "이미지 한 건 조회")):
        printed = tracer("sequences", "list", "--lang", language).stdout
        assert title in printed
        assert all(sequence.command in printed for sequence in catalog().values())


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("sequence", catalog().values(), ids=str)
def test_all_sequences_can_be_shown(sequence: object, language: str) -> None:
    from tracer.sequences import Sequence

    assert isinstance(sequence, Sequence)
    ended = tracer("sequences", "show", sequence.name, "--lang", language, COLUMNS="300")
    assert (ended.returncode, ended.stderr) == (0, "")
    for entry in sequence.entries:
        for one in (entry, *(entry.fallback.then if entry.fallback else ())):
            assert one.summary[language] in ended.stdout
            assert f"{one.path.removesuffix('/')}" in ended.stdout


def test_a_sequence_as_its_file_and_as_a_diagram() -> None:
    file = ROOT / "tracer" / "sequences" / "catalog" / "image-show.yaml"
    for given in ("image-show", file):
        assert tracer("sequences", "show", given, "--format", "yaml").stdout == file.read_text()
    diagram = tracer("sequences", "show", "image-show", "--format", "mermaid").stdout
    assert diagram.startswith("sequenceDiagram\n  autonumber\n")


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads(tracer("sequences", "schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", catalog())
def test_the_schema_accepts_what_ships(name: str, validator: jsonschema.Draft202012Validator) -> None:
    file = ROOT / "tracer" / "sequences" / "catalog" / f"{name}.yaml"
    validator.validate(yaml_text.load(file.read_text(), file.name))


def test_the_schema_accepts_what_was_learned(validator: jsonschema.Draft202012Validator) -> None:
    for command in ("image-show", "image-save", "image-create", "project-show"):
        learned = tracer("learn", *RECORDED.glob(f"*/{command}-*.yaml")).stdout
        validator.validate(yaml_text.load(learned, command))


@pytest.mark.parametrize(
    ("good", "broken"),
    [
        ("name: image-show", "name: Image Show"),
        ("command: openstack image show", "commands: openstack image show"),
        ("status: 300", "status: ok"),
        ("status: 300", "status: 3000"),
        ("method: POST", "method: post"),
        ("optional: true", "optional: perhaps"),
        ("    then:", "    next:"),
        ("to: glance", "receiver: glance"),
    ],
)
def test_the_schema_refuses_what_is_broken(
    good: str, broken: str, validator: jsonschema.Draft202012Validator
) -> None:
    text = (ROOT / "tests/sequences/format1/catalog/image-show.yaml").read_text()
    assert validator.is_valid(yaml_text.load(text, "x"))
    assert good in text
    assert not validator.is_valid(yaml_text.load(text.replace(good, broken, 1), "x"))


OWN = """\
name: mine
command: openstack image show
title: {en: A title of my own}
exchanges:
- {steps: [1, 2], to: keystone, method: GET, path: /, status: 300, optional: true}
- {steps: [3, 4], to: keystone, method: POST, path: /v3/auth/tokens, status: 201}
- {steps: [5, 6], to: glance, method: GET, path: /, status: 300, optional: true}
- steps: [7, 8]
  to: glance
  method: GET
  path: /v2/images/{image_id}
  status: 200
  summary: {en: Words of my own}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with a sequence file, and a recording that was held against it."""
    (tmp_path / "mine.yaml").write_text(OWN)
    text = (ROOT / "recordings" / "zed" / "image-show.yaml").read_text(encoding="utf-8")
    (tmp_path / "recs").mkdir()
    (tmp_path / "recs" / "a.yaml").write_text(text.replace("sequence: image-show", "sequence: mine"))
    return tmp_path


def test_a_sequence_of_ones_own_is_asked_for_and_taken(own: Path) -> None:
    unknown = tracer("check", own / "recs")
    assert unknown.returncode == 1
    assert "its sequence 'mine' is not known here: --add-sequence FILE gives it" in unknown.stdout
    for option in ("--add-sequence", "--sequence"):
        assert tracer("check", own / "recs", option, own / "mine.yaml").returncode == 0


def test_pages_tell_the_texts_of_a_sequence_of_ones_own(own: Path) -> None:
    given = ("--add-sequence", own / "mine.yaml")
    assert tracer("view", own / "recs" / "a.yaml", "-o", own / "x.html", *given).returncode == 0
    assert "Words of my own" in (own / "x.html").read_text(encoding="utf-8")
    assert tracer("docs", own / "recs", "-o", own / "site", *given).returncode == 0
    page = own / "site" / "docs" / "zed" / "a.md"
    assert "Words of my own" in page.read_text(encoding="utf-8")
    (own / "mine.yaml").write_text(OWN.replace("Words of my own", "Other words"))
    assert tracer("docs", own / "recs", "-o", own / "site", *given).returncode == 0
    assert "Other words" in page.read_text(encoding="utf-8")


def test_what_is_learned_overwrites_nothing_unasked(own: Path) -> None:
    learn = ("learn", own / "recs", "-o", own / "mine.yaml")
    refused = tracer(*learn)
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--replace" in refused.stderr
    assert (own / "mine.yaml").read_text() == OWN
    assert tracer(*learn, "--replace").returncode == 0
    assert (own / "mine.yaml").read_text() != OWN


def test_the_shipped_recordings_contradict_the_reference_only_as_known() -> None:
    ended = tracer("check", "--api", "--no-schemas", ROOT / "recordings", "--fail-on", "undocumented")
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    assert "compared with the API reference: " in ended.stdout
    assert ended.stdout.endswith(" known contradictions\n")


def test_the_api_check_needs_a_release(tmp_path: Path) -> None:
    other = tmp_path / "a.yaml"
    other.write_text(SHIPPED.read_text().replace("cloud: {release: zed, url:", "cloud: {url:"))
    ended = tracer("check", "--api", "--no-schemas", other)
    assert (ended.returncode, ended.stderr) == (2, "")
    assert "the recording names no release of its cloud: name it with --release" in ended.stdout
    assert tracer("check", "--api", "--no-schemas", other, "--release", "Zed").returncode == 0


@pytest.mark.parametrize("kind", ["json", "junit", "sarif"])
def test_the_api_check_has_the_formats_of_check(tmp_path: Path, kind: str) -> None:
    wrong = tmp_path / "a.yaml"
    wrong.write_text(SHIPPED.read_text().replace("status: 200", "status: 202"))
    ended = tracer("check", "--api", "--no-schemas", "--format", kind, wrong)
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "undocumented-status" in ended.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--api", "--sequence", "image-show"), "--sequence: has no effect with --api"),
        (("--no-schemas",), "--no-schemas: has no effect without --api"),
        (("--release", "zed"), "--release: has no effect without --api"),
        (("--fail-on", "error"), "--fail-on: has no effect without --api"),
        (("--api", "--fail-on", "breaking"), "expected one of error, undocumented"),
    ],
)
def test_an_option_without_effect_is_refused(options: tuple[str, ...], message: str) -> None:
    ended = tracer("check", *options, SHIPPED)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert message in ended.stderr


HOSTILE = "\x9b31m\x7f\u2028\u2029\u202e\u2066\u200b"


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--format", "json"),
        ("check", "--format", "sarif"),
        ("check", "--api", "--no-schemas", "--format", "json"),
        ("diff", "--format", "json"),
        ("diff", "--format", "sarif"),
    ],
)
def test_json_is_safe_to_print(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Characters that command a terminal are escaped, wherever they come from: keys, texts and file names."""
    text = SHIPPED.read_text()
    hostile = tmp_path / f"a{HOSTILE}.yaml"
    escaped = json.dumps(f"x{HOSTILE}")
    hostile.write_text(text.replace("format: 1", f"format: 1\n{escaped}: 1"))
    changed = tmp_path / f"b{HOSTILE}.yaml"
    changed.write_text(text.replace("reason: OK", f"reason: {escaped}"))
    pair = (hostile,) if words[0] == "check" else (SHIPPED, changed)
    ended = tracer(*words, *pair)
    assert ended.stdout
    assert json.loads(ended.stdout)
    assert all(line.isprintable() for line in ended.stdout.split("\n"))


def test_json_of_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"x\xff.yaml")
    path.write_bytes(SHIPPED.read_bytes())
    ended = tracer("check", "--format", "json", path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["recordings"][0]["recording"] == str(path)
