"""Rules and defaults of users: ``--rules DIR``, ``TRACER_RULES``, and ``tracer.toml``."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cli.runner import tracer

ROOT = Path(__file__).parents[2]
ZED, NEWEST = (ROOT / "recordings" / release / "image-show.yaml" for release in ("zed", "2026.2"))
PAGES = [ROOT / "docs/how-to/own-rules.md", ROOT / "docs/how-to/own-rules.ko.md"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules" / "sequences").mkdir(parents=True)
    return tmp_path


def _severities(*words: str | Path) -> dict[str, int]:
    ended = tracer("diff", "--format", "json", "--fail-on", "breaking", *words, ZED, NEWEST)
    assert ended.stderr == ""
    severities: dict[str, int] = json.loads(ended.stdout)["steps"][0]["severities"]
    return severities


@pytest.mark.parametrize("page", PAGES)
def test_the_severity_of_the_documentation(page: Path) -> None:
    example = re.search(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    Path("rules/severities.yaml").write_text(example[1], encoding="utf-8")
    assert _severities() == {"breaking": 0, "breaking-api": 0, "additive": 4, "cosmetic": 0}
    assert _severities("--rules", "rules") == {"breaking": 0, "breaking-api": 0, "additive": 1, "cosmetic": 3}


def test_a_volatile_place_is_not_compared(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    kind = {"name": "version", "only": ["body.versions[]**"], "pattern": ".+", "reason": {"en": "a version"}}
    Path("rules/volatile.yaml").write_text(yaml.safe_dump({"kinds": [kind]}), encoding="utf-8")
    monkeypatch.setenv("TRACER_RULES", str(folder / "rules"))
    assert _severities()["additive"] < 4


def test_a_sequence_and_a_service_are_known() -> None:
    show = ROOT / "tracer/sequences/catalog/image-show.yaml"
    text = show.read_text(encoding="utf-8").replace("name: image-show", "name: coffee-show", 1)
    Path("rules/sequences/coffee.yaml").write_text(text, encoding="utf-8")
    Path("rules/services.yaml").write_text(
        "glance:\n  label: my glance\n  types: [image]\n", encoding="utf-8"
    )
    assert "coffee-show" not in tracer("sequences", "list").stdout
    assert "coffee-show" in tracer("sequences", "list", "--rules", "rules").stdout
    assert (
        "my glance"
        in tracer("sequences", "show", "coffee-show", "--format", "mermaid", "--rules", "rules").stdout
    )


def test_a_policy_is_used_by_every_verb() -> None:
    policy = 'format = 1\n[[fields]]\nkind = "secret"\npaths = ["disk_format"]\n'
    Path("rules/policy.toml").write_text(policy, encoding="utf-8")
    assert tracer("scan", ZED).returncode == 0
    ended = tracer("scan", ZED, "--rules", "rules")
    assert (ended.returncode, "disk_format" in ended.stdout) == (1, True)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("volatile.yaml", "unordered: ['***']\n", "rules/volatile.yaml: not a location: '***'"),
        (
            "severities.yaml",
            "rules:\n- {name: x, severity: additive, why: {}, places: ['']}\n",
            "rules/severities.yaml: rules[0]: not a location: ''",
        ),
        ("severities.yaml", "rules: 1\n", "rules/severities.yaml: rules: expected array, got int"),
        (
            "volatile.yaml",
            "kinds:\n- {name: x, pattern: '(', reason: {}}\n",
            "rules/volatile.yaml: kinds[0]: ",
        ),
        (
            "volatile.yaml",
            "kinds:\n- {name: x, pattern: '(?i)a', reason: {}}\n",
            "rules/volatile.yaml: kinds[0]: pattern of x: global flags",
        ),
        (
            "volatile.yaml",
            "kinds:\n- {name: x, pattern: 'a{1,99999999999}', reason: {}}\n",
            "rules/volatile.yaml: kinds[0]: pattern of x: ",
        ),
        (
            "severities.yaml",
            "rules:\n- {name: x, severity: additive, why: {}, before: '('}\n",
            "rules/severities.yaml: rules[0]: pattern of x: ",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_named(name: str, text: str, problem: str) -> None:
    Path("rules", name).write_text(text, encoding="utf-8")
    ended = tracer("diff", "--rules", "rules", ZED, NEWEST)
    assert ended.returncode == 2
    assert problem in ended.stderr
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("folder_name", "problem"),
    [
        ("missing", "missing: not a folder with rules"),
        ("rules", "rules: no rules: expected one of policy.toml, "),
    ],
)
def test_a_folder_without_rules_is_an_error(folder_name: str, problem: str) -> None:
    ended = tracer("check", "--rules", folder_name, ZED)
    assert ended.returncode == 2
    assert problem in ended.stderr


@pytest.mark.parametrize("page", PAGES)
def test_the_defaults_of_the_documentation(page: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    Path("rules/services.yaml").write_text("tea:\n  label: tea\n", encoding="utf-8")
    show = (ROOT / "tracer/sequences/catalog/image-show.yaml").read_text("utf-8")
    Path("rules/sequences/coffee.yaml").write_text(
        show.replace("name: image-show", "name: coffee-show", 1), "utf-8"
    )
    Path("tracer.toml").write_text(example[1], encoding="utf-8")
    assert tracer("diff", ZED, NEWEST).returncode == 0
    assert tracer("diff", "--fail-on", "any", ZED, NEWEST).returncode == 1
    listed = tracer("sequences", "list").stdout
    assert "카탈로그" in listed
    assert "coffee-show" in listed  # a default of all verbs holds for a verb in a group, too


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x =", "tracer.toml: not TOML: "),
        ("[dif]\n", "tracer.toml: dif: unknown verb; known: demo, record, "),
        ("out = 1\n", "tracer.toml: out: not an option of all verbs: write it in a table such as [diff]"),
        ("[diff]\nformt = 'x'\n", "tracer.toml: diff.formt: unknown option; known: after"),
        ("[diff]\nformat = 'x'\n", "tracer.toml: diff.format: expected one of text, md, "),
        ("[diff]\nstrict = 'x'\n", "tracer.toml: diff.strict: expected true or false"),
        ("[diff]\nlang = [1]\n", "tracer.toml: diff.lang: expected a string or a number"),
        (
            "[diff]\nout = 'x'\noutput = 'y'\n",
            "tracer.toml: diff.output: the same option as out: leave out one of them",
        ),
        ("[diff]\ndiagram = 'x'\n", "tracer.toml: diff.diagram: expected one of merged, side-by-side, got"),
        (
            "[diff]\nx = 1\n",
            "known: baseline, draw, fail-on, format, lang, out, recordings, rules, show-volatile, strict, ",
        ),
        ("[diff]\nhelp = true\n", "tracer.toml: diff.help: unknown option; "),
        ("[a" + ".a" * 5000 + "]\n", "tracer.toml: "),
    ],
)
def test_a_default_that_cannot_be_used_is_named(text: str, problem: str) -> None:
    Path("tracer.toml").write_text(text, encoding="utf-8")
    ended = tracer("diff", ZED, NEWEST)
    assert ended.returncode == 2
    assert problem.replace("after", "") in ended.stderr
    assert ended.stderr.count("\n") == 1


def test_a_list_of_defaults_is_added_to() -> None:
    Path("own.toml").write_text(
        'format = 1\n[[fields]]\nkind = "secret"\npaths = ["disk_format"]\n', encoding="utf-8"
    )
    Path("tracer.toml").write_text('policy = ["own.toml"]\n', encoding="utf-8")
    assert tracer("scan", ZED).returncode == 1
    assert "missing.toml" in tracer("scan", ZED, "--policy", "missing.toml").stderr


@pytest.mark.parametrize("key", ["out", "output"])
def test_a_default_has_the_name_of_an_option_or_of_its_alias(key: str) -> None:
    Path("tracer.toml").write_text(f'[diff]\n{key} = "x.json"\n[docs]\n{key} = "site"\n', encoding="utf-8")
    assert tracer("diff", ZED, NEWEST).stdout == ""
    assert json.loads(Path("x.json").read_text(encoding="utf-8"))["steps"]
    assert tracer("diff", "--output", "y.md", ZED, NEWEST).stdout == ""
    assert Path("y.md").exists()
    # The command line needs -o only without a default.
    assert tracer("docs", ZED).returncode == 0
    assert Path("site/mkdocs.yml").exists()


@pytest.mark.parametrize("value", ['add-sequence = ["none.yaml"]', 'sequence = "none.yaml"'])
def test_sequences_have_defaults(value: str) -> None:
    Path("tracer.toml").write_text(f"[show]\n{value}\n", encoding="utf-8")
    assert tracer("show", ZED).stderr == "tracer: none.yaml: No such file or directory\n"


@pytest.mark.parametrize(
    ("verb", "key", "value"), [("docs", "diagrams", "mermaid"), ("diff", "diagram", "merged")]
)
def test_a_default_of_an_alias_is_converted(verb: str, key: str, value: str) -> None:
    Path("tracer.toml").write_text(f'[{verb}]\n{key} = "{value}"\n', encoding="utf-8")
    words = ("docs", ZED, "-o", "site") if verb == "docs" else ("diff", ZED, NEWEST)
    ended = tracer(*words)
    assert ended.stderr == ""
    assert ended.stdout.startswith("site: " if verb == "docs" else "sequenceDiagram")


def test_the_rules_of_the_first_folder_come_first() -> None:
    rule = "rules:\n- {{name: relied-on, severity: {}, places: ['body.**'], why: {{en: of {}}}}}\n"
    for folder_name, severity in (("first", "cosmetic"), ("second", "breaking")):
        Path(folder_name, "sequences").mkdir(parents=True)
        Path(folder_name, "severities.yaml").write_text(rule.format(severity, folder_name), encoding="utf-8")
        Path(folder_name, "services.yaml").write_text(f"glance:\n  label: {folder_name}\n", encoding="utf-8")
        sequence = (ROOT / "tracer/sequences/catalog/image-show.yaml").read_text(encoding="utf-8")
        changed = sequence.replace("openstack image show", f"openstack {folder_name} show", 1)
        Path(folder_name, "sequences/image-show.yaml").write_text(changed, encoding="utf-8")
    folders = ("--rules", "first", "--rules", "second")
    assert _severities(*folders)["breaking"] == 0
    assert "of first" in tracer("diff", "--format", "sarif", *folders, ZED, NEWEST).stdout
    assert "openstack first show" in tracer("sequences", "list", *folders).stdout
    assert "first" in tracer("sequences", "show", "image-show", "--format", "mermaid", *folders).stdout


def test_an_option_on_the_command_line_replaces_a_list_of_defaults(tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").write_text('policy = "missing.toml"\n')
    (tmp_path / "own.toml").write_text("format = 1\n")
    (tmp_path / "text").write_text("nothing\n")
    assert "missing.toml" in tracer("scan", "text", cwd=tmp_path).stderr
    ended = tracer("scan", "text", "--policy", "own.toml", "--policy", "own.toml", cwd=tmp_path)
    assert (ended.returncode, ended.stdout + ended.stderr) == (0, "0 found in 1 file\n")


def test_a_folder_of_rules_that_is_missing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("nothing\n")
    ended = tracer("scan", "text", cwd=tmp_path, TRACER_RULES=str(tmp_path / "goood"))
    assert ended.returncode == 2
    assert ended.stderr == f"tracer: TRACER_RULES: {tmp_path / 'goood'} is not a folder with rules\n"


def test_a_link_to_no_defaults_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").symlink_to("missing")
    ended = tracer("scan", "text", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (2, "tracer: tracer.toml: No such file or directory\n")


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_an_endless_device_is_no_file_of_defaults(device: str, tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").symlink_to(device)
    ended = tracer("scan", "text", cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (
        2,
        "tracer: tracer.toml: it is an endless device: name a file\n",
    )


def test_a_damaged_rule_file_is_one_line_for_all_recordings(tmp_path: Path) -> None:
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "services.yaml").write_text("x: 5\n")
    ended = tracer("check", ROOT / "recordings/zed", "--rules", tmp_path / "damaged")
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert "services.yaml" in ended.stderr
