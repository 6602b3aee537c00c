from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tracer.recording import load
from tracer.runs.event_pipeline import EventPipeline, carried_tokens, issued_tokens
from tracer.runs.events import (
    Connected,
    Content,
    Disconnected,
    ExchangeCompleted,
    RawResponse,
    RequestStarted,
)
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.runs.events import RawFields

TOKENS = b"http://cloud.test:5000/v3/auth/tokens"
SUBJECT = (b"X-Subject-Token", b"subject")


def started(flow: str, method: bytes, url: bytes, *fields: tuple[bytes, bytes]) -> RequestStarted:
    return RequestStarted(flow, flow, method, url, b"HTTP/1.1", fields, 1000.0 + float(flow))


def completed(flow: str, status: int, fields: RawFields = ()) -> ExchangeCompleted:
    response = RawResponse(status, b"", fields, Content())
    return ExchangeCompleted(flow, 1000.5 + float(flow), Content(), response, closes=True)


def test_a_login_issues_the_token_of_its_response() -> None:
    assert issued_tokens(started("1", b"POST", TOKENS), completed("1", 201, (SUBJECT,))) == {"subject"}


def test_a_response_to_a_question_about_a_token_issues_none() -> None:
    asked = started("1", b"GET", TOKENS, SUBJECT, (b"X-Auth-Token", b"own"))
    assert carried_tokens(asked) == {"own"}
    assert issued_tokens(asked, completed("1", 200, (SUBJECT,))) == set()


def test_a_token_that_was_asked_about_does_not_connect_two_commands(tmp_path: Path) -> None:
    """An administrator asks about a token; later its owner, another command, uses it."""

    async def run() -> None:
        failures: list[Exception] = []
        pipeline = EventPipeline(
            Settings(folder=tmp_path),
            lambda settings: RunManager(settings, lambda _: None, failures.append, live=False),
        )
        question = started("1", b"GET", TOKENS, SUBJECT, (b"X-Auth-Token", b"own"))
        usage = started("2", b"GET", b"http://cloud.test:9292/v2/images", (b"X-Auth-Token", b"subject"))
        for request, response in ((question, completed("1", 200, (SUBJECT,))), (usage, completed("2", 200))):
            pipeline.receive(Connected(request.connection, "192.0.2.7", 8080))
            pipeline.receive(request)
            pipeline.receive(response)
            pipeline.receive(Disconnected(request.connection))
        await pipeline.finish()
        assert failures == []

    asyncio.run(run())
    recordings = [load(path) for path in tmp_path.glob("*.yaml")]
    assert [len(recording.exchanges) for recording in recordings] == [1, 1]
