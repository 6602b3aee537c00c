from __future__ import annotations

from tracer.capture.processes import Process
from tracer.capture.runs import FINISHED_LIMIT, Evidence, Run, Runs

ONE, OTHER = Process(1, 1.0, ("openstack",)), Process(2, 2.0, ("openstack",))


def evidence(
    connection: str,
    *,
    process: Process | None = None,
    tokens: tuple[str, ...] = (),
    opening: str = "GET /identity",
    authenticates: bool = False,
    peer: str = "192.0.2.1",
) -> Evidence:
    return Evidence(connection, peer, process, "agent", opening, authenticates, frozenset(tokens))


def exchange(runs: Runs, seen: Evidence, handed_out: tuple[str, ...] = (), *, closes: bool = False) -> Run:
    run = runs.find(seen) or runs.begin(seen)
    runs.resume(run)
    runs.sent(run, seen)
    runs.handed_out(run, handed_out, seen.connection if closes else None)
    run.in_flight -= 1
    return run


def end(runs: Runs, run: Run) -> Run | None:
    runs.finish(run)
    return runs.remember(run)


def test_one_process_is_one_run_whatever_its_connections() -> None:
    runs = Runs()
    first = exchange(runs, evidence("a", process=ONE))
    assert exchange(runs, evidence("b", process=ONE, opening="POST /identity/v3/auth/tokens")) is first
    assert exchange(runs, evidence("c", process=OTHER)) is not first


def test_two_processes_that_share_a_token_are_two_runs() -> None:
    runs = Runs()
    first = exchange(runs, evidence("a", process=ONE), ("t",))
    assert exchange(runs, evidence("b", process=OTHER, tokens=("t",))) is not first


def test_a_pause_does_not_end_a_run_of_an_open_connection() -> None:
    runs = Runs()
    run = exchange(runs, evidence("a"))
    assert not run.idle
    runs.closed("a")
    assert run.idle


def test_a_remote_run_goes_on_after_a_pause_by_its_token() -> None:
    runs = Runs()
    run = exchange(runs, evidence("a"), ("t",), closes=True)
    assert end(runs, run) is None
    assert runs.going == []
    assert exchange(runs, evidence("b", tokens=("t",), opening="GET /image")) is run
    assert runs.going == [run]


def test_a_run_of_a_process_that_ended_does_not_go_on() -> None:
    runs = Runs()
    run = exchange(runs, evidence("a", process=ONE), ("t",), closes=True)
    assert end(runs, run) is run
    assert exchange(runs, evidence("b", tokens=("t",))) is not run


def test_kin_needs_host_agent_and_no_start_over() -> None:
    runs = Runs()
    run = exchange(runs, evidence("a"), closes=True)
    assert runs.find(evidence("b", opening="GET /image", peer="192.0.2.9")) is None
    assert runs.find(evidence("b", opening="GET /identity")) is None
    login = evidence("b", opening="POST /identity/v3/auth/tokens", authenticates=True)
    assert exchange(runs, login, ("t",), closes=True) is run
    assert runs.find(evidence("c", opening="POST /v3/auth/tokens", authenticates=True)) is None
    assert runs.find(evidence("c", opening="GET /image")) is run


def test_a_run_with_an_open_connection_has_no_kin() -> None:
    runs = Runs()
    exchange(runs, evidence("a"))
    assert runs.find(evidence("b", opening="GET /image")) is None


def test_finished_runs_are_forgotten_in_the_end() -> None:
    runs = Runs()
    forgotten = []
    for number in range(FINISHED_LIMIT + 3):
        run = exchange(runs, evidence(f"c{number}"), (f"t{number}",), closes=True)
        forgotten.append(end(runs, run))
    assert [run.number for run in forgotten if run] == [1, 2, 3]
    assert runs.find(evidence("x", tokens=("t0",))) is None
