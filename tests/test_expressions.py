"""Expressions that every supported Python matches in the same way."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.expressions import _is_wrong, _parser


def test_no_expression_repeats_a_group_possessively() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.expressions"], capture_output=True, text=True, check=True
    )
    assert json.loads(printed.stdout) == []


def test_such_an_expression_is_seen() -> None:
    assert _is_wrong(_parser.parse(r"x<[a-z]++(?:-[a-z]++)*+-[0-9]++>"))
    assert _is_wrong(_parser.parse(r"a|(b(?:[^'\n]|'')*+)?"))
    assert not _is_wrong(_parser.parse(r"<[a-z]++(?>(?:-[a-z]++)*)-[0-9]++>"))
    assert not _is_wrong(_parser.parse(r'"(?:[^"\\]|\\.)*+"'))
