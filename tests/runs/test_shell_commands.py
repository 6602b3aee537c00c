"""Where a command of an interactive shell ends."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from tests.runs.test_event_pipeline import completed, started
from tests.sequences.runs import HOST, IMAGE_ID, exchange, prologue
from tracer.model import RunNote, header
from tracer.processes import identify
from tracer.recording import load
from tracer.runs.client_process import ClientProcess
from tracer.runs.event_pipeline import EventPipeline
from tracer.runs.events import Connected, Content, ExchangeCompleted, RawResponse
from tracer.runs.run import Evidence
from tracer.runs.run_manager import RunManager
from tracer.runs.settings import Settings
from tracer.runs.shell_commands import ShellCommand

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording
    from tracer.runs.events import RequestStarted

RECORDED = Path(__file__).parents[1] / "sequences" / "recorded"
SERVERS = f"{HOST}/compute/v2.1/servers"
MIGRATIONS = f"{HOST}/compute/v2.1/os-migrations"  # no sequence has them
SERVER = f"{SERVERS}/0a3e9aa5-e1e8-4dd1-b5b4-0a9b5c5a3c11"
IMAGES = f"{HOST}/image/v2/images"
PROJECTS = f"{HOST}/identity/v3/projects"


def own(method: str, url: str, status: int | None = 200) -> Exchange:
    """A request of a command itself: it carries the token."""
    return exchange(method, url, status, token=True)


def evidence(request: Exchange, at: float) -> Evidence:
    sent = request.request
    return Evidence(
        connection="c",
        peer="127.0.0.1",
        process=None,
        agent=header(sent.headers, "User-Agent") or "",
        opening=f"{sent.method} {sent.url}",
        authenticates=sent.method == "POST" and sent.url.endswith("/auth/tokens"),
        tokens=frozenset({"t"} if header(sent.headers, "X-Auth-Token") else ()),
        url=sent.url,
        started=at,
    )


def commands(exchanges: list[Exchange], pauses: tuple[float, ...] = ()) -> list[int]:
    """Return the number of exchanges of each command; ``pauses`` are the seconds before each exchange."""
    command, lengths, now = ShellCommand(), [0], 0.0
    for index, each in enumerate(exchanges):
        pause = pauses[index] if index < len(pauses) else 0.01
        if command.ends_before(evidence(each, now + pause), now):
            command = command.next()
            lengths.append(0)
        command.add(replace(each, receiver=""))  # receivers are only known at the end of a run
        lengths[-1] += 1
        now += pause + 0.1
    return lengths


def test_three_recorded_commands() -> None:
    assert commands(list(load(RECORDED / "shell-three-commands.yaml").exchanges)) == [5, 1, 1]


@pytest.mark.parametrize(
    ("following", "lengths"),
    [
        ([own("GET", IMAGES)], [4, 1]),
        ([own("GET", PROJECTS)], [4, 1]),
        ([own("GET", f"{IMAGES}?marker={IMAGE_ID}")], [5]),
        ([own("GET", f"{IMAGES}/x", 404), own("GET", f"{IMAGES}?name=x")], [4, 2]),
        ([own("GET", f"{IMAGES}/{IMAGE_ID}"), own("GET", f"{IMAGES}/other")], [4, 1, 1]),
        ([own("GET", f"{SERVERS}/detail")], [4, 1]),
        ([own("GET", f"{MIGRATIONS}/1")], [5]),
    ],
)
def test_a_complete_command_ends_where_its_sequence_does_not_go_on(
    following: list[Exchange], lengths: list[int]
) -> None:
    assert commands([*prologue(), own("GET", IMAGES), *following]) == lengths


def test_a_command_that_begins_like_a_documented_one_goes_on() -> None:
    """``server create`` looks its image up like ``image show``, and ``image add project`` does, too."""
    image = own("GET", f"{IMAGES}/{IMAGE_ID}")
    create = [image, own("GET", f"{HOST}/compute/v2.1/flavors/1"), own("POST", SERVERS, 202)]
    assert commands([*prologue(), *create]) == [6]
    share = [image, own("GET", f"{PROJECTS}/p"), own("POST", f"{IMAGES}/{IMAGE_ID}/members")]
    assert commands([*prologue(), *share]) == [6]


def test_an_upload_belongs_to_its_image_also_after_a_pause() -> None:
    create = [own("POST", IMAGES, 201), own("PUT", f"{IMAGES}/{IMAGE_ID}/file", 204)]
    assert commands([*prologue(), *create, own("GET", IMAGES)], (0, 0, 0, 0, 9, 2)) == [5, 1]


UNDOCUMENTED = [*prologue()[:2], own("GET", f"{SERVERS}/detail"), own("GET", f"{HOST}/compute/v2.1/flavors")]


@pytest.mark.parametrize(("pause", "lengths"), [(0.9, [5]), (1.1, [4, 1])])
def test_a_command_without_a_sequence_ends_with_a_pause(pause: float, lengths: list[int]) -> None:
    pauses = (0, 0, 5, 0.1, pause)
    assert commands([*UNDOCUMENTED, own("GET", f"{SERVERS}/detail")], pauses) == lengths


def test_a_command_that_waits_for_its_change_goes_on() -> None:
    create = [own("POST", SERVERS, 202), *[own("GET", SERVER)] * 3]
    assert commands([*prologue()[:2], *create], (0, 0, 0, 0, 5, 5)) == [6]
    assert commands([*prologue()[:2], *create, own("GET", IMAGES)], (0, 0, 0, 0, 5, 5, 5)) == [6, 1]


def test_a_documented_command_that_is_not_complete_goes_on_after_a_pause() -> None:
    lookup = [own("GET", f"{IMAGES}/x", 404), own("GET", f"{IMAGES}?name=x")]
    assert commands([*prologue(), *lookup], (0, 0, 0, 0, 3)) == [5]


def test_a_refused_token_ends_no_command() -> None:
    refused = [own("GET", IMAGES, 401), *prologue()[1:2], own("GET", IMAGES)]
    assert commands([*prologue(), *refused], (0, 0, 0, 0, 3)) == [6]


def test_a_long_command_is_only_ended_by_a_pause() -> None:
    many = [own("GET", f"{MIGRATIONS}/{number}") for number in range(100)]
    assert commands([*many, own("GET", IMAGES), own("GET", PROJECTS)]) == [102]
    assert commands([*many, own("GET", IMAGES)], tuple([0.0] * 100 + [2])) == [100, 1]


def test_each_command_of_a_live_shell_is_a_recording(tmp_path: Path) -> None:
    """Later commands have no login: their receivers come from the catalogue of the shell's login.

    Only the last command is still running when the proxy stops.
    """
    catalogue = (
        b'{"token": {"catalog": [{"type": "image", "endpoints": [{"url": "http://cloud.test:9292"}]}]}}'
    )
    token = (b"X-Auth-Token", b"gAAAAABtoken")
    asked = [
        started("1", b"POST", b"http://cloud.test:5000/v3/auth/tokens"),
        started("2", b"GET", b"http://cloud.test:9292/v2/images", token),
        started("3", b"GET", b"http://cloud.test:9292/v2/images", token),
        started("4", b"GET", b"http://cloud.test:9292/v2/images?marker=x", token),
        started("5", b"GET", b"http://cloud.test:9292/v2/images", token),
    ]
    identity = identify()
    assert identity is not None
    process = ClientProcess(identity.pid, identity.started, ("openstack",), identity.boot)
    recordings = recorded(asked, catalogue, tmp_path, process)
    assert [len(each.exchanges) for each in recordings] == [2, 2, 1]
    assert [bool(each.interrupted) for each in recordings] == [False, False, True]
    assert [each.receiver for each in recordings[2].exchanges] == ["glance"]
    assert [each.sequence for each in recordings] == ["image-list"] * 3
    assert [each.participants["client"] for each in recordings] == ["openstack-client"] * 3
    assert all(each.command is None for each in recordings)
    assert all(each.notes[0] == RunNote(code="interactive-shell") for each in recordings)


def test_a_script_of_the_same_requests_is_one_recording(tmp_path: Path) -> None:
    token = (b"X-Auth-Token", b"gAAAAABtoken")
    asked = [
        started(str(number), b"GET", b"http://cloud.test/image/v2/images", token) for number in (1, 2, 9)
    ]
    process = ClientProcess(2**22 + 1, 1.0, ("python", "many.py"))
    (recording,) = recorded(asked, b"", tmp_path, process)
    assert (recording.command, recording.sequence, recording.verdict) == ("python many.py", None, None)
    assert [each.path for each in recording.exchanges] == ["/image/v2/images"] * 3


def recorded(
    asked: list[RequestStarted], login: bytes, folder: Path, process: ClientProcess
) -> list[Recording]:
    """Return the recordings of the requests of one process on one connection, the first one a login."""

    async def run() -> None:
        failures: list[Exception] = []
        pipeline = EventPipeline(
            Settings(folder=folder),
            lambda settings: RunManager(settings, lambda _: None, failures.append, live=False),
        )
        pipeline.receive(Connected("1", "127.0.0.1", 8080, process))
        for number, request in enumerate(asked):
            pipeline.receive(replace(request, connection="1"))
            response = RawResponse(
                201,
                b"",
                ((b"Content-Type", b"application/json"), (b"X-Subject-Token", b"gAAAAABtoken")),
                Content(login, size=len(login)),
            )
            answer = ExchangeCompleted(request.flow, request.started + 0.5, Content(), response)
            pipeline.receive(answer if number == 0 and login else completed(request.flow, 200))
        await pipeline.finish()
        assert failures == []

    asyncio.run(run())
    recordings = [load(path) for path in folder.glob("*.yaml")]
    return sorted(recordings, key=lambda each: each.recorded)
