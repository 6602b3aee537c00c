"""The generated pages of docs/reference are current, complete, and true."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from tests.ci.reference import __main__ as program
from tests.ci.reference.file_pages import example_of
from tests.ci.reference.pages import make_pages, obsolete
from tests.ci.reference.parsers import arguments_of, commands
from tests.ci.reference.translation import Texts, load_data
from tracer.cli.schema import file_schemas
from tracer.documentation import LANGUAGES, page_suffix
from tracer.formats import yaml_text

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts()


@pytest.fixture(scope="module")
def pages(texts: Texts) -> dict[str, str]:
    return make_pages(texts)


def test_every_page_is_current(pages: dict[str, str]) -> None:
    stale = [path for path, text in pages.items() if (ROOT / path).read_text("utf-8") != text]
    assert stale + obsolete(ROOT, pages) == [], "run python -m tests.ci.reference --write"


def test_no_text_is_missing(texts: Texts, pages: dict[str, str]) -> None:
    assert texts.problems() == []


def test_every_verb_and_option_is_on_the_page(pages: dict[str, str]) -> None:
    for language in LANGUAGES:
        page = pages[f"docs/reference/verbs{page_suffix(language)}"]
        for command in commands():
            assert f"# tracer {command.words}\n" in page
            for argument in arguments_of(command):
                assert f"| `{argument.spelling}` |" in page


def test_a_missing_translation_is_printed_with_a_similar_text() -> None:
    texts = Texts()
    assert texts.translated("Folder to write to.", "ko") == "결과를 쓸 폴더."
    assert (
        texts.translated("Folders to write to. Leave the cloud up.", "ko")
        == "Folders to write to. 클라우드를 그대로 둠."
    )
    texts.lacks("examples.yaml: proxy")
    first, heading, missing, hint, *unused = texts.problems()
    assert first == "missing in tests/ci/reference/examples.yaml: proxy"
    assert (heading, missing) == (
        "missing in tests/ci/reference/korean.yaml:",
        "- en: 'Folders to write to.'",
    )
    assert "earlier: 'Folder to write to.'" in hint
    assert all(line.startswith("not used in ") for line in unused)


def test_check_names_a_stale_page_and_write_repairs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "ROOT", tmp_path)
    monkeypatch.setattr(program, "make_pages", lambda _texts: {"docs/reference/files/a.md": "new\n"})
    monkeypatch.setattr(Texts, "problems", lambda _self: [])
    (tmp_path / "docs/reference/files").mkdir(parents=True)
    (tmp_path / "docs/reference/files/old.md").touch()
    assert run(monkeypatch, "--check") == 1
    assert (
        "not current: docs/reference/files/a.md\nnot current: docs/reference/files/old.md"
        in capsys.readouterr().out
    )
    assert run(monkeypatch, "--write") == 0
    assert run(monkeypatch, "--check") == 0
    assert [path.name for path in (tmp_path / "docs/reference/files").iterdir()] == ["a.md"]


def run(monkeypatch: pytest.MonkeyPatch, option: str) -> int:
    monkeypatch.setattr("sys.argv", ["reference", option])
    return program.main()


def trees(example: str, syntax: str, name: str) -> Iterator[Any]:
    if name == "journal":
        yield from map(json.loads, example.splitlines())
    elif syntax == "toml":
        yield tomllib.loads(example)
    else:
        yield yaml_text.load(example, name)


@pytest.mark.parametrize("name", file_schemas())
def test_an_example_of_a_file_fits_its_schema(name: str) -> None:
    entry = load_data("files")[name]
    example, syntax = example_of(entry)
    if "path" in entry:
        assert example.strip().count("\n") > 5
        return
    schema = jsonschema.Draft202012Validator(file_schemas()[name]("en"))
    for tree in trees(example, syntax, name):
        assert list(schema.iter_errors(tree)) == []
