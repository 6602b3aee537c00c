"""The names of releases: which are the same, and which comes first."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.cloud.releases import releases
from tracer.releases import PATTERN, also, canonical, holds, order


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
