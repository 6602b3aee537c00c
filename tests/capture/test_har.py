"""HAR files of mitmproxy: a duration has the time of connecting in it, though that came before."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mitmproxy.addons.savehar import SaveHar
from mitmproxy.io.har import request_to_flow
from mitmproxy.test import tflow

from tests.capture.flows import flow, trace
from tests.runs import talks
from tests.runs.talks import Step

if TYPE_CHECKING:
    from mitmproxy import connection, http

    from tracer.model import Recording

COMMANDS = (
    talks.show,
    talks.listing,
    talks.token_issue,
    talks.projects,
    talks.versions,
    talks.add_project,
    talks.remove_project,
    talks.list_refused,
)
Maker = Callable[[str], list[Step]]


class Command:
    """The flows of a command. Each of its requests begins shortly after the last answer.

    ``connects`` is the duration of connecting (s). With ``closed``, each request has a connection of its own.
    """

    def __init__(self, number: int, maker: Maker, begun: float, connects: float, *, closed: bool) -> None:
        self.name = f"command-{number}"
        self.flows: list[http.HTTPFlow] = []
        servers: dict[str, connection.Server] = {}
        now = begun
        for step in maker(f"a-long-token-of-{self.name}"):
            host = urlsplit(step.url).netloc
            if closed or host not in servers:
                servers[host] = server(now, connects)
                now += connects
            self.flows.append(self._flow(step, now, servers[host]))
            now += 0.105

    def _flow(self, step: Step, at: float, server: connection.Server) -> http.HTTPFlow:
        made = flow(
            step.method,
            urlsplit(step.url).path,
            step.status,
            headers={"X-Auth-Token": step.token} if step.token else {},
            answer=self.name.encode(),
            answer_headers={"X-Subject-Token": step.hands_out} if step.hands_out else {},
            at=at,
        )
        made.request.host, made.request.port = (
            urlsplit(step.url).hostname or "",
            urlsplit(step.url).port or 80,
        )
        made.server_conn = server
        assert made.response is not None
        made.request.timestamp_end = at + 0.01
        made.response.timestamp_start, made.response.timestamp_end = at + 0.09, at + 0.1
        return made


def server(at: float, connects: float) -> connection.Server:
    made = tflow.tserver_conn()
    made.id += f"-{at}"
    made.timestamp_start, made.timestamp_tcp_setup = at, at + connects / 3
    made.timestamp_tls_setup = at + connects
    return made


def har(commands: list[Command]) -> list[http.HTTPFlow]:
    """Return the flows as mitmproxy reads them from the HAR file that it wrote of them."""
    flows = [each for command in commands for each in command.flows]
    flows.sort(key=lambda each: each.request.timestamp_start)
    return [request_to_flow(entry) for entry in SaveHar().make_har(flows)["log"]["entries"]]


def senders(recording: Recording) -> list[str | None]:
    """Return the command of each exchange, as its response names it."""
    bodies = [exchange.response.body for exchange in recording.exchanges if exchange.response]
    return [body.text for body in bodies if body]


def of_each(commands: list[Command]) -> list[list[str]]:
    return [[command.name] * len(command.flows) for command in commands]


def test_the_duration_in_a_har_file_goes_beyond_the_next_request() -> None:
    discovery, login = har([Command(1, talks.token_issue, 1000, 0.05, closed=False)])
    assert discovery.response is not None
    assert discovery.response.timestamp_end is not None
    assert discovery.response.timestamp_end > login.request.timestamp_start


@pytest.mark.parametrize("connects", [0.01, 0.15, 0.6, 3.5, 12.0])
@pytest.mark.parametrize("closed", [False, True])
def test_commands_one_after_the_other(connects: float, closed: bool, tmp_path: Path) -> None:
    makers = (
        talks.token_issue,
        talks.listing,
        talks.token_issue,
        talks.show,
        talks.list_refused,
        talks.projects,
    )
    begins = [1000 + number * (2 + 9 * connects) for number in range(len(makers))]
    commands = [
        Command(number, maker, begun, connects, closed=closed)
        for number, (maker, begun) in enumerate(zip(makers, begins, strict=True))
    ]
    recordings = trace(har(commands), tmp_path)
    assert sorted(map(senders, recordings.values())) == sorted(of_each(commands))
    assert "undetermined" not in {recording.verdict for recording in recordings.values()}


@given(st.data())
@settings(max_examples=50)
def test_a_recording_without_a_doubt_is_right(data: st.DataObject) -> None:
    """Whatever overlaps: a recording holds all exchanges of one command, unless it says so."""
    begun, commands = 1000.0, []
    for number, maker in enumerate(data.draw(st.lists(st.sampled_from(COMMANDS), min_size=1, max_size=4))):
        connects = data.draw(st.sampled_from((0.0, 0.01, 0.15, 0.6)))
        commands.append(Command(number, maker, begun, connects, closed=data.draw(st.booleans())))
        begun += data.draw(st.sampled_from((0.0, 0.03, 0.1, 0.2, 0.4, 1.0, 2.0, 4.0)))
    with TemporaryDirectory() as folder:
        recordings = trace(har(commands), Path(folder)).values()
    assert_right_or_in_doubt(recordings, commands)


def test_a_run_in_doubt_takes_no_discovery_of_a_later_command(tmp_path: Path) -> None:
    """A command connects for two seconds between discovery and login. The runs before it end then."""
    commands = [
        Command(0, talks.show, 1000, 0.15, closed=False),
        Command(1, talks.versions, 1000.2, 0, closed=True),
        Command(2, talks.projects, 1000.2, 2, closed=True),
    ]
    assert_right_or_in_doubt(trace(har(commands), tmp_path).values(), commands)


def assert_right_or_in_doubt(recordings: Collection[Recording], commands: list[Command]) -> None:
    assert sum(len(recording.exchanges) for recording in recordings) == sum(map(len, of_each(commands)))
    for recording in recordings:
        assert recording.verdict == "undetermined" or senders(recording) in of_each(commands)
