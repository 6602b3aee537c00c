"""Which run an exchange belongs to: commands of clients on another machine."""

from __future__ import annotations

import itertools
import math
import re
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mitmproxy import http, io

from tests.capture.flows import peer, trace
from tests.capture.mitm.test_addon import TOKEN, discovery
from tests.capture.mitm.test_addon import login as login_flow
from tests.capture.mitm.test_addon import show as show_flow
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
    add_project,
    direct_list_refused,
    direct_projects,
    direct_show,
    direct_versions,
    failed,
    failed_login,
    list_refused,
    listing,
    login,
    numbers,
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
from tracer.conformance import check_all, exit_code
from tracer.runs.client_process import ClientProcess
from tracer.runs.discovery import PATIENCE
from tracer.runs.lulls import PAUSE
from tracer.runs.run import FINISHED_LIMIT, GRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tracer.model import Recording

DISCOVERING = (show, listing, token_issue, projects, versions, add_project, remove_project, list_refused)
DIRECT = (direct_show, direct_versions, direct_projects, direct_list_refused)
COMMANDS = (*DISCOVERING, *DIRECT, with_cached_token, with_cached_token_twice)
FAILED = (failed, failed_login)

SAME_EXAMPLES = settings(derandomize=True)
"""The same examples in each run: of mixes of all kinds of commands, about one in 5,000 is still wrong."""


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


@SAME_EXAMPLES
@given(st.data())
def test_a_run_without_a_doubt_is_right(data: st.DataObject) -> None:
    """Whatever the order: each request is in one run, and a run holds only its own unless it says so."""
    talk = Talk(stored=data.draw(st.booleans()))
    makers: list[Callable[[str], list[Step]]] = data.draw(
        st.lists(st.sampled_from((*COMMANDS, *FAILED)), min_size=1, max_size=3)
    )
    clients = [
        Client(talk, f"c{number}", make(f"t{number}"), data.draw(st.sampled_from(KINDS)))
        for number, make in enumerate(makers)
    ]
    order = data.draw(st.lists(st.integers(0, 2), max_size=40))
    run_all(clients, iter([*order, *[0] * 100]))
    talk.end()
    assert_true_or_in_doubt(talk, clients)


@pytest.mark.parametrize("kind", ["close", "hang-up"])
@SAME_EXAMPLES
@given(st.data())
def test_two_commands_over_closed_connections_are_right_or_in_doubt(kind: str, data: st.DataObject) -> None:
    """A doubt marks the run that took a request, and the run that may have lost it."""
    talk = Talk(stored=data.draw(st.booleans()))
    makers = [data.draw(st.sampled_from((*COMMANDS, *FAILED))) for _ in range(2)]
    clients = [Client(talk, f"c{number}", make(f"t{number}"), kind) for number, make in enumerate(makers)]
    order = data.draw(st.lists(st.integers(0, 1), max_size=24))
    run_all(clients, iter([*order, *[0] * 100]))
    talk.end()
    assert_true_or_in_doubt(talk, clients)


def assert_true_or_in_doubt(talk: Talk, clients: list[Client]) -> None:
    """Each request is in one run, and a run holds all requests of one client unless it says so."""
    kept = [each for one in talk.runs.values() for each in one]
    assert sorted(map(id, kept)) == sorted(id(each) for client in clients for each in client.sent)
    for one in talk.runs.values():
        if not any(each.doubt or (each.run and each.run.doubt) for each in one):
            assert {id(each) for each in one} in [{id(each) for each in client.sent} for client in clients], [
                (each.evidence.connection, each.evidence.opening) for each in one
            ]


# Pauses of commands


@SAME_EXAMPLES
@given(st.data())
def test_commands_at_once_that_pause_are_right_or_in_doubt(data: st.DataObject) -> None:
    """A lull at an address is no proof that its commands are over."""
    makers = data.draw(st.lists(st.sampled_from((*COMMANDS, *FAILED)), min_size=2, max_size=4))
    commands = [make(f"t{number}") for number, make in enumerate(makers)]
    halves = [number for number, steps in enumerate(commands) for _ in range(2 * len(steps) + 1)]
    order = data.draw(st.permutations(halves))
    kinds = [data.draw(st.sampled_from(["close", "hang-up"])) for _ in makers]
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


def play(talk: Talk, clients: list[Client], order: list[tuple[float, int]]) -> None:
    """Let each client in ``order`` send or receive its next half, after a pause in seconds."""
    halves = [client.halves() for client in clients]
    for pause, number in order:
        talk.wait(pause)
        next(halves[number], None)
    for rest in halves:
        deque(rest, maxlen=0)


def leaves_evidence(clients: list[Client]) -> bool:
    """Return whether the requests differ from those of commands one after the other.

    They do not if a command is silent for ``GRACE``, or begins after a lull in which another command
    paused that shows no token later. They do not either if a command pauses between its discovery and its
    login: the login looks direct if another command that logged in directly is silent from then on.
    """
    times = [[(each.evidence.started, each.latest) for each in client.sent] for client in clients]
    if any(after[0] - before[1] > GRACE - 0.1 for one in times for before, after in itertools.pairwise(one)):
        return False
    for client in clients:
        began = client.sent[0].evidence.started
        earlier = [end for one in times for start, end in one if start < began]
        if not earlier or max(earlier) + PAUSE > began:
            continue
        for paused in clients:
            later = [each for each in paused.sent if each.evidence.started > began]
            unfinished = paused.sent[0].evidence.started < began and later
            if unfinished and not any(each.evidence.proves_client for each in later):
                return False
    direct = [client for client in clients if client.sent[0].evidence.authenticates]
    logins = [
        each.evidence.started
        for client in clients
        for each in client.sent[1:]
        if each.evidence.authenticates and not any(_proofs(client, until=each.evidence.started))
    ]
    starts = sorted(start for one in times for start, _ in one)
    lulls = [
        start
        for start in starts[1:]
        if max(end for one in times for begin, end in one if begin < start) + PAUSE <= start
    ]
    return not any(
        client.sent[0].evidence.started < lull <= login and not any(_proofs(client, since=lull))
        for client in direct
        for login in logins
        for lull in lulls
    )


def _proofs(client: Client, since: float = -math.inf, until: float = math.inf) -> Iterator[bool]:
    """Return whether the requests from ``since`` to before ``until`` proved the client."""
    return (each.evidence.proves_client for each in client.sent if since <= each.evidence.started < until)


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

ONE, OTHER = ClientProcess(1, 1.0, ("openstack",)), ClientProcess(2, 2.0, ("openstack",))


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
        assert note.startswith("several commands of 192.0.2.7 ran at once: a request without a token may")
    report = check_all(sorted(tmp_path.glob("*.yaml")))
    assert (report.undetermined, exit_code(report)) == (3, 1)
