"""Placeholders in the texts of suites."""

from __future__ import annotations

import pytest

from tracer.formats.placeholders import filled, placeholders

VALUE = {"name": "{a}-{b}", "list": ["{a}", 1, True, None, {"{c}": "{ d }"}]}


def test_placeholders_of_all_texts_each_once() -> None:
    assert placeholders(VALUE) == ("a", "b", "c")
    assert placeholders('{"a": {}} {A} {a}') == ("a",)


def test_values_take_the_place_of_placeholders_once() -> None:
    values = {"a": "{b}", "b": "2", "c": "3"}
    assert filled(VALUE, values) == {"name": "{b}-2", "list": ["{b}", 1, True, None, {"3": "{ d }"}]}
    with pytest.raises(KeyError):
        filled(VALUE, {})
