"""The schema of ``tracer.toml`` agrees with the reader of the file."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.cli.runner import tracer
from tracer.cli.app import verbs
from tracer.cli.defaults import COMMON
from tracer.cli.defaults_schema import defaults_schema
from tracer.errors import InputError
from tracer.schemas import key_texts

if TYPE_CHECKING:
    from pathlib import Path

ACCEPTED = (
    'rules = "rules"\n[diff]\nfail-on = "breaking"\nstrict = true\n',
    'rules = ["a", "b"]\npolicy = "p"\nlang = "ko"\n[sequences.list]\nlang = "ko"\n',
    '[record]\nout = "x"\ndiagram = "mmd,svg"\n[docs]\ndiagrams = "mermaid"\n[check]\nformat = "csv"\n',
    "[cloud.up]\nport = 5000\n[show]\nstep = 3\n",
)
REFUSED = (
    'strict = true\n[diff]\nfail-on = "breaking"\n',
    "[dif]\nstrict = true\n",
    '[diff]\nfail-on = "braking"\n',
    '[diff]\nfail_on = "breaking"\n',
    '[diff]\nstrict = "yes"\n',
    '[diff]\nout = ["a"]\n',
    "[cloud]\nup = 3\n",
)


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_valid_file_fits_the_schema(text: str) -> None:
    assert list(jsonschema.Draft202012Validator(defaults_schema()).iter_errors(tomllib.loads(text))) == []


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_reader_refuses_does_not_fit_the_schema(text: str, tmp_path: Path) -> None:
    (tmp_path / "tracer.toml").write_text(text, "utf-8")
    verb = "cloud" if "cloud" in text else "diff"
    words = ("cloud", "up", "--help") if verb == "cloud" else ("diff", "a", "b")
    ended = tracer(*words, cwd=tmp_path)
    assert ended.returncode == 2
    assert "tracer.toml: " in ended.stderr
    assert not jsonschema.Draft202012Validator(defaults_schema()).is_valid(tomllib.loads(text))


def test_every_verb_has_a_table() -> None:
    schema = defaults_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert set(verbs()) <= schema["properties"].keys()


@pytest.mark.parametrize(("language", "word"), [("en", "Language of the texts"), ("ko", "글의 언어")])
def test_the_options_of_all_verbs_have_descriptions_of_their_own_in_each_language(
    language: str, word: str
) -> None:
    schema = defaults_schema(language)
    texts = key_texts()["Defaults"]
    assert schema["description"] == texts.text[language]
    assert texts.keys.keys() == set(COMMON)
    common = {name: schema["properties"][name]["description"] for name in COMMON}
    assert common == {name: texts.keys[name][language] for name in COMMON}
    assert common["lang"].startswith(word)
    assert "font" not in common["lang"]  # of `tracer diagram` alone
    assert "font" in schema["properties"]["diagram"]["properties"]["lang"]["description"]


def test_a_language_that_tracer_lacks_is_refused() -> None:
    with pytest.raises(InputError, match="unknown language 'xx'"):
        defaults_schema("xx")
