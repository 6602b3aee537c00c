from __future__ import annotations

import gzip
import json
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mitmproxy import connection, http
from mitmproxy.test import tflow

from tests.capture.flows import CLOUD, flow, peer, trace
from tracer.model import RunNote
from tracer.redaction import Redactor
from tracer.runs import exchanges

if TYPE_CHECKING:
    from tracer.model import Exchange

SECRET = "Zq8-vT2/kp+Lx0=secret"
TOKEN = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es"
JSON = {"Content-Type": "application/json"}


def login(client: connection.Client, at: float = 1.0, token: str = TOKEN) -> http.HTTPFlow:
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {"password": SECRET}}}}}
    catalog = [{"type": "image", "name": "glance", "endpoints": [{"url": f"{CLOUD}/image"}]}]
    return flow(
        "POST",
        "/identity/v3/auth/tokens",
        201,
        headers=JSON,
        content=json.dumps(body).encode(),
        answer=json.dumps({"token": {"catalog": catalog}}).encode(),
        answer_headers=JSON | {"X-Subject-Token": token},
        client=client,
        at=at,
    )


def show(client: connection.Client, at: float = 3.0, token: str = TOKEN) -> http.HTTPFlow:
    path = "/image/v2/images/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"
    return flow("GET", path, headers={"X-Auth-Token": token}, client=client, at=at)


def discovery(
    client: connection.Client, path: str = "/identity", at: float = 0.5, **headers: str
) -> http.HTTPFlow:
    return flow("GET", path, 300, client=client, at=at, answer_headers=headers)


def urls(recording: object) -> list[str]:
    return [exchange.request.url.removeprefix(CLOUD) for exchange in recording.exchanges]  # type: ignore[attr-defined]


def test_one_connection_is_one_recording(tmp_path: Path) -> None:
    client = peer()
    run = [discovery(client), login(client), discovery(client, "/image", 2.0), show(client)]
    recordings = trace(run, tmp_path, trace_release="zed")
    assert list(recordings) == ["image-show"]
    recording = recordings["image-show"]
    assert recording.verdict == "conforms"
    assert [one.steps for one in recording.exchanges] == [[1, 2], [3, 4], [5, 6], [7, 8]]
    assert [one.receiver for one in recording.exchanges] == ["keystone", "keystone", "glance", "glance"]
    assert [(one.started, one.ended) for one in recording.exchanges] == [
        (0, 0.5),
        (0.5, 1.0),
        (1.5, 2.0),
        (2.5, 3.0),
    ]
    assert recording.cloud.release == "zed"
    assert recording.command is None
    assert recording.notes == [RunNote(code="no-process", values={"peer": "192.0.2.7"})]
    assert (tmp_path / "zed" / "image-show.yaml").exists()
    assert not (tmp_path / ".journal").exists()


def test_the_token_ties_connections_together(tmp_path: Path) -> None:
    one, other = peer(), peer()
    recordings = trace(
        [login(one), login(other, 1.1, TOKEN + "b"), show(peer()), show(peer(), 3.1, TOKEN + "b")], tmp_path
    )
    assert [len(recording.exchanges) for recording in recordings.values()] == [2, 2]
    for recording in recordings.values():
        assert [one.request.headers.get("X-Auth-Token") for one in recording.exchanges] == [None, "<token-1>"]


def test_interleaved_commands_of_one_host_stay_apart(tmp_path: Path) -> None:
    one, other = peer(), peer()
    run = [
        discovery(one),
        discovery(other),
        login(one),
        login(other, 1.1, TOKEN + "b"),
        show(other, 3, TOKEN + "b"),
        show(one, 4),
    ]
    recordings = trace(run, tmp_path)
    assert [urls(recording) for recording in recordings.values()] == [
        ["/identity", "/identity/v3/auth/tokens", "/image/v2/images/9c31f2c6-f22c-440e-b670-d8d5a5cc0405"]
    ] * 2


def test_a_connection_for_each_request_is_still_one_run(tmp_path: Path) -> None:
    run = [
        discovery(peer(), Connection="close"),
        login(peer()),
        discovery(peer(), "/image", 2.0, Connection="close"),
        show(peer()),
    ]
    run[1].response.headers["Connection"] = "close"  # type: ignore[union-attr]
    recordings = trace(run, tmp_path)
    assert [len(recording.exchanges) for recording in recordings.values()] == [4]


def test_commands_one_after_another_from_one_host_are_two_runs(tmp_path: Path) -> None:
    run = []
    for number in (0, 1):
        flows = [
            discovery(peer(), Connection="close"),
            login(peer(), 1.0, TOKEN + str(number)),
            show(peer(), 3.0, TOKEN + str(number)),
        ]
        for one in flows:
            one.response.headers["Connection"] = "close"  # type: ignore[union-attr]
        run += flows
    assert [len(recording.exchanges) for recording in trace(run, tmp_path).values()] == [3, 3]


def test_another_host_is_another_run(tmp_path: Path) -> None:
    run = [
        discovery(peer("192.0.2.1"), Connection="close"),
        discovery(peer("192.0.2.2"), "/image", Connection="close"),
    ]
    assert len(trace(run, tmp_path)) == 2


def test_no_secret_is_written(tmp_path: Path) -> None:
    client = peer()
    trace([login(client), show(client)], tmp_path)
    text = (tmp_path / "image-show.yaml").read_text()
    assert SECRET not in text
    assert TOKEN not in text
    assert "<password-1>" in text
    assert text.count("<token-1>") == 2


def test_if_the_redactor_fails_nothing_is_written_in_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("tracer.redaction.redactor.Redactor._redact_by_location", broken)
    client = peer()
    trace([login(client), show(client)], tmp_path)
    text = next(tmp_path.glob("*.yaml")).read_text()
    assert SECRET not in text
    assert TOKEN not in text
    assert text.count("redaction: failed") == 2


def test_if_a_flow_cannot_be_taken_apart_its_skeleton_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(exchanges, "_headers", broken)
    recordings = trace([login(peer())], tmp_path)
    exchange = next(iter(recordings.values())).exchanges[0]
    assert exchange.redaction == "failed"
    assert exchange.request.url == f"{CLOUD}/"
    assert exchange.response is not None
    assert exchange.response.status == 201


def test_a_flow_without_an_answer_is_kept_with_its_error(tmp_path: Path) -> None:
    broken = tflow.tflow(client_conn=peer(), err=True)
    recording = trace([broken], tmp_path)["run"]
    assert recording.exchanges[0].error == "error"
    assert recording.exchanges[0].response is None
    assert recording.interrupted == "the last request had no answer"


def test_names_never_replace_one_another(tmp_path: Path) -> None:
    for _ in range(3):
        client = peer()
        trace([login(client), show(client)], tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.yaml")) == [
        "image-show-2.yaml",
        "image-show-3.yaml",
        "image-show.yaml",
    ]


@pytest.mark.parametrize(
    ("headers", "answer", "kept"),
    [
        (JSON, b'{"a":1}', {"json": '{\n  "a": 1\n}'}),
        ({"Content-Type": "application/vnd.x+json"}, b"[]", {"json": "[]"}),
        (JSON, b"{nonsense", {"text": "{nonsense"}),
        (JSON | {"Content-Encoding": "gzip"}, gzip.compress(b"7", mtime=0), {"json": "7"}),
        (JSON | {"Content-Encoding": "deflate"}, zlib.compress(b"7"), {"json": "7"}),
        (JSON | {"Content-Encoding": "gzip"}, b"no gzip", {"omitted": "undecodable"}),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"abcdefgh", mtime=0)[:-4], {"omitted": "undecodable"}),
        (
            {"Content-Encoding": "gzip"},
            gzip.compress(b"ab", mtime=0) + gzip.compress(b"cd", mtime=0),
            {"text": "abcd"},
        ),
        (
            {"Content-Type": "application/gzip"},
            gzip.compress(b"abcdefgh", mtime=0),
            {"omitted": "undecodable"},
        ),
        (JSON, "[7]".encode("utf-16-le"), {"json": "[\n  7\n]"}),
        (JSON, "[7]".encode("utf-32"), {"json": "[\n  7\n]"}),
        (JSON, b"\xff\xfe\xfd", {"omitted": "undecodable"}),
        (JSON | {"Content-Encoding": "secret"}, b"7", {"omitted": "undecodable"}),
        ({"Content-Type": "text/plain; charset=latin-1"}, b"\xe9", {"base64": "6Q=="}),
        ({"Content-Type": "text/plain; charset=iso-8859-1"}, b"\xe9", {"text": "é"}),
        ({"Content-Type": "text/plain; charset=punycode"}, b"\xe9", {"base64": "6Q=="}),
        ({}, b"\xff\0", {"base64": "/wA="}),
        ({}, b"hello", {"text": "hello"}),
        ({}, b"\0" * 5000, {"omitted": "too-large"}),
        ({"Content-Encoding": "gzip"}, gzip.compress(b"\0" * 2**24, mtime=0), {"omitted": "too-large"}),
        ({}, b"x" * (2**20 + 1), {"omitted": "too-large"}),
    ],
)
def test_a_body_is_kept_as_what_it_is(
    headers: dict[str, str], answer: bytes, kept: dict[str, str], tmp_path: Path
) -> None:
    recording = trace([flow(answer=answer, answer_headers=headers)], tmp_path)["run"]
    response = recording.exchanges[0].response
    assert response is not None
    body = response.body
    assert body is not None
    assert body.size == len(answer)
    held = {
        name: getattr(body, name) for name in ("json", "text", "base64", "omitted") if getattr(body, name)
    }
    assert {name: value.rstrip("\n") for name, value in held.items()} == kept
    assert bool(body.sha256) == ("omitted" in kept)


def test_an_empty_body_is_none(tmp_path: Path) -> None:
    exchange = trace([flow()], tmp_path)["run"].exchanges[0]
    assert exchange.request.body is None
    assert exchange.response is not None
    assert exchange.response.body is None


def test_headers_keep_case_order_and_repetition(tmp_path: Path) -> None:
    one = flow()
    one.request.headers = http.Headers([(b"X-b", b"1"), (b"x-A", b"\xff"), (b"X-b", b"2"), (b"x-B", b"3")])
    headers = trace([one], tmp_path)["run"].exchanges[0].request.headers
    assert list(headers.items()) == [("X-b", ["1", "2"]), ("x-A", "ÿ"), ("x-B", "3")]


raw = st.binary(max_size=60)
names = st.binary(min_size=1, max_size=20)


@given(
    path=raw,
    method=names,
    reason=raw,
    fields=st.lists(st.tuples(names, raw), max_size=4),
    answer_fields=st.lists(st.tuples(names, raw), max_size=4),
    content=raw | st.none(),
    answer=raw | st.none(),
    status=st.integers(100, 599),
)
def test_any_flow_gives_a_recording_that_loads(
    path: bytes,
    method: bytes,
    reason: bytes,
    fields: list[tuple[bytes, bytes]],
    answer_fields: list[tuple[bytes, bytes]],
    content: bytes | None,
    answer: bytes | None,
    status: int,
) -> None:
    one = flow(status=status)
    assert one.response is not None
    one.request.data.path, one.request.data.method, one.response.data.reason = path, method, reason
    one.request.headers, one.response.headers = http.Headers(fields), http.Headers(answer_fields)
    one.request.raw_content, one.response.raw_content = content, answer
    with tempfile.TemporaryDirectory() as folder:
        recordings = trace([one], Path(folder))
        assert len(recordings) == 1
        exchange = next(iter(recordings.values())).exchanges[0]
        assert exchange.redaction is None
        assert exchange.response is not None
        assert exchange.response.status == status


def test_a_secret_learned_late_is_taken_out_of_what_the_journal_holds(tmp_path: Path) -> None:
    client = peer()
    early = flow(
        "GET",
        f"/image?hint={SECRET.replace('+', '%2B').replace('/', '%2F').replace('=', '%3D')}",
        client=client,
    )
    trace([early, login(client)], tmp_path)
    text = next(tmp_path.glob("*.yaml")).read_text()
    assert "Zq8-vT2" not in text
    assert "hint=" in text


def test_the_journal_never_holds_a_secret(tmp_path: Path, written: list[bytes]) -> None:
    client = peer()
    trace([login(client), show(client)], tmp_path)
    everything = b"".join(written)
    assert b"auth/tokens" in everything
    assert SECRET.encode() not in everything
    assert TOKEN.encode() not in everything


def test_redactor_is_what_the_addon_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the redactor the secret would be there: the tests above can fail."""

    def through(_: Redactor, exchange: Exchange) -> Exchange:
        return exchange

    monkeypatch.setattr(Redactor, "exchange", through)
    monkeypatch.setattr("tracer.redaction.seams.scan", lambda *_, **__: [])
    client = peer()
    trace([login(client), show(client)], tmp_path)
    assert SECRET in (tmp_path / "image-show.yaml").read_text()


def test_an_auth_exchange_without_a_secret_is_an_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = flow(
        "POST", "/identity/v3/auth/tokens", 201, headers=JSON, content=b'{"odd": "form"}', answer=b"{}"
    )
    with caplog.at_level("ERROR"):
        recordings = trace([odd], tmp_path)
    exchange = next(iter(recordings.values())).exchanges[0]
    assert exchange.redaction == "failed"
    assert "odd" not in next(tmp_path.glob("*.yaml")).read_text()
    assert "1 exchange could not be redacted, and was written without its contents" in caplog.text


@pytest.mark.parametrize("release", ["\x1b[31m", "x" * 500])
def test_no_file_is_written_outside_the_folder(release: str, tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b" / "c"
    hostile = {"User-Agent": "../../../x\x1b[2J", "X-Auth-Token": "../../../../tmp/token"}
    trace([flow("GET", "/../../../../etc/passwd", headers=hostile)], folder, trace_release=release)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 1
    assert files[0].parent.parent == folder
    assert "\x1b" not in files[0].read_text()


def test_a_fault_of_ours_breaks_nobodys_request_where_traffic_may_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("tracer.runs.run_writer.RunWriter.take", broken)
    one = show(peer())
    assert trace([one], tmp_path, trace_on_error="pass") == {}
    assert one.error is None
    assert one.response is not None
    printed = capsys.readouterr().err
    assert "1 exchange or recording was not written" in printed
    assert SECRET not in printed
