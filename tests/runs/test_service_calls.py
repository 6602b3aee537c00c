"""Which run a service's request belongs to: through a manager, into recordings."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.capture.flows import CLOUD, flow, peer, trace
from tests.capture.mitm.test_tracer_addon import TOKEN, discovery, login, show
from tracer.i18n import note_text
from tracer.model import Body, Exchange, Recording, Request, Response, RunNote
from tracer.recording import load
from tracer.recording.journal import read_journal
from tracer.runs.client_process import ClientProcess
from tracer.runs.participant_map import ParticipantMap
from tracer.runs.recovery import recover
from tracer.runs.run import Evidence, Runs
from tracer.runs.run_manager import RunManager
from tracer.runs.sent_request import SentRequest
from tracer.runs.service_calls import ServiceCalls
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from tracer.runs.run_writer import SavedRecording

IMAGE, TOKENS = "/image/v2/images/1", "/identity/v3/auth/tokens"


@dataclass
class Proxy:
    """A proxy as the manager sees it; every request has a number of its own in its query."""

    folder: Path
    kept: list[SavedRecording] = field(default_factory=list)
    clock: float = 1000.0

    def __post_init__(self) -> None:
        self._numbers = itertools.count()
        self._at: dict[int, tuple[str, str, float]] = {}
        self.sent: list[tuple[SentRequest, str]] = []
        self.manager = RunManager(
            Settings(folder=self.folder, participants=ParticipantMap("glance=http://images.test")),
            self.kept.append,
            self._fail,
            live=False,
        )

    @staticmethod
    def _fail(error: Exception) -> None:
        raise error

    def client(
        self, number: int, path: str = IMAGE, token: str | None = None, url: str = CLOUD
    ) -> SentRequest:
        token = f"token-{number}" if token is None else token
        return self._ask(
            f"c{number}", "GET", url + path, token, process=ClientProcess(number, 1.0, (f"c{number}",))
        )

    def service(
        self, path: str, *, about: str = "", own: str = "", connection: str = "g", method: str = "GET"
    ) -> SentRequest:
        return self._ask(connection, method, CLOUD + path, own, sender="glance", about=about)

    def _ask(
        self,
        connection: str,
        method: str,
        url: str,
        token: str,
        process: ClientProcess | None = None,
        sender: str = "",
        about: str = "",
    ) -> SentRequest:
        self.clock += 1
        url = f"{url}?n={next(self._numbers)}"
        tokens, subjects = (frozenset(filter(None, [one])) for one in (token, about))
        evidence = Evidence(
            connection, "127.0.0.1", process, "", url, False, tokens, sender, subjects, url, self.clock
        )
        sent = self.manager.request_started(evidence)
        self.sent.append((sent, method))
        return sent

    def answer(self, sent: SentRequest, *hands_out: str) -> str:
        self.clock += 1
        method = next(method for one, method in self.sent if one is sent)
        exchange = Exchange(
            sender=sent.evidence.sender or "client",
            started=sent.evidence.started,
            ended=self.clock,
            request=Request(method=method, url=sent.evidence.url),
            response=Response(status=200),
        )
        self.manager.exchange_completed(sent, exchange, hands_out, None)
        return sent.evidence.url

    def end(self) -> dict[str, Recording]:
        """The recordings by command; None's by the service."""
        asyncio.run(self.manager.finish_all())
        found = [one.recording for one in self.kept]
        return {one.command or one.exchanges[0].sender: one for one in found}


def urls(recording: Recording) -> list[str]:
    return [one.request.url for one in recording.exchanges]


@pytest.fixture
def proxy(tmp_path: Path) -> Proxy:
    return Proxy(tmp_path)


def test_what_a_service_sends_while_it_answers_nobody_has_a_run_at_once(proxy: Proxy) -> None:
    assert proxy.service(IMAGE).run is not None


def test_what_is_sent_while_one_client_waits_is_for_that_client(proxy: Proxy) -> None:
    asked = proxy.client(1)
    for path in ("/identity", TOKENS):
        proxy.answer(proxy.service(path), "own")
    proxy.answer(proxy.service(TOKENS, about="token-1", own="own"))
    proxy.answer(asked)
    (recording,) = proxy.end().values()
    assert [one.sender for one in recording.exchanges] == ["client", "glance", "glance", "glance"]
    assert not recording.notes


def test_the_token_tells_where_several_wait(proxy: Proxy) -> None:
    one, other = proxy.client(1), proxy.client(2)
    of_other = proxy.answer(proxy.service(TOKENS, about="token-2", own="own"))
    of_one = proxy.answer(proxy.service(TOKENS, about="token-1", own="own"))
    proxy.answer(one)
    proxy.answer(other)
    recordings = proxy.end()
    assert of_one in urls(recordings["c1"])
    assert of_other in urls(recordings["c2"])


def test_a_log_in_belongs_to_the_token_that_follows_on_its_connection(proxy: Proxy) -> None:
    one, other = proxy.client(1), proxy.client(2)
    log_in = [proxy.answer(proxy.service(path, connection="g1"), "own") for path in ("/identity", TOKENS)]
    proxy.answer(proxy.service(TOKENS, about="token-1", own="own", connection="g2"))
    proxy.answer(one)
    proxy.answer(proxy.service(TOKENS, about="token-2", own="own", connection="g1"))
    proxy.answer(other)
    recordings = proxy.end()
    assert set(log_in) <= set(urls(recordings["c2"]))
    assert not recordings["c2"].notes


def _journalled(folder: Path) -> list[str]:
    """The URLs in all journals, as a proxy that is killed now would leave them."""
    paths = (folder / JOURNALS).glob("*.jsonl")
    return [one.request.url for path in paths for one in read_journal(path)[1]]


def test_what_is_not_told_yet_is_on_the_disk_already_and_once(proxy: Proxy) -> None:
    one, other = proxy.client(1), proxy.client(2)
    sent = [proxy.answer(proxy.service(path, connection="g1"), "own") for path in ("/identity", TOKENS)]
    assert sorted(_journalled(proxy.folder)) == sorted(sent)
    (left,) = recover(copied(proxy.folder), ParticipantMap(""))
    assert isinstance(left, Path)
    recovered = load(left)
    assert (recovered.command, urls(recovered)) == (None, sent)
    assert RunNote(code="proxy-ended") in recovered.notes
    sent.append(proxy.answer(proxy.service(TOKENS, about="token-2", own="own", connection="g1")))
    assert sorted(_journalled(proxy.folder)) == sorted(sent)
    sent += [proxy.answer(one), proxy.answer(other)]
    assert sorted(_journalled(proxy.folder)) == sorted(sent)
    assert set(sent[:3]) <= set(urls(proxy.end()["c2"]))
    assert _journalled(proxy.folder) == []


def copied(folder: Path) -> Path:
    """A copy of what a proxy has written so far, left by a writer that is no more."""
    copy = folder.with_name(f"{folder.name}-copy")
    shutil.copytree(folder, copy)
    for path in (copy / JOURNALS).glob("*.jsonl"):
        path.write_text(re.sub(r'"writer":\[\d+', '"writer":[999999999', path.read_text()))
    return copy


def test_where_nothing_tells_the_recording_says_so(proxy: Proxy) -> None:
    one, other = proxy.client(1), proxy.client(2)
    discovered = proxy.answer(proxy.service("/identity"))
    proxy.answer(other)
    proxy.answer(one)
    recordings = proxy.end()
    assert discovered in urls(recordings["c1"])
    note = RunNote(code="concurrent-call", values={"sender": "glance"})
    assert [recordings[name].notes for name in ("c1", "c2")] == [[note], [note]]
    assert [recordings[name].verdict for name in ("c1", "c2")] == ["undetermined"] * 2


def test_the_services_own_token_ties_nothing(proxy: Proxy) -> None:
    """It was got while the first client waited, and is used for all others."""
    first = proxy.client(1)
    proxy.answer(proxy.service(TOKENS, method="POST"), "own")
    proxy.answer(first)
    waits, second = proxy.client(1), proxy.client(2)
    validation = proxy.answer(proxy.service(TOKENS, about="token-2", own="own"))
    proxy.answer(second)
    proxy.answer(waits)
    alone = proxy.answer(proxy.service("/identity/v3/users", own="own"))
    recordings = proxy.end()
    assert validation in urls(recordings["c2"])
    assert urls(recordings["glance"]) == [alone]


def test_a_token_that_was_handed_out_ties_too(proxy: Proxy) -> None:
    """The client's own request is through already: the service looks again by itself."""
    asked = proxy.client(1, TOKENS, token="")
    proxy.answer(asked, "fresh")
    late = proxy.answer(proxy.service(TOKENS, about="fresh", own="own"))
    assert late in urls(proxy.end()["c1"])


def test_a_token_that_no_run_knows_is_not_of_the_run_that_waits(proxy: Proxy) -> None:
    """Somebody who does not use the proxy asks the same service."""
    asked = proxy.client(1)
    foreign = proxy.answer(proxy.service(TOKENS, about="foreign", own="own"))
    proxy.answer(asked)
    recordings = proxy.end()
    assert urls(recordings["glance"]) == [foreign]
    assert recordings["glance"].notes == [RunNote(code="service-itself", values={"sender": "glance"})]
    assert len(recordings["c1"].exchanges) == 1


def test_who_waits_for_another_service_is_not_answered(proxy: Proxy) -> None:
    logging_in, asked = proxy.client(1, TOKENS), proxy.client(2)
    discovered = proxy.answer(proxy.service("/identity"))
    proxy.answer(logging_in)
    proxy.answer(asked)
    recordings = proxy.end()
    assert discovered in urls(recordings["c2"])
    assert len(recordings["c1"].exchanges) == 1


def test_the_configured_map_tells_who_waits_for_a_service(proxy: Proxy) -> None:
    elsewhere = proxy.client(1, "/v1/thing", url="http://other.test")
    asked = proxy.client(2, "/v2/images", url="http://images.test")
    discovered = proxy.answer(proxy.service("/identity"))
    proxy.answer(elsewhere)
    proxy.answer(asked)
    assert discovered in urls(proxy.end()["c2"])


def test_what_a_client_creates_does_not_replace_the_catalogue_of_its_login() -> None:
    calls = ServiceCalls(Runs(lambda _: None), [], ParticipantMap(), stored=True)
    endpoint = {"interface": "public", "url": "http://images.test:9292"}
    document = {"token": {"catalog": [{"type": "image", "endpoints": [endpoint]}]}}
    for path, answer in [(TOKENS, document), *[("/identity/v3/users", {"user": {}})] * 5]:
        body = Body(type="application/json", size=1, json=json.dumps(answer))
        exchange = Exchange(
            sender="client",
            started=1.0,
            request=Request(method="POST", url=CLOUD + path),
            response=Response(status=201, body=body),
        )
        evidence = Evidence("c", "192.0.2.1", None, "", "", False, frozenset(), started=1.0)
        calls.exchange_completed(SentRequest(evidence), exchange)
    assert calls._receiver("http://images.test:9292/v2/images") == "glance"


def test_a_service_that_a_service_asks_serves_the_same_run(proxy: Proxy) -> None:
    """Nova asks Glance with the client's token, Glance has it validated."""
    client = proxy.client(1, "/compute/v2.1/servers")
    evidence = Evidence(
        "n", "127.0.0.1", None, "", "", False, frozenset({"token-1"}), "nova", url=CLOUD + IMAGE, started=1003
    )
    proxy.clock = 1003
    middle = proxy.manager.request_started(evidence)
    proxy.sent.append((middle, "GET"))
    discovered = proxy.answer(proxy.service("/identity"))
    proxy.answer(middle)
    proxy.answer(client)
    recordings = proxy.end()
    assert list(recordings) == ["c1"]
    assert [one.sender for one in recordings["c1"].exchanges] == ["client", "nova", "glance"]
    assert discovered in urls(recordings["c1"])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_every_exchange_is_in_one_recording_and_what_is_told_is_in_the_right_one(data: st.DataObject) -> None:
    """Several clients at once; the service validates, at times after a log-in, on any free connection."""
    with tempfile.TemporaryDirectory() as folder:
        proxy = Proxy(Path(folder))
        expected: dict[str, str] = {}
        waiting: dict[int, tuple[SentRequest, list[str], str]] = {}
        busy: dict[str, int] = {}
        for number in range(data.draw(st.integers(1, 4), "clients")):
            calls = data.draw(st.sampled_from([[], ["validate"], ["discover", "log in", "validate"]]))
            free = sorted({"g1", "g2", "g3", "g4"} - set(busy))
            connection = data.draw(st.sampled_from(free))
            busy[connection] = number
            waiting[number] = (proxy.client(number), list(calls), connection)
        everything = set()
        while waiting:
            number = data.draw(st.sampled_from(sorted(waiting)))
            asked, calls, connection = waiting[number]
            if not calls:
                everything.add(proxy.answer(asked))
                expected[asked.evidence.url] = f"c{number}"
                del waiting[number]
                continue
            call = calls.pop(0)
            about = f"token-{number}" if call == "validate" else ""
            path = "/identity" if call == "discover" else TOKENS
            sent = proxy.service(path, about=about, own="own" if about else "", connection=connection)
            url = proxy.answer(sent, "own")
            everything.add(url)
            expected[url] = f"c{number}"
        assert not any(run.in_flight for run in proxy.manager._runs.going)
        recordings = proxy.end()
        found = [(url, command) for command, one in recordings.items() for url in urls(one)]
        assert sorted(url for url, _ in found) == sorted(everything)
        assert dict(found) == expected
        assert not any(one.notes for one in recordings.values())


# Stored flows come in the order in which they ended.


def test_stored_flows_are_tied_by_time_and_token(tmp_path: Path) -> None:
    one, other, service = peer("192.0.2.1"), peer("192.0.2.2"), peer("192.0.2.3")
    service.sockname = ("192.0.2.9", 8082)
    second = TOKEN + "b"

    def asks(path: str, at: float, about: str = "") -> object:
        made = flow("GET", path, headers={"X-Subject-Token": about} if about else {}, client=service, at=at)
        assert made.response is not None
        made.response.timestamp_end = at + 0.05
        return made

    flows = [
        login(one, 1),
        login(other, 1.5, second),
        asks("/identity", 3.15),
        asks(TOKENS, 3.2, second),
        asks(TOKENS, 3.3, TOKEN),
        show(other, 3.1, second),
        show(one, 3.0),
        asks("/identity", 9),
    ]
    recordings = trace(flows, tmp_path, trace_participants="glance=8082")  # type: ignore[arg-type]
    told = {
        next((address for address in ("192.0.2.1", "192.0.2.2") if address in note_text(r.notes[0])), ""): [
            (e.sender, e.request.url.removeprefix(CLOUD)) for e in r.exchanges
        ]
        for r in recordings.values()
    }
    assert told["192.0.2.1"][2:] == [("glance", TOKENS)]
    # The validation that follows on the same connection tells whom the discovery was for.
    assert told["192.0.2.2"][2:] == [("glance", "/identity"), ("glance", TOKENS)]
    assert told[""] == [("glance", "/identity")]
    assert not any("at once" in note_text(note) for r in recordings.values() for note in r.notes)
    assert TOKEN not in "".join(path.read_text() for path in tmp_path.rglob("*.yaml"))


def test_the_port_of_the_client_means_the_client(tmp_path: Path) -> None:
    """Also a client whose User-Agent has the name of a service."""
    for number, agent in enumerate(("", "glance-api")):
        client = peer("192.0.2.1")
        client.sockname = ("127.0.0.1", 8083)
        flows = [login(client), discovery(client, "/image", 2.0), show(client)]
        for each in flows if agent else ():
            each.request.headers["User-Agent"] = agent
        recordings = trace(flows, tmp_path / str(number), trace_participants="glance=8082,client=8083")
        (recording,) = recordings.values()
        assert [one.sender for one in recording.exchanges] == ["client"] * 3
        # The User-Agent of another program than openstack has no sequence.
        assert recording.sequence == (None if agent else "image-show")
        assert recording.notes[0].code == "no-process"


def test_a_services_agent_is_enough_where_it_has_no_port_of_its_own(tmp_path: Path) -> None:
    client, service = peer("192.0.2.1"), peer("192.0.2.3")
    agent = {"User-Agent": "glance-api keystonemiddleware.auth_token/10.1.0", "X-Subject-Token": TOKEN}
    validation = flow("GET", TOKENS, headers=agent, client=service, at=3.2)
    recordings = trace([login(client), discovery(client, "/image", 2.0), validation, show(client)], tmp_path)
    (recording,) = recordings.values()
    assert [one.sender for one in recording.exchanges] == ["client", "client", "client", "glance"]
