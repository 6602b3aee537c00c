"""The words of ours, in every language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tracer.errors import InputError
from tracer.i18n import DEFAULT, check_language, languages, pick, section
from tracer.i18n import texts as room
from tracer.rendering.changes.presenting import phrases
from tracer.rendering.pages.wording import wording
from tracer.rendering.words import words

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(room.__file__).parent


def _flat(tree: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{key}/")
        else:
            yield prefix + key, value


def _fields(language: str) -> dict[str, set[str]]:
    tree = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in _flat(tree)}


@pytest.mark.parametrize("language", languages())
def test_every_language_says_everything_with_the_same_values(language: str) -> None:
    english, translated = _fields(DEFAULT), _fields(language)
    # Not every language has a form of its own for one.
    assert {key for key in english if not key.endswith(".one")} <= set(translated) <= set(english)
    assert {key: english[key] for key in translated} == translated


def test_every_korean_text_is_korean() -> None:
    tree = yaml.safe_load((FOLDER / "ko.yaml").read_text(encoding="utf-8"))
    words = {key: re.sub(r"\{\w+\}", "", text) for key, text in _flat(tree)}
    foreign = {
        key for key, text in words.items() if re.search("[A-Za-z]", text) and not re.search("[가-힣]", text)
    }
    # A unit, and the name of a file.
    assert foreign == {"view/ms", "pages/command/launch-title"}


@pytest.mark.parametrize("name", ["diagram", "pages", "view"])
@given(language=st.text(max_size=10) | st.sampled_from(["xx", "../en", "en.yaml", "EN", ""]))
def test_no_name_of_a_language_reads_another_file(name: room.Section, language: str) -> None:
    if language not in languages():
        with pytest.raises(InputError, match=r"--lang: unknown language .*; known: en, ko"):
            section(language, name)
        with pytest.raises(InputError, match=r"--lang: unknown language .*; known: en, ko"):
            check_language(language)


def test_a_language_with_a_file_passes_the_check() -> None:
    for language in languages():
        check_language(language)


def test_what_a_language_leaves_out_is_said_in_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "en.yaml").write_bytes((FOLDER / "en.yaml").read_bytes())
    (tmp_path / "eo.yaml").write_text("diagram: {failed: malsukcesis}\npages: {index: {title: Ĉio}}\n")
    monkeypatch.setattr(room, "__file__", str(tmp_path / "__init__.py"))
    for cached in (room.section, room._file, words):
        cached.cache_clear()
    try:
        assert languages() == ["en", "eo"]
        assert (words("eo").failed, words("eo").missing) == ("malsukcesis", words("en").missing)
        index = section("eo", "pages")["index"]
        assert (index["title"], index["intro"]) == ("Ĉio", section("en", "pages")["index"]["intro"])
        assert section("eo", "view") == section("en", "view")
    finally:
        for cached in (room.section, room._file, words):
            cached.cache_clear()


@pytest.mark.parametrize(("language", "text"), [("en", "1 recording"), ("ko", "기록 1개")])
def test_a_language_without_a_form_for_one_uses_its_own_other_form(language: str, text: str) -> None:
    assert phrases(language).count("recordings", 1, total=1) == text
    assert wording(language).count("body.bytes", 1, count=1) == {"en": "1 byte", "ko": "1바이트"}[language]


def test_the_best_text_there_is() -> None:
    assert pick({"en": "one", "ko": "하나"}, "ko") == "하나"
    assert pick({"en": "one", "de": "eins"}, "ko") == "one"
    assert pick({"de": "eins"}, "ko") == "eins"
    assert pick({}, "ko") == ""
