"""The addon for one command, told of traffic as the proxy tells it."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from tracer.capture.client_trust import Trust
from tracer.capture.distrust import CommandRemedies
from tracer.capture.events import Answered, Asked, Connected, Content, Reply
from tracer.capture.settings import Settings
from tracer.capture.single import SingleRun
from tracer.model import Output

KEYSTONE = "http://cloud.test/identity"
GLANCE_PORT, NOVA_PORT, CLIENT_PORT = 8082, 8083, 8080


class Command:
    """A command that is being recorded, with the ports of two services."""

    def __init__(self, folder: Path) -> None:
        settings = Settings(folder=folder, name="mine").with_senders(
            {GLANCE_PORT: "glance", NOVA_PORT: "nova"}
        )
        self.tracer = SingleRun(
            settings,
            ("openstack", "token", "issue"),
            {},
            None,
            CommandRemedies(Trust(), folder),
            lambda _: None,
        )
        self._flows = itertools.count()

    def ask(self, port: int, url: str, token: str = "", agent: str = "") -> Asked:
        name = str(next(self._flows))
        fields: tuple[tuple[bytes, bytes], ...] = ((b"User-Agent", agent.encode()),)
        if token:
            fields += ((b"X-Auth-Token", token.encode()),)
        asked = Asked(name, f"c{name}", b"GET", url.encode(), b"HTTP/1.1", fields, 1000.0 + int(name))
        self.tracer.taker().tell(Connected(asked.connection, "127.0.0.1", port))
        self.tracer.taker().tell(asked)
        return asked

    def answer(self, asked: Asked, error: str = "") -> None:
        reply = None if error else Reply(200, b"OK", (), Content())
        said = error.encode() or None
        self.tracer.taker().tell(Answered(asked.flow, asked.started + 50, Content(), reply, said))

    def end(self) -> None:
        self.tracer._one.output = Output(exit=0)
        self.tracer._one.interrupted = ""
        asyncio.run(self.tracer.taker().finish())


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def test_a_service_that_speaks_first_is_a_run_of_its_own(command: Command) -> None:
    command.answer(command.ask(GLANCE_PORT, f"{KEYSTONE}/v3"))
    command.answer(command.ask(CLIENT_PORT, KEYSTONE))
    command.end()
    assert command.tracer.kept is not None
    assert command.tracer.kept.path.name == "mine.yaml"
    assert [each.sender for each in command.tracer.kept.recording.exchanges] == ["client"]
    (aside,) = command.tracer.others
    assert aside.path.name == "glance.yaml"


def test_a_call_under_way_when_the_command_ends_interrupts_nothing(command: Command) -> None:
    asked = command.ask(CLIENT_PORT, "http://cloud.test/image/v2/images", "t")
    call = command.ask(GLANCE_PORT, KEYSTONE, "t")
    command.answer(asked)
    command.answer(call, "the proxy stopped before the answer came")
    command.end()
    assert command.tracer.kept is not None
    recording = command.tracer.kept.recording
    assert [(each.sender, each.error is None) for each in recording.exchanges] == [
        ("client", True),
        ("glance", False),
    ]
    assert recording.interrupted == ""


def test_a_request_of_the_client_without_an_answer_interrupts_the_run(command: Command) -> None:
    command.answer(command.ask(CLIENT_PORT, KEYSTONE), "gone")
    command.end()
    assert command.tracer.kept is not None
    assert command.tracer.kept.recording.interrupted == "the last request had no answer"


def test_a_run_that_a_service_begins_is_named_after_it_whoever_takes_part(command: Command) -> None:
    begun = command.ask(NOVA_PORT, "http://cloud.test/image/v2/images", "t")
    command.answer(command.ask(GLANCE_PORT, f"{KEYSTONE}/v3/users", "t"))
    command.answer(begun)
    command.end()
    (aside,) = command.tracer.others
    assert aside.path.name == "nova.yaml"
    assert [each.sender for each in aside.recording.exchanges] == ["nova", "glance"]
