"""Which run discovery belongs to: requests without a token."""

from __future__ import annotations

import math

import pytest

from tests.runs.talks import (
    AGENT_OF_KEYSTONE,
    DISCOVERY,
    GLANCE,
    HOST,
    IMAGES,
    KEYSTONE,
    KINDS,
    TOKENS,
    Client,
    Step,
    Talk,
    add_project,
    login,
    openings,
    projects,
    run_all,
    show,
)
from tracer.runs import run as runs
from tracer.runs.discovery_runs import PATIENCE
from tracer.runs.run import GRACE


def test_discovery_waits_for_the_token_that_its_connection_shows(talk: Talk) -> None:
    for name in ("a", "b"):
        talk.exchange(f"{name}-keystone", Step("GET", KEYSTONE))
        talk.exchange(f"{name}-keystone", login(f"t-{name}"))
    talk.exchange("a-glance", DISCOVERY)
    talk.exchange("b-glance", DISCOVERY)
    assert [len(one) for one in talk.told()] == [2, 2]
    talk.exchange("b-glance", Step("GET", IMAGES, "t-b"))
    assert [len(one) for one in talk.told()] == [2, 4]
    talk.exchange("a-glance", Step("GET", IMAGES, "t-a"))
    assert [len(one) for one in talk.told()] == [4, 4]
    assert not talk.doubts


def test_a_connection_that_ends_without_a_token_leaves_its_discovery_to_the_run_under_way(
    talk: Talk,
) -> None:
    talk.exchange("k", login("t"))
    talk.exchange("g", DISCOVERY)
    talk.close("g")
    assert talk.end() == [[f"POST {TOKENS}", f"GET {GLANCE}"]]


def test_discovery_of_a_run_that_is_over_goes_with_it() -> None:
    talk = Talk()
    run = talk.exchange("k", login("t"), close=True).run
    assert run is not None
    talk.exchange("g", DISCOVERY, close=True)
    assert talk.told() == [[f"POST {TOKENS}"]]
    talk.finish(run)
    assert talk.told() == [[f"POST {TOKENS}", f"GET {GLANCE}"]]


def test_a_client_that_only_discovers_is_a_run_once_nothing_more_can_be_expected() -> None:
    talk = Talk()
    talk.exchange("a", Step("GET", KEYSTONE), close=True)
    talk.exchange("b", DISCOVERY, close=True)
    assert talk.attribution.due() < math.inf
    assert talk.told() == []
    talk.pass_time(PATIENCE + 1)
    assert talk.told() == [[f"GET {KEYSTONE}", f"GET {GLANCE}"]]
    assert talk.attribution.due() == math.inf


def test_discovery_of_the_next_command_does_not_land_in_the_run_before() -> None:
    talk = Talk()
    run_all([Client(talk, "a", show("t1"), "close")])
    talk.now += 0.5
    talk.exchange("b", Step("GET", KEYSTONE), close=True)
    (run,) = talk.attribution.runs.going
    talk.finish(run)
    assert talk.told() == [openings(show("t1"))]
    talk.pass_time(PATIENCE)
    assert talk.told()[1] == [f"GET {KEYSTONE}"]


@pytest.mark.parametrize("pause", [1.1, 2.5])
def test_discovery_after_a_pause_waits_for_the_next_command(pause: float) -> None:
    """A command with an endpoint and a token discovers no Keystone, and may be over between two requests."""
    talk = Talk()
    with_token = [DISCOVERY, Step("GET", IMAGES, "t")]
    run_all([Client(talk, "a", with_token, "close")])
    talk.now += pause
    first, *others = show("t2")
    talk.exchange("b", first, close=True)
    (run,) = talk.attribution.runs.going
    talk.now = run.last + GRACE
    talk.finish(run)
    run_all([Client(talk, "c", others, "close")])
    assert talk.end() == [openings(with_token), openings(show("t2"))]
    assert not talk.doubts


def test_another_program_or_address_is_another_run(talk: Talk) -> None:
    for address, agent in (("192.0.2.1", "x"), ("192.0.2.2", "x"), ("192.0.2.1", "y")):
        step = Step("GET", KEYSTONE)
        talk.answer(talk.ask(f"{address}{agent}", step, peer=address, agent=agent), step, close=True)
    assert len(talk.end()) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_a_command_of_several_libraries_is_one_run(talk: Talk, kind: str) -> None:
    """Each library has a User-Agent of its own, and the first to show a token is not the first to ask."""
    steps = [DISCOVERY, Step("GET", f"{KEYSTONE}/v3/projects/p", "cached", agent=AGENT_OF_KEYSTONE)]
    steps += [Step("GET", f"{IMAGES}/1", "cached"), Step("POST", f"{IMAGES}/1/members", "cached")]
    commands = [steps, add_project("t"), projects("t2")]
    for number, command in enumerate(commands):
        run_all([Client(talk, f"c{number}", command, kind)])
        talk.now += 1
    assert talk.end() == [openings(command) for command in commands]
    assert not talk.doubts


def test_the_same_discovery_by_another_library_of_two_commands_is_in_doubt(talk: Talk) -> None:
    for token in ("a", "b"):
        talk.exchange(f"k-{token}", login(token), close=True)
        other = Step("GET", f"{KEYSTONE}/v3/projects/p", token, agent=AGENT_OF_KEYSTONE)
        talk.exchange(f"p-{token}", other, close=True)
    for agent in ("", AGENT_OF_KEYSTONE):
        talk.exchange(f"d-{agent}", Step("GET", GLANCE, agent=agent), close=True)
    for token in ("a", "b"):
        talk.exchange(f"i-{token}", Step("GET", IMAGES, token), close=True)
    assert [len(one) for one in talk.end()] == [4, 4]
    assert talk.doubts


def test_many_requests_that_wait_and_many_runs_do_not_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk()
    for number in range(30):
        talk.exchange(f"k{number}", login(f"t{number}"), close=True)
        talk.exchange(f"i{number}", Step("GET", IMAGES, f"t{number}"), close=True)
    compared: list[str] = []

    def is_below(service: str, upper: str) -> bool:
        compared.append(service)
        return runs.service_of(service) == upper

    monkeypatch.setattr(runs, "is_below", is_below)
    for number in range(200):
        talk.exchange(f"d{number}", Step("GET", f"http://cloud.test/health/{number % 20}"), close=True)
    compared.clear()
    talk.exchange("d", Step("GET", "http://cloud.test/health/1"), close=True)
    talk.exchange("i", Step("GET", IMAGES, "t1"), close=True)
    assert len(compared) < 200


def test_a_program_that_never_shows_a_token_is_not_waited_for_without_end() -> None:
    talk = Talk()
    for number in range(40):
        talk.exchange("c", Step("GET", f"http://cloud.test/public/{number}"))
    (told,) = talk.told()
    assert len(told) == 40


def test_a_long_discovery_after_the_login_is_of_the_run() -> None:
    """A run goes on for as long as it discovers: it is not over, and loses nothing to the next command."""
    talk = Talk()
    run = talk.exchange("k", login("t"), close=True).run
    assert run is not None
    for number in range(4):
        talk.exchange(f"d{number}", Step("GET", f"{HOST}/{number}"), close=True)
        talk.now += 2.5
        talk.take(talk.attribution.over(run))
    run_all([Client(talk, "next", show("t2"), "close")])
    assert [len(one) for one in talk.end()] == [5, 4]
    assert not talk.doubts
