"""A long diagram in parts: nothing is lost between them, and each is a diagram of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rendering.reading import read
from tests.rendering.test_tree import one, polls, recorded, row, runs
from tracer.rendering import blocks
from tracer.rendering.mermaid import mermaid, mermaid_parts, mermaid_text
from tracer.rendering.parts import LIMIT, split
from tracer.rendering.picture import render
from tracer.rendering.style import Style
from tracer.rendering.tree import recording_tree
from tracer.rendering.words import words

if TYPE_CHECKING:
    from tracer.model import Recording


def _long(exchanges: int) -> Recording:
    return recorded([one(f"/{number}", number, number + 0.5) for number in range(exchanges)])


def test_sixty_messages_are_one_diagram() -> None:
    recording = _long(LIMIT // 2)
    assert mermaid_parts(recording) == [mermaid(recording)]


def test_more_are_parts_of_about_the_same_length() -> None:
    parts = mermaid_parts(_long(LIMIT // 2 + 1), Style(title="Long"))
    assert [len(read(part).drawn) for part in parts] == [30, 32]
    first, second = parts
    assert first.endswith("  Note over client,glance: goes on in part 2 of 2 with (31)\n")
    assert second.startswith("sequenceDiagram\n  autonumber 31\n  title Long (2/2)\n")
    assert "  Note over client,glance: part 2 of 2, from (31)\n  client->>glance: GET /15\n" in second


def test_a_request_and_its_response_stay_together() -> None:
    calls = [one("/v", 100 + at, 100 + at + 0.5, to="client") for at in (1, 2, 3)]
    run = [one(f"/{at}", at, at + 0.5) for at in range(20)] + [one("/x", 100, 110), *calls]
    run += [one(f"/{at}", at, at + 0.5) for at in range(200, 220)]
    for part in mermaid_parts(recorded(run)):
        texts = [text for _, text in read(part).drawn]
        assert sum(text.startswith("GET") for text in texts) * 2 == len(texts)


def _choice(failed: int, followed: int) -> list[blocks.Event]:
    """Return a frame with two branches, of so many messages each."""
    arrows = list(blocks.arrows(recording_tree(_long((failed + followed + 1) // 2))))
    branches = [
        blocks.Branch("failed", [*arrows[:failed]]),
        blocks.Branch("followed", [*arrows[failed : failed + followed]]),
    ]
    return list(blocks.events([blocks.Block("alt", branches)]))


def test_a_block_longer_than_a_part_is_opened_again() -> None:
    first, second, third = split(_choice(2, 140), words())
    assert blocks.Open("alt", "failed") in first
    assert second[1] == third[1] == blocks.Open("alt", "followed (continued)")
    for part in (first, second, third):
        read(mermaid_text(part, {"client": "", "glance": ""}))


def test_a_cut_between_branches_leaves_no_empty_block() -> None:
    last = split(_choice(2, 2), words(), limit=2)[-1]
    assert [type(event).__name__ for event in last] == ["Note", "Open", "Arrow", "Arrow", "Close"]
    assert last[1] == blocks.Open("alt", "followed")


def test_a_note_on_a_message_stays_with_it() -> None:
    run = [one("/b", 0, 1, status=404, verdict="fallback"), one("/c", 2, 3, verdict="fallback")]
    first, _ = split(list(blocks.events(recording_tree(recorded(run)))), words(), limit=2)
    assert [type(event).__name__ for event in first] == ["Arrow", "Arrow", "Note", "Note"]


@given(runs.map(recorded) | polls.map(row), st.integers(1, 12))
def test_the_parts_together_are_the_whole(recording: Recording, limit: int) -> None:
    drawn = list(blocks.events(recording_tree(recording)))
    parts = split(drawn, words(), limit)
    assert [event for part in parts for event in part if isinstance(event, blocks.Arrow)] == [
        event for event in drawn if isinstance(event, blocks.Arrow)
    ]
    names = dict.fromkeys(("client", "glance", "keystone"), "")
    for part in parts:
        assert sum(isinstance(event, blocks.Arrow) for event in part) <= limit
        read(mermaid_text(part, names))


@pytest.mark.parametrize("limit", [3, 7])
def test_the_real_engine_draws_every_part(limit: int) -> None:
    run = [one("/b", 0, 1, status=404, verdict="fallback")]
    run += [one(f"/{at}", at, at + 0.5, verdict="fallback") for at in range(2, 4)]
    run += [one("/o", at, at + 0.5, verdict="repeated") for at in range(5, 9)]
    run += [one("/X", 9, 9.5, verdict="unexpected")]
    drawn = list(blocks.events(recording_tree(recorded(run))))
    for part in split(drawn, words("ko"), limit):
        assert render(mermaid_text(part, {"client": "c", "glance": "g"}, "끝; end"), "svg").startswith(
            b"<svg"
        )
