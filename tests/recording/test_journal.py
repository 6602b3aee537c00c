from __future__ import annotations

import tempfile
from pathlib import Path
from unittest.mock import patch

import msgspec
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tracer.recording.journal
from tests.strategies import exchanges
from tracer.errors import InputError
from tracer.model import Exchange, Request
from tracer.processes import ProcessIdentity
from tracer.recording import Journal, JournalHead, read_journal

HEAD = JournalHead(began=1.5, command="openstack image show x", writer=ProcessIdentity(1, 2.0))


@given(st.lists(exchanges, max_size=3))
def test_a_journal_gives_back_what_it_took(taken: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "a" / "1.jsonl", HEAD)
        for exchange in taken:
            journal.exchange(exchange)
        assert journal.read() == (HEAD, taken)
        journal.replace(HEAD, taken[:1])
        journal.close()
        assert read_journal(journal.path) == (HEAD, taken[:1])


def test_the_last_head_counts(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "1.jsonl", HEAD)
    journal.exchange(
        Exchange(sender="client", started=0.0, request=Request(method="GET", url="/")),
        msgspec.structs.replace(HEAD, notes=["a note"]),
    )
    assert journal.read()[0].notes == ["a note"]
    journal.head(msgspec.structs.replace(HEAD, interrupted="by a signal"))
    assert (journal.read()[0].notes, journal.read()[0].interrupted) == ([], "by a signal")


@given(st.lists(exchanges, min_size=1, max_size=3), st.data())
def test_a_torn_last_line_costs_nothing_that_was_finished(taken: list[Exchange], data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "1.jsonl", HEAD)
        for exchange in taken[:-1]:
            journal.exchange(exchange)
        whole = journal.path.stat().st_size
        journal.exchange(taken[-1])
        journal.close()
        content = journal.path.read_bytes()
        torn = data.draw(st.integers(whole, len(content) - 1))
        journal.path.write_bytes(content[:torn])
        assert read_journal(journal.path) == (HEAD, taken[:-1])


@given(st.lists(exchanges, min_size=1, max_size=4), st.integers(0, 400))
def test_a_long_journal_gives_back_what_it_took(taken: list[Exchange], held: int) -> None:
    with tempfile.TemporaryDirectory() as folder, patch.object(tracer.recording.journal, "_HELD", held):
        journal = Journal(Path(folder) / "1.jsonl", HEAD)
        for exchange in taken:
            journal.exchange(exchange, HEAD)
        head, kept = journal.read()
        journal.replace(HEAD, taken[:1])
        journal.remove()
        assert head == HEAD
        assert [*kept] == taken == [kept[place] for place in range(len(taken))]


@given(st.lists(exchanges, min_size=1, max_size=5), st.integers(0, 3000), st.data())
def test_what_is_dropped_is_not_given_back(taken: list[Exchange], held: int, data: st.DataObject) -> None:
    left: list[Exchange] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.object(tracer.recording.journal, "_HELD", held),
    ):
        journal = Journal(Path(folder) / "a.jsonl", HEAD)
        for each in taken:
            journal.exchange(each)
            left.append(each)
            if data.draw(st.booleans()):
                index = data.draw(st.integers(0, len(left) - 1))
                journal.drop(index)
                del left[index]
            if data.draw(st.booleans()):
                journal.replace(HEAD, journal.read()[1])
        head, given = journal.read()
        journal.close()
        assert (head, list(given)) == (HEAD, left)


@pytest.mark.parametrize("index", [-1, 1, 7])
def test_a_drop_of_what_is_not_held_is_refused(index: int, tmp_path: Path) -> None:
    journal = Journal(tmp_path / "a.jsonl", HEAD)
    journal.exchange(Exchange(sender="client", started=0.0, request=Request(method="GET", url="/")))
    journal.drop(index)
    with pytest.raises(InputError, match=r"line 3: .*it drops what it does not hold"):
        journal.read()
    journal.close()


def open_files(folder: Path) -> int:
    """Return how many files in the folder this process has open; other tests leave others behind."""
    return sum(Path(file.path).is_relative_to(folder) for file in psutil.Process().open_files())


def test_what_was_read_of_a_journal_lets_go_of_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "1.jsonl", HEAD)
    journal.exchange(
        Exchange(sender="client", started=1, request=Request(method="GET", url="http://x.test/"))
    )
    assert open_files(tmp_path) == 1
    with patch.object(tracer.recording.journal, "_HELD", 0):
        _, kept = journal.read()
    assert open_files(tmp_path) == 2
    del kept
    assert open_files(tmp_path) == 1
    journal.close()
    (tmp_path / "2.jsonl").write_bytes(b"no json\n")
    with pytest.raises(InputError):
        read_journal(tmp_path / "2.jsonl")
    assert open_files(tmp_path) == 0


def test_a_long_journal_that_is_cut_meanwhile_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "1.jsonl", HEAD)
    journal.exchange(
        Exchange(sender="client", started=1, request=Request(method="GET", url="http://x.test/"))
    )
    with patch.object(tracer.recording.journal, "_HELD", 0):
        _, kept = journal.read()
    journal.path.write_bytes(b"")
    with pytest.raises(InputError, match="changed while it was being read"):
        kept[0]
    journal.close()


def test_a_fault_is_told_with_its_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "1.jsonl", HEAD)
    journal.close()
    with journal.path.open("ab") as file:
        file.write(b"no json\n")
    with pytest.raises(InputError, match="line 2: not a journal"):
        read_journal(journal.path)
    with pytest.raises(InputError, match="No such file"):
        read_journal(tmp_path / "none")


def test_something_else_is_refused(tmp_path: Path) -> None:
    deep = b'{"head": ' + b"[" * 100_000 + b"\n"
    for content in (b"", b"no json\n", b'{"exchange": 7}\n', b"\xff\n", deep, b"[" * 100_000 + b"\n"):
        path = tmp_path / "x.jsonl"
        path.write_bytes(content)
        with pytest.raises(InputError, match="not a journal"):
            read_journal(path)


def test_a_removed_journal_is_gone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "1.jsonl", HEAD)
    journal.remove()
    assert not list(tmp_path.iterdir())
