"""The law of mixes: a run without a doubt contains exactly the requests of one command."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.runs.mixes import assert_true_or_in_doubt, leaves_evidence, play
from tests.runs.talks import (
    KINDS,
    Client,
    Step,
    Talk,
    add_project,
    direct_list_refused,
    direct_projects,
    direct_show,
    direct_versions,
    failed,
    failed_login,
    list_refused,
    listing,
    openings,
    projects,
    remove_project,
    run_all,
    show,
    token_issue,
    versions,
    with_cached_token,
    with_cached_token_twice,
)
from tracer.runs.discovery_runs import PATIENCE
from tracer.runs.run import GRACE

if TYPE_CHECKING:
    from collections.abc import Sequence

Maker = Callable[[str], list[Step]]
"""A function that returns the requests of a command for a token."""

DISCOVERING = (show, listing, token_issue, projects, versions, add_project, remove_project, list_refused)
DIRECT = (direct_show, direct_versions, direct_projects, direct_list_refused)
COMMANDS = (*DISCOVERING, *DIRECT, with_cached_token, with_cached_token_twice)
EVERY_KIND = (*COMMANDS, failed, failed_login)

SAME_EXAMPLES = settings(derandomize=True)
"""The same examples in each run: of the mixes of every kind of command, about one in 5,000 is wrong."""


@given(st.data())
def test_a_run_without_a_doubt_is_right(data: st.DataObject) -> None:
    mix_over_any_connections(DISCOVERING, data)


@SAME_EXAMPLES
@given(st.data())
def test_a_run_of_any_kind_without_a_doubt_is_right(data: st.DataObject) -> None:
    mix_over_any_connections(EVERY_KIND, data)


@pytest.mark.parametrize("kind", ["close", "hang-up"])
@given(st.data())
def test_two_commands_over_closed_connections_are_right_or_in_doubt(kind: str, data: st.DataObject) -> None:
    mix_over_closed_connections(DISCOVERING, kind, data)


@pytest.mark.parametrize("kind", ["close", "hang-up"])
@SAME_EXAMPLES
@given(st.data())
def test_two_commands_of_any_kind_are_right_or_in_doubt(kind: str, data: st.DataObject) -> None:
    mix_over_closed_connections(EVERY_KIND, kind, data)


@given(st.data())
def test_commands_at_once_that_pause_are_right_or_in_doubt(data: st.DataObject) -> None:
    mix_with_pauses(DISCOVERING, data)


@SAME_EXAMPLES
@given(st.data())
def test_commands_of_any_kind_that_pause_are_right_or_in_doubt(data: st.DataObject) -> None:
    mix_with_pauses(EVERY_KIND, data)


def mix_over_any_connections(makers: Sequence[Maker], data: st.DataObject) -> None:
    """Check up to three commands over connections of any kind, in any order."""
    talk = Talk(stored=data.draw(st.booleans()))
    drawn = data.draw(st.lists(st.sampled_from(makers), min_size=1, max_size=3))
    clients = [
        Client(talk, f"c{number}", make(f"t{number}"), data.draw(st.sampled_from(KINDS)))
        for number, make in enumerate(drawn)
    ]
    order = data.draw(st.lists(st.integers(0, 2), max_size=40))
    run_all(clients, iter([*order, *[0] * 100]))
    talk.end()
    assert_true_or_in_doubt(talk, clients)


def mix_over_closed_connections(makers: Sequence[Maker], kind: str, data: st.DataObject) -> None:
    """A doubt marks the run that took a request, and the run that may have lost it."""
    talk = Talk(stored=data.draw(st.booleans()))
    drawn = [data.draw(st.sampled_from(makers)) for _ in range(2)]
    clients = [Client(talk, f"c{number}", make(f"t{number}"), kind) for number, make in enumerate(drawn)]
    order = data.draw(st.lists(st.integers(0, 1), max_size=24))
    run_all(clients, iter([*order, *[0] * 100]))
    talk.end()
    assert_true_or_in_doubt(talk, clients)


def mix_with_pauses(makers: Sequence[Maker], data: st.DataObject) -> None:
    """A lull at an address is no proof that its commands are over."""
    drawn = data.draw(st.lists(st.sampled_from(makers), min_size=2, max_size=4))
    commands = [make(f"t{number}") for number, make in enumerate(drawn)]
    halves = [number for number, steps in enumerate(commands) for _ in range(2 * len(steps) + 1)]
    order = data.draw(st.permutations(halves))
    kinds = [data.draw(st.sampled_from(["close", "hang-up"])) for _ in drawn]
    pauses = data.draw(
        st.dictionaries(st.integers(0, len(order) - 1), st.floats(0.3, 3), min_size=1, max_size=3)
    )
    talk = Talk(stored=data.draw(st.booleans()))
    clients = [Client(talk, f"c{n}", *each) for n, each in enumerate(zip(commands, kinds, strict=True))]
    play(talk, clients, [(pauses.get(index, 0), number) for index, number in enumerate(order)])
    talk.wait(PATIENCE + GRACE)
    talk.end()
    assume(leaves_evidence(clients))
    assert_true_or_in_doubt(talk, clients)


@pytest.mark.parametrize(
    ("makers", "kinds", "order"),
    [
        # A run is not over while discovery that may be of it has no response.
        ([token_issue, versions], "close", "01111....00001.....111111"),
        ([versions, projects, show], "close", "0000111222000011122222.....012.....00"),
        ([remove_project, versions], "close", "00111001.....001.....00000111111"),
        # A run is not over while discovery that may be of it has an open connection.
        ([versions, show], "hang-up", "01110000011....0001101.....01"),
        ([versions, add_project], "hang-up", "00001111...000011111...00011"),
        # A request before the lull is left over: its command itself paused before its login.
        ([listing, token_issue], "hang-up close", "00..110011000010"),
        ([remove_project, add_project], "close hang-up", "11...00..111111111000000000"),
        # The discovery before a login was lost to a run in doubt.
        (
            [remove_project, projects, show, versions],
            "hang-up hang-up close close",
            "032331201333...13001010222230.....201231..300203",
        ),
        ([token_issue, list_refused, listing, projects], "hang-up", "230230...3123213111111220200121121331"),
        # A direct login took the discovery before another login.
        ([show, direct_show], "close", "0011011011000"),
        ([direct_versions, direct_versions], "close", "000000000111111111"),
        # A direct login was taken for the second login of another command.
        ([direct_list_refused, direct_show], "close", "000000111100000"),
        # The discovery of a cached token was taken by another command.
        ([with_cached_token_twice, with_cached_token], "close hang-up", "0000...11001100"),
        ([direct_show, with_cached_token], "close", "0101..001000011"),
        # A failed command left its discovery to a direct login.
        ([failed, direct_show], "close", "0011111"),
    ],
)
@pytest.mark.parametrize("stored", [False, True], ids=["live", "stored"])
def test_commands_at_once_with_these_pauses_are_right_or_in_doubt(
    makers: list[Callable[[str], list[Step]]], kinds: str, order: str, stored: bool
) -> None:
    """``order`` contains the number of a client for its next half, and a dot for each half second."""
    talk = Talk(stored=stored)
    pairs = zip(makers, itertools.cycle(kinds.split()), strict=False)
    clients = [Client(talk, f"c{n}", make(f"t{n}"), kind) for n, (make, kind) in enumerate(pairs)]
    parts = re.findall(r"(\.*)(\d)", order)
    play(talk, clients, [(len(dots) / 2, int(number)) for dots, number in parts])
    talk.wait(PATIENCE + GRACE)
    talk.end()
    assert leaves_evidence(clients)
    assert_true_or_in_doubt(talk, clients)


@given(st.data())
def test_commands_one_after_the_other_are_right_after_any_pause(data: st.DataObject) -> None:
    """Also if a response takes long, or a command only discovers, logs in directly, or has a cached token."""
    makers = data.draw(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=4))
    talk = Talk(stored=data.draw(st.booleans()))
    clients = []
    for number, make in enumerate(makers):
        kind = data.draw(st.sampled_from(KINDS))
        clients.append(Client(talk, f"c{number}", make(f"t{number}"), kind))
        slow = 2 * data.draw(st.integers(0, len(clients[-1].steps) - 1)) + 1
        duration = data.draw(st.floats(0, 8))
        halves = 2 * len(clients[-1].steps) + 1
        play(talk, clients[-1:], [(duration * (half == slow), 0) for half in range(halves)])
        talk.wait(data.draw(st.floats(1, 12)))
    talk.wait(PATIENCE + GRACE)
    assert talk.end() == [openings(client.steps) for client in clients]
    assert not any(each.doubt or (each.run and each.run.doubt) for one in talk.runs.values() for each in one)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("maker", [show, with_cached_token, direct_show])
@pytest.mark.parametrize("gap", [1, 2, 4])
def test_a_failed_request_is_not_of_the_next_command(
    talk: Talk, maker: Callable[[str], list[Step]], kind: str, gap: float
) -> None:
    commands = [failed("t0"), maker("t1"), maker("t2")]
    for number, steps in enumerate(commands):
        run_all([Client(talk, f"c{number}", steps, kind)])
        talk.wait(gap)
    talk.wait(PATIENCE + GRACE)
    assert sorted(talk.end()) == sorted(openings(steps) for steps in commands)
    assert not talk.doubts


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("duration", [2.5, 8])
def test_a_late_response_to_discovery_is_in_the_run(talk: Talk, kind: str, duration: float) -> None:
    """A run whose next request waits for its response is not over."""
    client = Client(talk, "c", versions("t"), kind)
    play(talk, [client], [(duration * (half in (5, 7)), 0) for half in range(11)])
    talk.wait(PATIENCE + GRACE)
    assert talk.end() == [openings(client.steps)]
