"""Operations have names in each language, also by their IDs, and files of the user add names."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.shipped import Selection, each_selection
from tracer.api_reference import OperationTexts, names_of, operation_by_id
from tracer.api_reference.operation_names import _FILE, _names
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import typed
from tracer.i18n import languages
from tracer.recording import load
from tracer.rulefolders import VARIABLE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAMES = typed(yaml_text.load(_FILE.read_text("utf-8"), _FILE.name), OperationTexts, _FILE.name).names
KOREAN = NAMES["ko"]
ENDINGS = {
    "list": "목록 조회",
    "show": "조회",
    "get": "조회",
    "create": "생성",
    "update": "수정",
    "delete": "삭제",
    "add": "추가",
    "remove": "제거",
    "attach": "연결",
    "detach": "분리",
}
"""The last words of a Korean name by the first word of the English name."""


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    _names.cache_clear()
    yield tmp_path / "operations.yaml"
    _names.cache_clear()


@each_selection
def test_every_operation_of_a_shipped_recording_has_a_name_in_each_language(selection: Selection) -> None:
    recordings = map(load, selection())
    used = {exchange.operation for recording in recordings for exchange in recording.exchanges} - {""}
    assert len(used) > 15
    assert [each for each in used if names_of(each).keys() != set(languages())] == []


def test_every_named_operation_is_in_the_reference() -> None:
    assert len(KOREAN) > 500
    assert [each for each in KOREAN if operation_by_id(each) is None] == []


@pytest.mark.parametrize("service", ["compute", "network", "block-storage", "image", "identity", "placement"])
@pytest.mark.parametrize("verb", ["list", "show", "create", "delete"])
def test_the_usual_operations_have_korean_names(service: str, verb: str) -> None:
    assert len([each for each in KOREAN if each.startswith(f"{service}.{verb}")]) >= 2


def test_a_korean_name_is_the_name_of_one_operation_of_a_service() -> None:
    counts = Counter((each.partition(".")[0], name) for each, name in KOREAN.items())
    assert [each for each, count in counts.items() if count > 1] == []


def test_a_korean_name_has_the_verb_of_the_english_name() -> None:
    assert [each for each, name in KOREAN.items() if not _has_verb(name, names_of(each)["en"].lower())] == []


def _has_verb(name: str, english: str) -> bool:
    verb = english.partition(" ")[0]
    words = re.sub(r" \([^)]*\)$", "", name)
    ending = ENDINGS.get(verb, "")
    # "Create or update" ends with its last verb. Only a list has a list.
    fits = words.endswith(ending) or " or " in english
    return fits and (verb not in ("show", "get") or "목록 조회" not in words or " list " in english)


@pytest.mark.parametrize("name", ["이미지 보기", "이미지 목록 조회"])
def test_another_verb_is_noticed(name: str) -> None:
    assert not _has_verb(name, "show image")


def test_names_by_id() -> None:
    assert names_of("image.show-image") == {"en": "Show image", "ko": "이미지 상세 조회"}
    assert names_of("compute.get-rdp-console") == {"en": "Get RDP Console"}


@pytest.mark.parametrize("unknown", ["", "image", "image.", "image.show", ".", "x.y", "../image.show-image"])
def test_an_unknown_id_has_no_names(unknown: str) -> None:
    assert names_of(unknown) == {}


def test_a_user_names_operations(rules: Path) -> None:
    rules.write_text(
        "names:\n  ko: {image.show-image: 이미지 보기, tea.pour: 차 따르기}\n  ja: {tea.pour: x}\n"
    )
    assert names_of("image.show-image") == {"en": "Show image", "ko": "이미지 보기"}
    assert names_of("image.list-images")["ko"] == KOREAN["image.list-images"]
    assert names_of("tea.pour") == {"ko": "차 따르기", "ja": "x"}


def test_a_fault_in_a_file_of_the_user_is_located(rules: Path) -> None:
    rules.write_text("names: {ko: {image.show-image: [1]}}\n")
    with pytest.raises(InputError) as caught:
        names_of("image.show-image")
    assert str(caught.value) == f"{rules}: names[...][...]: expected str, got array"
