"""The names of releases: which are the same, and which comes first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.cloud.release_data import releases
from tracer.errors import InputError
from tracer.releases import PATTERN, also, canonical, checked, holds, meant, order


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("antelope", "2023.1"),
        ("Bobcat", "2023.2"),
        ("HIBISCUS", "2026.2"),
        ("2022.2", "zed"),
        ("2020.1", "ussuri"),
        ("Zed", "zed"),
        ("2023.1", "2023.1"),
        ("master", "master"),
        ("my Devstack", "my Devstack"),
        ("2027", "2027"),
        ("", ""),
    ],
)
def test_a_release_has_one_name(given: str, name: str) -> None:
    assert canonical(given) == name


@given(st.sampled_from(["austin", "ussuri", "zed", "2023.1", "2026.2", "master", *releases()]))
def test_every_name_leads_to_the_release(release: str) -> None:
    assert canonical(release) == release
    assert canonical(also(release) or release) == release


@given(st.text())
def test_a_canonical_name_stays_so(name: str) -> None:
    assert canonical(canonical(name)) == canonical(name)
    assert canonical(name) == name or re.fullmatch(PATTERN, canonical(name))


@pytest.mark.parametrize(
    ("typed", "code_name"),
    [
        ("zde", "zed"),
        ("zedd", "zed"),
        ("Ze", "zed"),
        ("zet", "zed"),
        ("bobcatt", "bobcat"),
        ("antelop", "antelope"),
        ("hibicsus", "hibiscus"),
        ("FLAMINGA", "flamingo"),
        ("masterr", "master"),
    ],
)
def test_a_code_name_with_a_typing_error_is_refused_with_the_name(typed: str, code_name: str) -> None:
    assert meant(typed) == code_name
    with pytest.raises(
        InputError, match=rf"^release: unknown release '{typed}'; did you mean {code_name}\?$"
    ):
        checked(typed)


@pytest.mark.parametrize(
    "name",
    [
        "2027.1",
        "2031.3",
        "2023.1",
        "2023.11",
        "my Devstack",
        "devstack",
        "zeta",
        "v1",
        "..x",
        "a..b",
        "한글",
        "z",
    ],
)
def test_other_names_are_taken_as_they_are(name: str) -> None:
    assert checked(name) == name


@pytest.mark.parametrize("name", ["a/b", "/", "/zed", "zed/", "..", "../zed", ".", ""])
def test_a_path_is_no_release(name: str) -> None:
    with pytest.raises(InputError, match="expected a name without a path"):
        checked(name)


@given(st.sampled_from([*releases(), "antelope", "yoga", "master", "2022.2"]), st.booleans())
def test_each_name_of_a_release_is_taken(name: str, upper: bool) -> None:
    assert checked(name.upper() if upper else name) == canonical(name)


def test_embedded_clouds_come_in_order_and_have_two_names() -> None:
    names = list(releases())
    assert sorted(names, key=order) == names
    assert all(map(also, names))


def test_what_holds_is_told_by_any_name() -> None:
    assert holds("2023.1", None, "Antelope") is True
    assert holds("2023.2", None, "antelope") is False
    assert holds(None, "zed", "2022.2") is True
    assert holds(None, "yoga", "2022.2") is False
    assert holds("zed", None, "mine") is None
    assert holds(None, None, None) is True
