"""The help fits a screen, and begins with examples that the parsers accept."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.cli.runner import tracer
from tracer.cli.app import parser_of, verbs
from tracer.cli.help_texts import _texts, examples, exit_codes, overview
from tracer.cli.parsing import verbs_of

if TYPE_CHECKING:
    from collections.abc import Iterator


def _verbs() -> Iterator[str]:
    """Yield each verb, and each verb of a group as two words."""
    for verb in verbs():
        yield verb
        yield from (f"{verb} {inner}" for inner in verbs_of(parser_of(verb)))


VERBS = list(_verbs())


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_fits_a_screen_and_begins_with_examples(
    verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    name, _, inner = verb.partition(" ")
    group = parser_of(name)
    printed = (verbs_of(group)[inner] if inner else group).format_help()
    lines = printed.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 80
    headings = ["examples:", f"usage: tracer {verb}", "options:"]
    positions = [printed.index(heading) for heading in headings]
    assert positions == sorted(positions)
    assert [line.strip() for line in lines if line.strip() in examples(verb)] == examples(verb)


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_are_command_lines_of_the_verb(verb: str) -> None:
    assert examples(verb)
    for line in examples(verb):
        command = re.search(r"(?:^|\()(tracer [^)>]*)", line)
        assert command is not None
        words = shlex.split(command[1])
        assert " ".join(words).startswith(f"tracer {verb}")
        parser_of(words[1]).parse_args(words[2:])


def test_the_help_of_the_program_fits_24_lines_and_has_each_verb_in_a_group() -> None:
    printed = tracer("--help", COLUMNS="80").stdout
    lines = printed.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    table = [line for line in lines[3:] if line]
    assert {line[10:].split()[0] for line in table} == {*verbs()}
    assert not any(line.endswith("…") for line in table)
    groups = [line.split()[0] for line in table if not line.startswith(" ")]
    assert groups == ["start", "record", "read", "judge", "sequence", "secrets", "tools"]


def test_a_long_line_of_the_overview_is_cut() -> None:
    lines = overview(dict.fromkeys(verbs(), "Do something, and describe it at length."), 40).splitlines()
    assert max(map(len, lines)) == 40
    assert all(line.endswith("…") for line in lines)


@pytest.mark.parametrize("verb", _texts()["exit_codes"])
def test_the_help_has_the_exit_codes_of_the_verb(verb: str) -> None:
    name, _, inner = verb.partition(" ")
    group = parser_of(name)
    printed = " ".join((verbs_of(group)[inner] if inner else group).format_help().split())
    assert exit_codes(verb)
    for code, meaning in exit_codes(verb).items():
        assert f"{code}: {meaning}" in printed


def test_only_verbs_have_examples_and_exit_codes() -> None:
    texts = _texts()
    assert {*texts["examples"]} == {*VERBS}
    assert {*texts["exit_codes"]} <= {*VERBS}
