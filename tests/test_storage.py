import errno
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tracer.errors import LeakError, NameTakenError, OutputError
from tracer.redaction import KnownSecrets, seams
from tracer.storage import Appender, write, write_parts, write_private

SECRET = "kJ7xQ2mZp9vR4tWs"


def _known_secrets() -> KnownSecrets:
    known_secrets = KnownSecrets()
    known_secrets.add("password", SECRET)
    return known_secrets


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_text_and_bytes_are_written_and_parents_made(tmp_path: Path) -> None:
    write(tmp_path / "a" / "b" / "x.yaml", "ä\r\n")
    write(tmp_path / "a" / "x.png", b"\x89PNG\r\n", known_secrets=_known_secrets())
    assert (tmp_path / "a" / "b" / "x.yaml").read_bytes() == "ä\r\n".encode()
    assert (tmp_path / "a" / "x.png").read_bytes() == b"\x89PNG\r\n"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "b", "x.png", "x.yaml"]


def test_the_mode_is_the_users_choice_or_private(tmp_path: Path) -> None:
    mask = os.umask(0o022)
    try:
        write(tmp_path / "open", "x")
        write_private(tmp_path / "private", f"password = {SECRET}")
        Appender(tmp_path / "journal").close()
    finally:
        os.umask(mask)
    assert (_mode(tmp_path / "open"), _mode(tmp_path / "private"), _mode(tmp_path / "journal")) == (
        0o644,
        0o600,
        0o600,
    )


@pytest.mark.parametrize(
    ("content", "finding"),
    [
        (f"a\nb {SECRET}", "known secret at 2:3"),
        (f'x: "{SECRET[:5]}\\u0032{SECRET[6:]}"', "known secret at 1:5"),
        (b"\x89PNG" + SECRET.encode(), "known secret at 1:5"),
        ("X-Auth-Token: another-token-0123", "X-Auth-Token at 1:15"),
    ],
)
def test_a_leak_is_not_written(tmp_path: Path, content: str | bytes, finding: str) -> None:
    path = tmp_path / "x.yaml"
    with pytest.raises(LeakError) as caught:
        write(path, content, known_secrets=_known_secrets())
    assert str(caught.value) == f"not written, {path} would hold a secret: {finding}"
    assert list(tmp_path.iterdir()) == []


def test_a_text_in_pieces_is_scanned_across_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_WINDOW", 300)
    monkeypatch.setattr(seams, "_OVERLAP", 100)
    path = tmp_path / "x.yaml"
    clean = ["0123456789 é\n"] * 500
    write(path, iter(clean), known_secrets=_known_secrets())
    assert path.read_text(encoding="utf-8") == "".join(clean)
    for line in (5, 20, 21, 22, 23, 24, 499):
        leaking = [
            *clean[:line],
            f"  a: {SECRET[:8]}\n",
            f"    {SECRET[8:]}\n",
            *clean[line:],
            SECRET + "\n",
        ]
        with pytest.raises(LeakError) as caught:
            write(path, iter(leaking), known_secrets=_known_secrets())
        problems = f"known secret at {line + 1}:6; known secret at 503:1"
        assert str(caught.value) == f"not written, {path} would hold a secret: {problems}"
    assert path.read_text(encoding="utf-8") == "".join(clean)
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_between_pieces_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seams, "_WINDOW", 300)
    monkeypatch.setattr(seams, "_OVERLAP", 100)

    def pieces() -> Iterator[str]:
        yield from ["0123456789\n"] * 500
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "x", pieces())
    assert list(tmp_path.iterdir()) == []


def test_a_leak_in_the_name_is_not_written_nor_told(tmp_path: Path) -> None:
    with pytest.raises(LeakError) as caught:
        write(tmp_path / f"{SECRET}.yaml", "x", known_secrets=_known_secrets())
    assert SECRET not in f"{caught.value} {caught.value!r}"
    assert list(tmp_path.iterdir()) == []


def test_an_old_file_stays_whole_when_the_new_one_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    write(path, "old")
    for error, reason in (
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full"),
        (OSError(errno.EIO, "Input/output error"), "input/output error"),
    ):

        def full(*_: object, error: OSError = error) -> int:
            raise error

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OutputError) as caught:
            write(path, "new")
        assert str(caught.value) == f"cannot write {path}: {reason}"
        assert path.read_text() == "old"
        assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "x", "new")
    assert list(tmp_path.iterdir()) == []


def test_writing_goes_on_after_a_short_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, bytes(data)[:3]))
    write(tmp_path / "x", "0123456789")
    assert (tmp_path / "x").read_text() == "0123456789"


def test_reasons_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for path, reason in (
        (tmp_path / "file" / "x", "a part of its path is not a folder"),
        (tmp_path / "folder", "it is a folder"),
        (tmp_path / ("x" * 300), "the name is too long"),
        (Path("/proc/nowhere/x"), "no such folder"),
    ):
        with pytest.raises(OutputError) as caught:
            write(path, "x")
        assert str(caught.value) == f"cannot write {path}: {reason}"
    with pytest.raises(OutputError, match="lone surrogates") as caught:
        write(tmp_path / "x", f"{SECRET}\ud800")
    assert SECRET not in f"{caught.value!r} {caught.value.__cause__!r} {caught.value.__suppress_context__}"


@pytest.mark.parametrize("refused", ["file", "folder"])
def test_what_is_read_only_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    path = tmp_path / "x"
    write(path, "old")
    if refused == "file":
        monkeypatch.setattr(os, "access", lambda *_: False)  # root may write to any file
        reason = "the file is read-only"
    else:
        monkeypatch.setattr(os, "open", _raiser(OSError(errno.EROFS, "x")))
        reason = "the file system is read-only"
    with pytest.raises(OutputError, match=reason):
        write(path, "new")
    assert path.read_text() == "old"


def _raiser(error: OSError) -> object:
    def raise_it(*_: object) -> None:
        raise error

    return raise_it


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "x").symlink_to(victim)
    write(tmp_path / "x", "new")
    assert victim.read_text() == "precious"
    assert (tmp_path / "x").read_text() == "new"
    (tmp_path / "journal").symlink_to(victim)
    with pytest.raises(OutputError):
        Appender(tmp_path / "journal")
    assert victim.read_text() == "precious"


def test_a_journal_grows_by_lines(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "journal"
    with Appender(path) as journal:
        journal.append(b"one")
        assert path.read_bytes() == b"one\n"
        journal.append(b"two", sync=True)
    with Appender(path) as journal:
        journal.append(b"three")
        with pytest.raises(ValueError, match="no line break"):
            journal.append(b"a\nb")
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    journal.close()


def test_a_journal_is_rewritten_at_once_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    with Appender(path) as journal:
        journal.append(b"secret")
        seen: list[bytes] = []
        stop = threading.Event()

        def watch() -> None:
            while not stop.is_set():
                seen.append(path.read_bytes())

        watcher = threading.Thread(target=watch)
        watcher.start()
        for number in range(50):
            journal.rewrite([b"masked", str(number).encode()])
        stop.set()
        watcher.join()
        journal.append(b"next")
    assert path.read_bytes() == b"masked\n49\nnext\n"
    assert all(
        text == b"secret\n" or (text.startswith(b"masked\n") and text.endswith(b"\n")) for text in seen
    )
    assert [entry.name for entry in tmp_path.iterdir()] == ["journal"]


def test_a_torn_line_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "journal"
    with Appender(path) as journal:
        journal.append(b"one")
        real = os.write
        full = OSError(errno.ENOSPC, "x")
        calls = iter((2, 0))

        def write_some(file: int, data: bytes) -> int:
            size = next(calls)
            if not size:
                raise full
            return real(file, bytes(data)[:size])

        monkeypatch.setattr(os, "write", write_some)
        with pytest.raises(OutputError, match="the disk is full"):
            journal.append(b"two")
        monkeypatch.undo()
        assert path.read_bytes() == b"one\n"
        journal.append(b"three")
    assert path.read_bytes() == b"one\nthree\n"


def test_a_journal_that_is_gone_is_noticed(tmp_path: Path) -> None:
    with Appender(tmp_path / "journal") as journal:
        (tmp_path / "journal").unlink()
        with pytest.raises(OutputError, match="deleted while in use"):
            journal.append(b"lost")


def test_a_new_file_replaces_none(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write(path, "first", new=True)
    with pytest.raises(NameTakenError, match="it is there already"):
        write(path, "second", new=True)
    assert path.read_text() == "first"
    assert [file.name for file in tmp_path.iterdir()] == ["a"]


def test_a_new_file_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "no hard links here")

    monkeypatch.setattr(Path, "hardlink_to", no_links)
    write(tmp_path / "a", "first", new=True)
    with pytest.raises(NameTakenError):
        write(tmp_path / "a", "second", new=True)
    assert (tmp_path / "a").read_text() == "first"


def test_an_artefact_in_parts_leaves_no_part_of_an_earlier_one(tmp_path: Path) -> None:
    path = tmp_path / "x.svg"
    (tmp_path / "x-2.svg").write_text("another recording's")
    several = [tmp_path / f"x-part{number}.svg" for number in (1, 2, 3)]
    assert write_parts(path, ["one"], tidy=True) == [path]
    assert write_parts(path, ["a", "b", "c"], tidy=True) == several
    assert [part.read_text() for part in several] == ["a", "b", "c"]
    assert not path.exists()
    assert write_parts(path, ["a", "b"], tidy=True) == several[:2]
    assert write_parts(path, ["one"], tidy=True) == [path]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["x-2.svg", "x.svg"]


def test_parts_leave_what_is_not_theirs(tmp_path: Path) -> None:
    (tmp_path / "x-part1.svg").write_text("mine")
    write_parts(tmp_path / "x.svg", ["one"])
    (tmp_path / "y.svg").write_text("mine")
    write_parts(tmp_path / "y.svg", ["a", "b"])
    assert (tmp_path / "x-part1.svg").read_text() == (tmp_path / "y.svg").read_text() == "mine"


def test_a_part_with_a_secret_is_not_written(tmp_path: Path) -> None:
    token = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es"
    with pytest.raises(LeakError):
        write_parts(tmp_path / "x.mmd", ["clean", token])
    assert token not in "".join(file.read_text() for file in tmp_path.iterdir())


def test_what_is_no_regular_file_is_left_alone(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("/dev/null")
    for name in ("pipe", "link"):
        with pytest.raises(OutputError, match="it is no regular file"):
            write(tmp_path / name, "text")
    assert (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "link").is_symlink()
