"""Which run an exchange belongs to: commands of clients on another machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mitmproxy import http, io

from tests.capture.flows import peer, trace
from tests.capture.mitm.test_tracer_addon import TOKEN, discovery
from tests.capture.mitm.test_tracer_addon import login as login_flow
from tests.capture.mitm.test_tracer_addon import show as show_flow
from tests.runs.talks import (
    DISCOVERY,
    GLANCE,
    IMAGES,
    KEYSTONE,
    KINDS,
    TOKENS,
    Client,
    Step,
    Talk,
    list_refused,
    listing,
    login,
    numbers,
    openings,
    projects,
    run_all,
    show,
    token_issue,
    versions,
)
from tracer.conformance import check_all, exit_code
from tracer.model import RunNote
from tracer.runs.client_process import ClientProcess
from tracer.runs.discovery_runs import PATIENCE
from tracer.runs.run import FINISHED_LIMIT, GRACE

if TYPE_CHECKING:
    from tracer.model import Recording


@pytest.mark.parametrize("kind", KINDS)
def test_commands_one_after_the_other(talk: Talk, kind: str) -> None:
    commands = [show("t1"), show("t2", by_name=True), listing("t3"), token_issue("t4"), versions("t5")]
    commands += [versions("t6"), show("t7"), versions("t8"), token_issue("t9"), projects("t10")]
    for number, steps in enumerate(commands):
        run_all([Client(talk, f"c{number}", steps, kind)])
        talk.now += 1
    assert talk.end() == [openings(steps) for steps in commands]
    assert not talk.doubts


@pytest.mark.parametrize("kind", KINDS)
def test_three_commands_at_once(talk: Talk, kind: str) -> None:
    commands = [show("t1"), show("t2"), show("t3")]
    clients = [Client(talk, f"c{number}", steps, kind) for number, steps in enumerate(commands)]
    run_all(clients, numbers())
    assert talk.end() == [openings(steps) for steps in commands]
    assert bool(talk.doubts) == (kind in ("close", "hang-up"))


# Logins


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_login_after_a_401_is_in_the_run(talk: Talk, kind: str) -> None:
    steps = list_refused("t1")
    run_all([Client(talk, "c", steps, kind)])
    talk.now += 1
    run_all([Client(talk, "d", listing("t2"), kind)])
    assert talk.end() == [openings(steps), openings(listing("t2"))]
    assert not talk.doubts


def test_several_commands_over_one_connection(talk: Talk) -> None:
    commands = [show("t1"), listing("t2"), token_issue("t3"), [login("t4"), DISCOVERY]]
    for steps in commands:
        for step in steps:
            talk.exchange("shared", step)
    assert talk.end() == [openings(steps) for steps in commands]


def test_a_login_that_was_refused_and_is_tried_again_is_one_run(talk: Talk) -> None:
    steps = [Step("GET", KEYSTONE), Step("POST", TOKENS, status=401), login("t")]
    run_all([Client(talk, "c", steps, "http")])
    assert talk.end() == [openings(steps)]


def test_a_login_that_uses_a_token_goes_on_with_the_run_of_that_token(talk: Talk) -> None:
    """Federation: the token without a scope is changed for one with a scope."""
    steps = [login("unscoped"), Step("POST", TOKENS, "unscoped", "scoped", 201)]
    steps += [DISCOVERY, Step("GET", IMAGES, "scoped")]
    run_all([Client(talk, "c", steps, "close")])
    assert talk.end() == [openings(steps)]


def test_logins_at_once_with_several_refused_tokens_are_in_doubt(talk: Talk) -> None:
    for name in ("a", "b"):
        talk.exchange(name, login(f"{name}1"), close=True)
    for name in ("a", "b"):
        talk.exchange(f"{name}1", Step("GET", IMAGES, f"{name}1", status=401), close=True)
    talk.exchange("x", login("x2"), close=True)
    talk.end()
    assert talk.doubts


# Tokens


@pytest.mark.parametrize("kind", KINDS)
def test_commands_that_share_a_token_they_did_not_log_in_for(talk: Talk, kind: str) -> None:
    steps = [DISCOVERY, Step("GET", IMAGES, "cached"), Step("GET", f"{IMAGES}/1", "cached")]
    for number in range(3):
        run_all([Client(talk, f"c{number}", steps, kind)])
        talk.now += 1
    assert talk.end() == [openings(steps)] * 3


def test_commands_at_once_that_share_a_token_are_apart_or_in_doubt(talk: Talk) -> None:
    steps = [DISCOVERY, Step("GET", IMAGES, "cached"), Step("GET", f"{IMAGES}/1", "cached")]
    run_all([Client(talk, f"c{number}", steps, "https") for number in range(3)], numbers())
    assert talk.end() == [openings(steps)] * 3
    assert not talk.doubts


@pytest.mark.parametrize("discovery", [[], [DISCOVERY]], ids=["token only", "discovery"])
@pytest.mark.parametrize("close", [False, True], ids=["keep-alive", "close"])
@pytest.mark.parametrize("at_once", [False, True], ids=["in turn", "at once"])
def test_a_token_that_two_addresses_use_is_of_two_commands(
    talk: Talk, discovery: list[Step], close: bool, at_once: bool
) -> None:
    steps = [*discovery, Step("GET", IMAGES, "shared"), Step("GET", f"{IMAGES}/1", "shared")]
    peers = ("192.0.2.7", "192.0.2.8")
    turns = [(number, address) for number in range(len(steps)) for address in peers]
    for number, address in turns if at_once else sorted(turns, key=lambda turn: turn[1]):
        connection = f"{address}-{number if close else ''}"
        talk.answer(talk.ask(connection, steps[number], peer=address), steps[number], close=close)
    assert talk.end() == [openings(steps)] * 2
    assert not talk.doubts


def test_a_token_of_a_local_process_is_another_command_at_another_address() -> None:
    talk = Talk()
    login_step, use = login("t"), Step("GET", IMAGES, "t")
    talk.answer(talk.ask("a", login_step, ONE, peer="127.0.0.1"), login_step)
    talk.answer(talk.ask("b", use), use)
    assert talk.end() == [openings([login_step]), openings([use])]
    assert not talk.doubts


def test_a_finished_run_does_not_go_on_at_another_address() -> None:
    talk = Talk()
    run = talk.exchange("a", login("t"), close=True).run
    assert run is not None
    talk.finish(run)
    assert talk.ask("b", Step("DELETE", f"{IMAGES}/1", "t"), peer="192.0.2.99").run is not run
    assert talk.resumed == []
    assert talk.exchange("c", Step("GET", IMAGES, "t")).run is run


def test_a_remote_run_goes_on_after_a_pause_by_its_token() -> None:
    talk = Talk()
    run = talk.exchange("a", login("t"), close=True).run
    assert run is not None
    talk.now += GRACE
    talk.finish(run)
    assert talk.attribution.runs.going == []
    assert talk.exchange("b", Step("GET", IMAGES, "t")).run is run
    assert talk.resumed == [run.number]
    assert talk.attribution.runs.going == [run]


def test_a_token_is_stronger_than_a_connection(talk: Talk) -> None:
    """A proxy in between sends the requests of several clients over one connection."""
    talk.exchange("a", login("t1"))
    talk.exchange("b", login("t2"))
    talk.exchange("a", Step("GET", IMAGES, "t2"))
    assert talk.end() == [[f"POST {TOKENS}"], [f"POST {TOKENS}", f"GET {IMAGES}"]]


def test_finished_runs_are_forgotten_in_the_end() -> None:
    talk = Talk()
    for number in range(FINISHED_LIMIT + 3):
        run = talk.exchange(f"c{number}", login(f"t{number}"), close=True).run
        assert run is not None
        talk.finish(run)
    assert talk.exchange("x", Step("GET", IMAGES, "t0")).run is not None
    assert talk.resumed == []
    talk.exchange("y", Step("GET", IMAGES, "t9"))
    assert talk.resumed == [10]


# Processes

ONE, OTHER = (ClientProcess(number, 1.0, ("openstack", "image", "list")) for number in (1, 2))


def test_one_process_is_one_run_whatever_its_connections_and_logins() -> None:
    talk = Talk()
    first = [talk.ask(name, step, ONE).run for name, step in zip("abcd", show("t1"), strict=True)]
    again = [talk.ask(name, step, ONE).run for name, step in zip("efgh", show("t2"), strict=True)]
    assert len({id(run) for run in first + again}) == 1
    assert talk.ask("x", Step("GET", IMAGES, "t1"), OTHER).run is not first[0]


def test_a_run_of_a_process_that_ended_does_not_go_on() -> None:
    talk = Talk()
    step = login("t")
    request = talk.ask("a", step, ONE)
    talk.answer(request, step, close=True)
    assert request.run is not None
    talk.finish(request.run)
    assert talk.ask("b", Step("GET", IMAGES, "t"), OTHER).run is not request.run
    assert talk.resumed == []


# Services

CALL = Step("GET", f"{KEYSTONE}/v3/x", "own")


@pytest.mark.parametrize("timed", [True, False], ids=["", "clock set back"])
def test_a_call_between_two_runs_ends_with_what_it_may_serve(timed: bool) -> None:
    talk = Talk()
    steps = [Step("GET", f"{IMAGES}/{number}", f"t{number}") for number in range(2)]
    asked = [talk.ask("ab"[number], step) for number, step in enumerate(steps)]
    talk.answer(talk.ask("s", CALL, sender="glance"), CALL)
    for request, step in zip(asked, steps, strict=True):
        talk.answer(request, step, close=True, timed=timed)
    assert [len(one) for one in talk.told()] == [2, 1]
    assert all(run.idle and run.last <= talk.now for run in talk.attribution.runs.going)
    assert talk.doubts


def test_a_call_made_for_undecided_requests_is_decided_with_them() -> None:
    talk = Talk()
    steps = [Step("GET", f"{GLANCE}/{number}") for number in range(2)]
    asked = [talk.ask(f"192.0.2.{n}", step, peer=f"192.0.2.{n}") for n, step in enumerate(steps)]
    talk.answer(talk.ask("s", CALL, sender="glance"), CALL)
    for request, step in zip(asked, steps, strict=True):
        talk.answer(request, step, close=True)
    talk.pass_time(PATIENCE)
    assert [len(one) for one in talk.told()] == [2, 1]
    assert all(run.idle for run in talk.attribution.runs.going)
    assert talk.doubts


def test_discovery_whose_end_is_not_known_is_of_the_run_that_uses_it(talk: Talk) -> None:
    for token in ("a", "b"):
        talk.exchange(token, login(token), close=True)
    talk.answer(talk.ask("d", DISCOVERY), DISCOVERY, close=True, timed=False)
    talk.exchange("i", Step("GET", IMAGES, "b"), close=True)
    assert [len(one) for one in talk.end()] == [1, 3]


# Stored flows of mitmdump, and a HAR file that it wrote

STORED = Path(__file__).parent / "stored"


def recordings(name: str, folder: Path) -> dict[str, Recording]:
    reader = io.FlowReader((STORED / name).open("rb"))
    with reader.fo:
        return trace([flow for flow in reader.stream() if isinstance(flow, http.HTTPFlow)], folder)


def test_one_command_over_two_tunnels_is_one_recording(tmp_path: Path) -> None:
    ((name, recording),) = recordings("one-command.mitm", tmp_path).items()
    assert (name, recording.verdict, len(recording.exchanges)) == ("image-show", "conforms", 5)


def test_a_har_file_of_three_commands_is_three_recordings(tmp_path: Path) -> None:
    found = recordings("three-commands.har", tmp_path)
    assert {name: len(each.exchanges) for name, each in found.items()} == {
        "image-show": 5,
        "image-show-2": 4,
        "image-list": 4,
    }
    assert {each.verdict for each in found.values()} == {"conforms"}


def versions_and_show(gap: float) -> list[http.HTTPFlow]:
    """`openstack versions show` and `openstack image show`, a connection for each request."""
    second, begun = TOKEN + "b", 4 + gap
    first = [discovery(peer(), at=1), login_flow(peer(), 2)]
    first += [discovery(peer(), "/volume", 3), discovery(peer(), "/image", 3.5)]
    return [
        *first,
        discovery(peer(), at=begun),
        login_flow(peer(), begun + 0.6, second),
        discovery(peer(), "/image", begun + 1.2),
        show_flow(peer(), begun + 1.8, second),
    ]


@pytest.mark.parametrize("gap", [0.4, 1.5])
def test_discovery_that_is_not_used_is_not_lost_to_the_next_command(tmp_path: Path, gap: float) -> None:
    found = trace(versions_and_show(gap), tmp_path)
    assert {(len(each.exchanges), each.verdict) for each in found.values()} == {(4, "conforms"), (4, None)}


def test_discovery_beside_another_command_is_not_lost_silently(tmp_path: Path) -> None:
    flows = versions_and_show(0.4)
    last = flows[3]
    assert last.response is not None
    # It comes after the login of the other command.
    last.request.timestamp_start, last.response.timestamp_end = 5.1, 5.2
    assert {each.verdict for each in trace(flows, tmp_path).values()} == {"undetermined"}


def test_flows_that_are_mixed_up_in_their_file_are_told_apart_as_well(tmp_path: Path) -> None:
    """Three commands at once, a connection for each request: the recordings say what is not known."""
    flows = []
    for number in range(3):
        token = TOKEN + str(number)
        at = number * 0.1
        flows += [
            discovery(peer(), at=at),
            login_flow(peer(), 1 + at, token),
            discovery(peer(), "/image", 2 + at),
            show_flow(peer(), 3 + at, token),
        ]
    for flow in flows:
        flow.response.headers["Connection"] = "close"  # type: ignore[union-attr]
    found = trace(sorted(flows, key=lambda flow: flow.request.timestamp_start), tmp_path)
    assert [len(each.exchanges) for each in found.values()] == [4, 4, 4]
    assert {each.verdict for each in found.values()} == {"undetermined"}
    for each in found.values():
        (note,) = each.notes[1:]
        assert note == RunNote(code="concurrent-request", values={"peer": "192.0.2.7"})
    report = check_all(sorted(tmp_path.glob("*.yaml")))
    assert (report.undetermined, exit_code(report)) == (3, 1)
