"""How long a run stays open for work that services do later."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import pytest

from tests.runs.compute import SERVERS, ComputeCloud
from tracer.errors import InputError
from tracer.model import Exchange, Request, Response
from tracer.runs.client_process import ClientProcess
from tracer.runs.later_work import LINGER_LIMIT, UNFINISHED, LaterWork
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.run import Evidence
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import LINGER, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.runs.run import Run
    from tracer.runs.run_writer import SavedRecording


def run_of(cloud: ComputeCloud, method: str, path: str = SERVERS) -> Run:
    request = cloud.ask("1", method, path)
    cloud.answer(request, "req-1")
    assert request.run is not None
    return request.run


@pytest.mark.parametrize(
    ("method", "path", "is_expected"),
    [
        ("POST", SERVERS, True),
        ("DELETE", f"{SERVERS}/1", True),
        ("GET", SERVERS, False),
        ("POST", "/image/v2/images", False),
        ("POST", "/identity/v3/users", False),
    ],
)
def test_work_follows_a_change_at_a_service_that_goes_on(method: str, path: str, is_expected: bool) -> None:
    run = run_of(ComputeCloud(), method, path)
    assert LaterWork(LINGER, sees_services=True).is_expected(run) is is_expected
    assert not LaterWork(0, sees_services=True).is_expected(run)
    assert not LaterWork(LINGER, sees_services=False).is_expected(run)


def test_a_run_is_open_until_nothing_was_sent_for_some_seconds_but_not_longer_than_the_limit() -> None:
    cloud = ComputeCloud()
    work = LaterWork(3, sees_services=False)
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    work.exchange_taken(create, 10)
    call = cloud.ask("nova", "GET", "/placement/allocations/1", cause="req-1")
    cloud.answer(call)
    work.exchange_taken(call, 11)
    assert create.run is not None
    assert work.end(create.run, 11) == 14
    assert work.is_cut_off(create.run, 13.9)
    assert not work.is_cut_off(create.run, 14)
    assert work.end(create.run, 10 + LINGER_LIMIT) == 10 + LINGER_LIMIT
    assert work.end(create.run, 9 + LINGER_LIMIT) == 10 + LINGER_LIMIT
    # A call is in flight: the run cannot end without it.
    assert work.end(create.run, math.inf) == math.inf
    assert work.limit(create.run) == 10 + LINGER_LIMIT
    cloud.ask("nova", "GET", "/placement/allocations/1", cause="req-1")
    assert work.is_cut_off(create.run, 10 + LINGER_LIMIT)


def test_a_connection_that_stays_open_is_no_unfinished_work() -> None:
    cloud = ComputeCloud()
    work = LaterWork(3, sees_services=True)
    create = cloud.ask("1", "POST", SERVERS)
    cloud.answer(create, "req-1")
    work.exchange_taken(create, 10)
    assert create.run is not None
    assert create.run.open
    assert not work.is_cut_off(create.run, 3600)


def test_a_manager_waits_for_later_work_and_says_if_it_did_not(tmp_path: Path) -> None:
    async def record(seconds: float) -> SavedRecording:
        """Record a create, whose client has ended, and end the proxy ``seconds`` later."""
        now = 1000.0
        saved: list[SavedRecording] = []
        settings = Settings(folder=tmp_path, participants=ParticipantMap("nova=8001"))
        manager = RunManager(settings, saved.append, _fail, live=False, clock=lambda: now)
        url = f"http://cloud.test{SERVERS}"
        process = ClientProcess(999_999_999, 1.0, ("openstack", "server", "create"))
        evidence = Evidence("c", "127.0.0.1", process, "", "", False, frozenset(), url=url, started=now)
        sent = manager.request_started(evidence)
        exchange = Exchange(
            sender="client",
            started=now,
            ended=now,
            request=Request(method="POST", url=url),
            response=Response(status=202),
        )
        manager.exchange_completed(sent, exchange, (), "c")
        assert manager.work_until() == now + LINGER
        now += seconds
        await manager.tend()
        ended_by_itself = bool(saved)
        await manager.finish_all()
        assert ended_by_itself is (seconds >= LINGER)
        return saved[0]

    for seconds, notes in ((LINGER - 0.1, [UNFINISHED]), (LINGER, [])):
        saved = asyncio.run(record(seconds))
        assert saved.recording.notes == notes


def _fail(error: Exception) -> None:
    raise error


@pytest.mark.parametrize("linger", [-1.0, 61.0, math.nan, math.inf])
def test_a_wrong_time_is_one_line(linger: float) -> None:
    with pytest.raises(InputError, match=r"linger: expected 0 to 60 seconds, got "):
        Settings(linger=linger)
