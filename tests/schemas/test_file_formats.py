"""Each schema agrees with the reader of its files: both accept a file, or both refuse it."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import msgspec
import pytest

from tests.cli.runner import tracer
from tracer.comparison.baseline import load_baseline
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import typed
from tracer.matrix.suites import load as load_suite
from tracer.recording import Journal, JournalHead, loads
from tracer.recording.journal import JournalLine
from tracer.schemas import FORMATS, format_schema, key_texts
from tracer.sequences import load
from tracer.sequences.composition import expand_entries, expand_ways
from tracer.sequences.shared_entries import read_shared_entries

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "tracer"
EXAMPLES: dict[str, Any] = yaml_text.load(  # type: ignore[assignment]
    Path(__file__).with_name("examples.yaml").read_text("utf-8"), "examples.yaml"
)

SHIPPED = {
    "recording": [
        *(ROOT / "recordings/zed").glob("*.yaml"),
        *(ROOT / "recordings").glob("20*/image-show.yaml"),
    ],
    "sequence": [*(PACKAGE / "sequences/catalog").glob("*.yaml")],
    "suite": [*(PACKAGE / "matrix/suites").glob("*.yaml")],
    "policy": [PACKAGE / "redaction/policy.toml"],
    "volatile": [PACKAGE / "comparison/volatile.yaml"],
    "severities": [PACKAGE / "comparison/severities.yaml"],
    "operations": [PACKAGE / "api_reference/operations.yaml"],
    "contradictions": [PACKAGE / "conformance/api/contradictions.yaml"],
    **{
        name: [PACKAGE / f"sequences/{name}.yaml"]
        for name in ("services", "calls", "discovery", "shared", "logins")
    },
}

STRUCTURAL = re.compile(
    r"expected (?!a sequence|a command)|object (missing|contains)|invalid enum|not a (recording|baseline)"
)
"""The problem of a fault that a schema must find. A check in code gives another problem."""

UNKNOWN_KEYS_IGNORED = {"site"}
VALUES: tuple[Any, ...] = (None, True, 5, "text", ["text"], {"key": "text"}, [], {})


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = format_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def tree_of(path: Path) -> Any:
    text = path.read_text("utf-8")
    return tomllib.loads(text) if path.suffix == ".toml" else yaml_text.load(text, path.name)


def problem(name: str, tree: Any, folder: Path) -> str:
    """Return the problem that the reader of the format has with a file of this content, empty if none."""
    path = folder / "file.yaml"
    path.write_text(json.dumps(tree), "utf-8")
    try:
        if name == "recording":
            loads(path.read_text("utf-8"), "x")
        elif name in ("journal", "site"):
            msgspec.json.decode(path.read_bytes(), type=FORMATS[name])
        elif name == "shared":
            read_shared_entries([(path, "x")])
        elif name in ("sequence", "suite", "baseline"):
            {"sequence": load, "suite": load_suite, "baseline": load_baseline}[name](path)
        else:
            prepare = {"logins": expand_ways, "calls": expand_entries, "discovery": expand_entries}.get(name)
            typed(prepare(tree, "x") if prepare else tree, FORMATS[name], "x")
    except InputError as error:
        return error.problem
    except msgspec.ValidationError as error:
        return str(error)[:1].lower() + str(error)[1:]
    return ""


def mutants(tree: Any) -> Iterator[Any]:
    """Yield copies of ``tree`` with one change: a key too much or too little, or a value of another type."""
    for path in paths_in(tree):
        node = at(tree, path)
        for value in VALUES:
            yield changed(tree, path, value)
        if isinstance(node, dict):
            yield changed(tree, path, node | {"unknown": 1})
            for key in node:
                yield changed(tree, path, {name: value for name, value in node.items() if name != key})


def paths_in(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from paths_in(value, (*path, key))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


def changed(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    tree = copy.deepcopy(tree)
    at(tree, path[:-1])[path[-1]] = value
    return tree


@pytest.mark.parametrize("name", FORMATS)
def test_reader_and_schema_agree_on_every_altered_file(name: str, tmp_path: Path) -> None:
    schema = validator(name)
    example = EXAMPLES[name]
    assert problem(name, example, tmp_path) == ""
    assert list(schema.iter_errors(example)) == []
    refused = 0
    for tree in mutants(example):
        fault = problem(name, tree, tmp_path)
        valid = schema.is_valid(tree)
        assert fault or valid, f"only the schema refuses {tree}"
        if STRUCTURAL.match(fault):
            refused += 1
            assert not valid, f"the schema accepts {tree}: {fault}"
    assert refused > 10


@pytest.mark.parametrize("name", FORMATS)
def test_the_example_has_every_key(name: str) -> None:
    """Else a mutation would miss a key."""
    used = set(re.findall(r'"([^"]+)": ', json.dumps(EXAMPLES[name])))
    definitions = format_schema(name)["$defs"]
    keys = {key for definition in definitions.values() for key in definition.get("properties", {})}
    unused = {
        "body",
        "json",
        "base64",
        "omitted",
        "none_of",
        "all_of",
        "otherwise",
        "failed",
        "exchange",
        "dropped",
        "steps",
    }
    assert keys - used <= unused | (
        {*keys} if name in ("journal", "calls", "discovery", "shared", "logins") else set()
    )


@pytest.mark.parametrize(
    ("name", "path"), [(name, path) for name, paths in SHIPPED.items() for path in sorted(paths)], ids=str
)
def test_a_shipped_file_fits_its_schema(name: str, path: Path) -> None:
    assert list(validator(name).iter_errors(tree_of(path))) == []


def test_a_written_baseline_fits_its_schema(tmp_path: Path) -> None:
    sides = [ROOT / f"recordings/{release}/image-show.yaml" for release in ("zed", "2026.2")]
    baseline = tmp_path / "baseline.yaml"
    tracer("diff", *sides, "--write-baseline", baseline)
    tree = tree_of(baseline)
    assert tree["accepted"]
    assert list(validator("baseline").iter_errors(tree)) == []


def test_a_written_journal_fits_its_schema(tmp_path: Path) -> None:
    from tracer.processes import identify

    writer = identify()
    assert writer is not None
    recording = loads((ROOT / "recordings/zed/image-show.yaml").read_text("utf-8"), "x")
    journal = Journal(tmp_path / "x.jsonl", JournalHead(began=1.0, writer=writer))
    journal.exchange(recording.exchanges[0])
    journal.drop(0)
    lines = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text("utf-8").splitlines()]
    assert [next(iter(line)) for line in lines] == [*JournalLine.__struct_fields__]
    for line in lines:
        assert list(validator("journal").iter_errors(line)) == []


def test_a_written_list_of_a_site_fits_its_schema(tmp_path: Path) -> None:
    tracer("docs", ROOT / "recordings/zed/token-issue.yaml", "-o", tmp_path)
    tree = json.loads((tmp_path / ".tracer-docs.json").read_text("utf-8"))
    assert tree["files"]
    assert list(validator("site").iter_errors(tree)) == []


@pytest.mark.parametrize("name", FORMATS)
def test_every_key_has_a_description_in_each_language(name: str) -> None:
    for kind, definition in format_schema(name)["$defs"].items():
        if "properties" not in definition:
            continue
        texts = key_texts()[kind]
        assert set(texts.keys) == set(definition["properties"]), kind
        for text in (texts.text, *texts.keys.values()):
            assert text.keys() == {"en", "ko"}, kind
            assert re.search("[가-힣]", text["ko"]) or not re.search("[a-z]{4} [a-z]{4}", text["en"]), text


def test_no_description_is_of_another_time() -> None:
    used = {kind for name in FORMATS for kind in format_schema(name)["$defs"]}
    assert key_texts().keys() - used == {"Defaults"}
