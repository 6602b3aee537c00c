"""Options of several verbs: one declaration, one meaning, and earlier spellings as aliases."""

from __future__ import annotations

import ast
import importlib
import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.cli.runner import tracer
from tests.rendering.view.test_html import Page
from tracer.cli.app import _VERBS
from tracer.cli.options import Alias
from tracer.cli.parsing import Parser, verbs_of
from tracer.recording import load, save

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
CLI = ROOT / "tracer" / "cli"
ZED, NEWEST = (ROOT / "recordings" / release / "image-show.yaml" for release in ("zed", "2026.2"))
FOLDERS = (ZED.parent, NEWEST.parent)
MODULES = [CLI / f"{name}.py" for name in (*_VERBS, "app", "options", "parsing")]

ALIASES = {
    "api disagreements": {"--output": "--out"},
    "cloud up": {"--output": "--out"},
    "demo": {"--output": "--out"},
    "diagram": {"--output": "--out"},
    "diff": {"--output": "--out", "--diagram": "--draw"},
    "docs": {"--output": "--out", "--diagrams": "--diagram"},
    "learn": {"--output": "--out"},
    "matrix": {"--output": "--out"},
    "proxy": {"--output": "--out"},
    "record": {"--output": "--out"},
    "view": {"--output": "--out"},
}
"""The earlier spellings that each verb takes."""


def _parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for name in _VERBS:
        parser = Parser(prog=name, description="")
        importlib.import_module(f"tracer.cli.{name}").arguments(parser)
        yield name, parser
        yield from ((f"{name} {inner}", own) for inner, own in verbs_of(parser).items())


def test_each_option_is_declared_once() -> None:
    declared: Counter[str] = Counter()
    for module in MODULES:
        for call in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] in {
                "add",
                "add_argument",
            }:
                words = [word.value for word in call.args if isinstance(word, ast.Constant)]
                declared.update(str(word) for word in words if str(word).startswith("--"))
    # One function declares --diagram for several kinds, and for the diagrams of a page. --host is the address
    # of a server, and the host in the pages of a site.
    assert sorted(name for name, count in declared.items() if count > 1) == ["--diagram", "--host"]


def test_an_option_has_one_meaning_in_all_verbs() -> None:
    texts = defaultdict(set)
    for _, parser in _parsers():
        for action in parser._actions:
            if action.option_strings and not isinstance(action, Alias) and action.help:
                sentence = action.help.split(" (default")[0].split(". ")[0].rstrip(".")
                texts[action.option_strings[-1]].add(sentence)
    assert {name: sorted(sentences) for name, sentences in texts.items() if len(sentences) > 1} == {
        "--diagram": ["Kind of diagram: mmd or svg", "Kinds of diagram, separated by commas: mmd, svg, png"],
        "--host": [
            "Host in place of 127.0.0.1, localhost and ::1 in the pages, such as http://controller",
            "IP address to listen on, such as ::1",
        ],
        "--name": ["Name of the recording", "Name of the sequence"],
        "--out": ["File to write", "Folder to write to"],
    }


def test_the_help_names_no_alias() -> None:
    for name, parser in _parsers():
        taken = {
            action.option_strings[0]: action.option.option_strings[-1]
            for action in parser._actions
            if isinstance(action, Alias)
        }
        assert taken == ALIASES.get(name, {})
        words = parser.format_help().replace(",", " ").replace("]", " ").split()
        assert not set(taken) & set(words)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("diagram", ZED), "x.mmd"),
        (("diff", ZED, NEWEST, "--fail-on", "breaking"), "x.json"),
        (("view", ZED), "x.html"),
        (("learn", ZED), "x.yaml"),
        (("docs", ZED), "site/docs/zed/image-show.md"),
    ],
)
def test_output_is_an_alias_of_out(tmp_path: Path, words: tuple[object, ...], name: str) -> None:
    written = []
    for number, option in enumerate(("-o", "--out", "--output")):
        folder = tmp_path / str(number)
        folder.mkdir()
        assert tracer(*words, option, Path(name).parts[0], cwd=folder).returncode == 0
        written.append((folder / name).read_bytes())
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("diagram", ZED, "-o"), "x.mmd"),
        (("diff", ZED, ZED, "-o"), "x.json"),
        (("diff", ZED, ZED, "--write-baseline"), "x.yaml"),
        (("view", ZED, "-o"), "x.html"),
        (("learn", ZED, "-o"), "x.yaml"),
        (("docs", ZED, "-o"), "site"),
    ],
)
def test_a_missing_folder_is_created_and_a_file_in_its_path_is_one_line(
    words: tuple[object, ...], name: str, tmp_path: Path
) -> None:
    ended = tracer(*words, Path("a/b", name), cwd=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "a/b" / name).exists()
    (tmp_path / "file").touch()
    refused = tracer(*words, Path("file", name), cwd=tmp_path)
    assert refused.returncode == 2
    assert refused.stderr in (
        f"tracer: cannot write file/{name}: a part of its path is not a folder\n",
        f"tracer: {tmp_path / 'file'}: not a folder\n",
    )


def test_a_traced_cloud_does_not_start_without_a_place_for_recordings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = {"TRACER_CACHE": str(tmp_path / "cache")}
    ended = tracer("cloud", "up", "zed", "--traced", "-o", "file/x", cwd=tmp_path, **cache)
    assert (ended.returncode, ended.stderr) == (2, f"tracer: {tmp_path / 'file'}: not a folder\n")
    assert not (tmp_path / "cache" / "clouds" / "zed" / "state").exists()


def test_output_is_an_alias_of_out_for_a_recorded_command(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for option in ("-o", "--out", "--output"):
        ended = tracer("record", option, "file", "--", "true", cwd=tmp_path)
        assert ended.stderr == f"tracer: {tmp_path / 'file'}: not a folder\n"
        ended = tracer("matrix", "--releases", "zed", option, "file", cwd=tmp_path)
        assert ended.stderr == f"tracer: {tmp_path / 'file'}: not a folder\n"
        ended = tracer("demo", option, "file", cwd=tmp_path)
        assert ended.stderr == f"tracer: {tmp_path / 'file'}: not a folder\n"


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("docs", "x", "--output"), "tracer docs: argument --output: expected one argument; see"),
        (("docs", "x", "--out"), "tracer docs: argument -o/--out: expected one argument; see"),
        (("docs", "x"), "tracer docs: the following arguments are required: -o/--out; see"),
        (
            ("docs", "x", "-o", "s", "--diagrams", "gif"),
            "tracer docs: argument --diagrams: expected one of mmd",
        ),
        (("diff", ZED, NEWEST, "--diagram", "x"), "tracer diff: argument --diagram: expected one of merged"),
        (("diff", ZED, NEWEST, "--diagram", "merged", "--format", "md"), "tracer: --diagram: is drawn"),
        (("diff", ZED, NEWEST, "--draw", "merged", "--format", "md"), "tracer: --draw: is drawn"),
        (
            ("diff", *FOLDERS, "--diagram", "merged"),
            "tracer: --diagram: draws two recordings, and here are ",
        ),
        (("cloud", "up", "--output", "x"), "tracer: --output: is for --traced"),
        (("cloud", "up", "--out", "x"), "tracer: --out: is for --traced"),
    ],
)
def test_an_error_names_the_spelling_of_the_user(words: tuple[object, ...], problem: str) -> None:
    ended = tracer(*words)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(problem)
    assert ended.stderr.count("\n") == 1


def test_diagram_is_an_alias_of_draw_in_diff() -> None:
    drawn = [tracer("diff", ZED, NEWEST, option, "side-by-side") for option in ("--draw", "--diagram")]
    assert drawn[0].stdout == drawn[1].stdout
    assert "box transparent" in drawn[0].stdout


def test_diagrams_is_an_alias_of_diagram_in_docs(tmp_path: Path) -> None:
    pictures = []
    for number, words in enumerate([("--diagram", "mmd"), ("--diagrams", "mermaid"), ("--diagrams", "svg")]):
        assert tracer("docs", ZED, "-o", tmp_path / str(number), *words).returncode == 0
        pictures.append(len(list((tmp_path / str(number) / "docs" / "zed").rglob("*.svg"))))
    assert pictures == [0, 0, 4]  # in two themes and two languages


@pytest.mark.parametrize("name", ["options.md", "options.ko.md"])
def test_the_page_of_options_is_true(name: str) -> None:
    text = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    first, second = (_rows(part) for part in text.split("\n## "))
    verbs: dict[str, set[str]] = defaultdict(set)
    for verb, parser in _parsers():
        for action in parser._actions:
            if action.option_strings and action.dest != "help" and not isinstance(action, Alias):
                verbs[action.option_strings[-1]].add(verb)
    written = {_words(row[0])[-1]: set(_words(row[2])) for row in first}
    rules = written.pop("--rules")
    assert {"record", "sequences list"} <= rules
    assert not any(verb.startswith("cloud") for verb in rules)
    assert written == {option: names for option, names in verbs.items() if len(names) > 1}
    aliases = {(_words(row[0])[0], verb): _words(row[2])[0] for row in second for verb in _words(row[1])}
    assert "`mermaid`" in text
    assert aliases == {
        (alias, verb): option for verb, options in ALIASES.items() for alias, option in options.items()
    }


def _rows(text: str) -> list[list[str]]:
    """Return the cells of the table in ``text``, without the two lines of its head."""
    return [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")][2:]


def _words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder with the sequence file ``own.yaml``, and the recording ``r.yaml`` of that sequence."""
    sequence = (ROOT / "tracer/sequences/catalog/image-show.yaml").read_text(encoding="utf-8")
    text = sequence.replace("name: image-show", "name: own", 1)
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    recording = ZED.read_text(encoding="utf-8").replace("sequence: image-show", "sequence: own", 1)
    (tmp_path / "r.yaml").write_text(recording, encoding="utf-8")
    return tmp_path


VERBS = [("show",), ("diagram",), ("view",), ("docs", "-o", "site"), ("check",), ("label",)]
"""The verbs that take sequences, with what they need."""


@pytest.mark.parametrize("words", VERBS)
def test_sequence_files_are_added_to_the_catalogue(own: Path, words: tuple[str, ...]) -> None:
    verb, *further = words
    shutil.copy(own / "own.yaml", own / "second.yaml")
    given = ("--add-sequence", "own.yaml", "--add-sequence", "second.yaml")
    assert tracer(verb, "r.yaml", *further, *given, cwd=own).returncode == 0
    for missing in ("none.yaml", "image-show"):  # the second is a name
        ended = tracer(verb, "r.yaml", *further, "--add-sequence", missing, cwd=own)
        assert (ended.returncode, ended.stderr) == (2, f"tracer: {missing}: No such file or directory\n")


@pytest.mark.parametrize("words", VERBS)
def test_the_sequence_to_match_with_is_a_name_or_a_file(own: Path, words: tuple[str, ...]) -> None:
    verb, *further = words
    for sequence in ("own.yaml", "image-show"):
        assert tracer(verb, "r.yaml", *further, "--sequence", sequence, cwd=own).returncode == 0
    given = ("--add-sequence", "own.yaml", "--sequence", "own")
    assert tracer(verb, "r.yaml", *further, *given, cwd=own).returncode == 0
    unknown = tracer(verb, "r.yaml", *further, "--sequence", "nope", cwd=own)
    assert unknown.returncode == 2
    assert unknown.stderr.startswith("tracer: --sequence: unknown sequence 'nope'; known: ")
    assert unknown.stderr.count("\n") == 1
    missing = tracer(verb, "r.yaml", *further, "--sequence", "none.yaml", cwd=own)
    assert (missing.returncode, missing.stderr) == (2, "tracer: none.yaml: No such file or directory\n")


@pytest.mark.parametrize("sequence", ["own.yaml", "image-show"])
def test_pages_and_diagrams_have_the_labels_of_the_given_sequence(own: Path, sequence: str) -> None:
    path = own / "r.yaml"
    recording = load(path)
    stale = [
        msgspec.structs.replace(exchange, steps=[1, 2], verdict="unexpected")
        for exchange in recording.exchanges
    ]
    save(msgspec.structs.replace(recording, sequence="older", verdict="deviates", exchanges=stale), path)
    stored = path.read_bytes()
    assert "unexpected" in tracer("show", "r.yaml", "--table", cwd=own).stdout
    assert tracer("show", "r.yaml", "--step", "8", cwd=own).returncode == 2
    given = ("--sequence", sequence)
    shown = tracer("show", "r.yaml", "--table", *given, cwd=own).stdout
    assert f"conforms to {sequence.removesuffix('.yaml')}: 8 of 8 steps" in shown
    assert "unexpected" not in shown
    assert tracer("show", "r.yaml", "--step", "8", *given, cwd=own).returncode == 0
    assert tracer("diagram", "r.yaml", *given, cwd=own).stdout == tracer("diagram", ZED).stdout
    assert tracer("view", "r.yaml", "-o", "x.html", *given, cwd=own).returncode == 0
    page = Page((own / "x.html").read_text(encoding="utf-8"))
    assert "unexpected" not in str([page.data("summaries"), page.data("contents-0")])
    assert tracer("docs", "r.yaml", "-o", "site", "--lang", "en", *given, cwd=own).stderr == ""
    text = (own / "site/docs/zed/r.md").read_text(encoding="utf-8")
    assert "No file of its sequence" not in text
    assert "no documented sequence" not in text
    assert "unexpected" not in text
    assert path.read_bytes() == stored
