"""Addresses in the documentation lead to a section of their name."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.ci.reference.findings_page import names_in_code
from tracer import i18n
from tracer.documentation import LANGUAGES, URL, findings_url, page_suffix

ROOT = Path(__file__).parents[1]
NAMES = [(group, name) for group, names in names_in_code().items() for name in names]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("group", "name"), NAMES)
def test_each_name_in_code_has_a_section_in_both_languages(group: str, name: str, language: str) -> None:
    path, fragment = findings_url(group, name, language).removeprefix(URL).split("#")  # type: ignore[arg-type]
    page = (ROOT / f"docs{path}").read_text("utf-8")
    section = f'<a id="{fragment}"></a>\n\n### {name}\n\n'
    assert page.count(section) == 1
    text = page.split(section)[1].split("<a id=")[0]
    assert ("Example: " if language == "en" else "예: ") in text
    assert group == "volatile" or ("Remedy: " if language == "en" else "할 일: ") in text


def test_only_the_name_of_a_translated_page_has_a_language() -> None:
    assert [page_suffix(language) for language in (*LANGUAGES, "fr")] == [".md", ".ko.md", ".md"]
    names = {path.name for path in (ROOT / "docs/reference").glob("*.md")}
    assert {name.removeprefix("findings") for name in names if name.startswith("findings.")} == {
        page_suffix(language) for language in LANGUAGES
    }


def test_the_documentation_has_the_languages_of_the_program() -> None:
    assert set(LANGUAGES) == set(i18n.languages())


def test_the_address_is_that_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project.get("urls", {}).get("Documentation", URL) == URL


def test_a_group_and_the_page_have_addresses() -> None:
    assert findings_url() == f"{URL}/reference/findings.md"
    assert findings_url("volatile", language="ko") == f"{URL}/reference/findings.ko.md#volatile"
    assert findings_url("volatile", "time", "fr") == f"{URL}/reference/findings.md#volatile-time"
