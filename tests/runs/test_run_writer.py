from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.capture.flows import exchanged, flow, peer
from tests.capture.mitm.test_tracer_addon import SECRET, TOKEN, login, show
from tracer.errors import LeakError, OutputError, RenderError
from tracer.recording import load, read_journal
from tracer.rendering import draw
from tracer.runs.run_writer import RunWriter, SavedRecording
from tracer.runs.settings import JOURNALS, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from tracer.model import Exchange


def taken(**options: object) -> Exchange:
    made = flow(**options)  # type: ignore[arg-type]
    return exchanged(made)


def test_a_secret_of_the_command_line_leaves_the_journal_once_it_is_known(tmp_path: Path) -> None:
    """Whatever the option is called that it stood behind."""
    writer = RunWriter(Settings(folder=tmp_path), ("openstack", "thing", "create", "--its-word", SECRET))
    writer.take(taken())
    (journal,) = (tmp_path / JOURNALS).iterdir()
    assert SECRET in (read_journal(journal)[0].command or "")
    login_flow = login(peer())
    writer.take(exchanged(login_flow))
    assert SECRET not in journal.read_text()
    assert SECRET not in (writer.finish().recording.command or "")


def test_only_a_journal_that_holds_what_has_become_known_is_written_anew(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path))
    writer.take(taken())
    (journal,) = (tmp_path / JOURNALS).iterdir()
    written = journal.stat().st_ino
    writer.take(exchanged(login(peer())))
    assert journal.stat().st_ino == written
    writer.take(taken(path="/x/kJ7xQ2mZp9vR4tWsABCDEFGH"))
    assert "kJ7xQ2mZp9vR4tWsABCDEFGH" in journal.read_text()
    writer.take(taken(headers={"X-Auth-Token": "kJ7xQ2mZp9vR4tWsABCDEFGH"}))
    assert journal.stat().st_ino != written
    assert "kJ7xQ2mZp9vR4tWsABCDEFGH" not in journal.read_text()
    assert writer.redactor.counts["known secret"] == 1
    assert len(read_journal(journal)[1]) == 4
    writer.leave()


def test_what_becomes_known_is_taken_out_of_a_dropped_exchange_too(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path))
    writer.take(taken())
    writer.take(taken(path="/x/kJ7xQ2mZp9vR4tWsABCDEFGH"))
    writer.drop(1)
    (journal,) = (tmp_path / JOURNALS).iterdir()
    assert "kJ7xQ2mZp9vR4tWsABCDEFGH" in journal.read_text()
    writer.take(taken(headers={"X-Auth-Token": "kJ7xQ2mZp9vR4tWsABCDEFGH"}))
    assert "kJ7xQ2mZp9vR4tWsABCDEFGH" not in journal.read_text()
    assert len(read_journal(journal)[1]) == 2
    writer.leave()


def test_a_secret_of_the_environment_never_reaches_the_journal_with_the_command(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path), ("openstack", "thing", "create", "--its-word", SECRET))
    writer.redactor.learn_environment({"OS_PASSWORD": SECRET})
    writer.take(taken())
    (journal,) = (tmp_path / JOURNALS).iterdir()
    assert SECRET not in journal.read_text()
    writer.leave()


@pytest.mark.parametrize("encode", [bytes.hex, lambda data: base64.b64encode(b"user:" + data).decode()])
@pytest.mark.parametrize("held", [0, 2**20])
def test_a_secret_in_a_body_in_base64_goes_once_it_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encode: Callable[[bytes], str], held: int
) -> None:
    monkeypatch.setattr("tracer.recording.journal._HELD", held)
    hidden = encode(SECRET.encode())
    body = b"caf\xe9 \x00 cred " + hidden.encode() + b" end"
    client = peer()
    writer = RunWriter(Settings(folder=tmp_path))
    writer.take(
        exchanged(
            flow("GET", "/x", client=client, answer=body, answer_headers={"Content-Type": "text/plain"})
        )
    )
    (journal,) = (tmp_path / JOURNALS).iterdir()

    def shown(exchanges: Sequence[Exchange]) -> bytes:
        response = exchanges[0].response
        assert response is not None
        assert response.body is not None
        return base64.b64decode(response.body.base64 or "")

    assert shown(read_journal(journal)[1]) == body
    writer.take(exchanged(login(client, at=2.0)))
    assert hidden[-12:].encode() not in shown(read_journal(journal)[1])
    kept = writer.finish()
    assert hidden[-12:].encode() not in shown(load(kept.path).exchanges)


def test_a_long_run_becomes_the_same_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def finished(folder: Path) -> tuple[str, str]:
        writer = RunWriter(
            Settings(folder=folder, diagrams=("mmd",), draw=draw), ("openstack", "image", "show", "x")
        )
        client = peer()
        for one in (login(client), show(client, 4.0), show(client, 3.0), show(client, 5.0)):
            writer.take(exchanged(one))
        kept = writer.finish()
        return kept.path.read_text(), kept.diagrams[0].read_text()

    held = finished(tmp_path / "held")
    monkeypatch.setattr("tracer.recording.journal._HELD", 0)
    assert finished(tmp_path / "unheld") == held


def test_what_the_gate_refuses_is_not_left_in_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracer.redaction.Redactor.exchange", lambda _, sent: sent)
    monkeypatch.setattr("tracer.redaction.Redactor.again", lambda _, sent: sent)
    writer = RunWriter(Settings(folder=tmp_path), ("openstack", "thing", "show", "an-argument"))
    for one in (login(peer()), show(peer())):
        writer.take(exchanged(one))
    with pytest.raises(LeakError) as caught:
        writer.finish()
    assert TOKEN not in str(caught.value)
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"redaction" in everything
    assert b"an-argument" not in everything
    assert TOKEN.encode() not in everything
    assert not list(tmp_path.glob("*.yaml"))


def test_a_diagram_that_cannot_be_drawn_costs_no_recording(tmp_path: Path) -> None:
    def refuse(kind: str) -> list[str | bytes]:
        if kind == "svg":
            raise RenderError("the engine refused it")
        return ["sequenceDiagram"]

    writer = RunWriter(Settings(folder=tmp_path, diagrams=("mmd", "svg"), draw=lambda _: refuse))
    writer.take(taken())
    kept = writer.finish()
    assert kept.path.exists()
    assert kept.diagrams == (tmp_path / "run.mmd",)
    (failure,) = kept.failures
    assert str(failure) == f"no {tmp_path / 'run.svg'}: the engine refused it"


def test_of_a_run_that_cannot_be_drawn_no_earlier_diagram_stays(tmp_path: Path) -> None:
    refused: set[str] = set()

    def draw(kind: str) -> list[str | bytes]:
        if kind in refused:
            raise RenderError("it was refused")
        return ["one", "two"] if kind == "svg" else ["one"]

    def recorded(stripped: int = 0) -> SavedRecording:
        writer = RunWriter(
            Settings(folder=tmp_path, name="x", diagrams=("mmd", "svg", "png"), draw=lambda _: draw)
        )
        writer.take(taken())
        writer.stripped = stripped
        return writer.finish()

    assert len(recorded().diagrams) == 4
    refused |= {"mmd", "svg"}
    kept = recorded(stripped=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".journal", "x.png", "x.yaml"]
    assert kept.diagrams == (tmp_path / "x.png",)
    stripped, undrawn = kept.failures
    assert str(stripped) == "2 exchanges could not be redacted, and were written without their contents"
    assert isinstance(undrawn, RenderError)
    assert undrawn.paths == (tmp_path / "x.mmd", tmp_path / "x.svg")
    assert str(undrawn) == f"no {tmp_path / 'x.mmd'}, {tmp_path / 'x.svg'}: it was refused"
    # What is not ours to replace stays, and costs no recording; nor does a diagram that has no room.
    (tmp_path / "x.mmd").mkdir()
    (tmp_path / "x.svg").symlink_to("x.png")
    assert recorded().path.exists()
    assert (tmp_path / "x.mmd").is_dir()
    assert (tmp_path / "x.svg").is_symlink()
    refused.clear()
    (tmp_path / "x.png").unlink()
    kept = recorded()
    assert [str(failure) for failure in kept.failures] == [
        f"cannot write {tmp_path / 'x.mmd'}: it is a folder"
    ]
    assert (tmp_path / "x.png") in kept.diagrams


def test_a_diagram_goes_through_the_last_gate(tmp_path: Path) -> None:
    writer = RunWriter(
        Settings(folder=tmp_path, diagrams=("mmd",), draw=lambda _: lambda _: [f"over {SECRET}"])
    )
    for one in (login(peer()), show(peer())):
        writer.take(exchanged(one))
    with pytest.raises(LeakError):
        writer.finish()
    assert not list(tmp_path.glob("*.mmd"))


def test_a_long_diagram_is_written_in_parts(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path, diagrams=("mmd",), draw=lambda _: lambda _: ["one", "two"]))
    writer.take(taken())
    kept = writer.finish()
    assert kept.diagrams == (tmp_path / "run-part1.mmd", tmp_path / "run-part2.mmd")
    assert [path.read_text() for path in kept.diagrams] == ["one", "two"]


def test_a_paused_run_goes_on_in_the_same_recording(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path))
    writer.take(taken(at=100.0))
    writer.finish()
    writer.resume()
    writer.take(taken(path="/image", at=107.0))
    kept = writer.finish()
    assert kept.path == tmp_path / "run.yaml"
    assert [one.started for one in load(kept.path).exchanges] == [0, 7]


def test_a_journal_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    writer = RunWriter(Settings(folder=tmp_path))
    (tmp_path / JOURNALS).write_text("in the way")
    with pytest.raises(OutputError, match="cannot write"):
        writer.take(taken())


def test_a_recording_taken_away_is_no_reason_to_stop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracer.runs.run import Evidence
    from tracer.runs.run_manager import RunManager

    failures: list[Exception] = []
    manager = RunManager(Settings(folder=tmp_path), lambda _: None, failures.append, live=False)
    evidence = Evidence("a", "192.0.2.1", None, "agent", "GET /", False, frozenset({"t"}))
    sent = manager.request_started(evidence)
    manager.exchange_completed(sent, taken(), ["t"], "a")
    run = sent.run
    assert run is not None

    async def finish() -> None:
        await manager._finish(run)

    import asyncio

    asyncio.run(finish())
    (tmp_path / "run.yaml").unlink()
    again = manager.request_started(evidence._replace(connection="b"))
    assert again.run is run
    manager.exchange_completed(again, taken(), [], "b")
    assert not failures


def test_a_secret_that_the_first_exchange_shows_never_reaches_the_journal(
    tmp_path: Path, written: list[bytes]
) -> None:
    writer = RunWriter(Settings(folder=tmp_path), ("openstack", "thing", "create", "--its-word", SECRET))
    first = login(peer())
    writer.take(exchanged(first))
    assert written
    assert SECRET.encode() not in b"".join(written)
