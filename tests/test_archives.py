"""Archives: a folder in one file, and hostile archives."""

from __future__ import annotations

import io
import struct
import subprocess
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZIP_LZMA, ZIP_STORED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.runner import tracer
from tests.recording.test_files import SMALL
from tracer import archives
from tracer.errors import InputError
from tracer.recording import below, load

parts = st.text(st.sampled_from("abé한 .-_"), min_size=1, max_size=6).filter(lambda part: part.strip("."))
names = st.lists(parts, min_size=1, max_size=4).map("/".join)
trees = st.dictionaries(names, st.binary(max_size=200), max_size=8).filter(
    lambda files: not any(name.startswith(f"{other}/") for name in files for other in files)
)


@given(trees)
def test_an_archive_reads_as_the_folder_it_was_made_from(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as temporary:
        folder, archive = Path(temporary, "zed"), Path(temporary, "zed.zip")
        folder.mkdir()
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        archive.write_bytes(archives.pack(files))
        inside = [path.relative_to(archive) for path in archives.files_in(archive)]
        assert inside == sorted(inside, key=str)
        there = list(folder.rglob("*"))
        assert set(inside) == {path.relative_to(folder) for path in there if path.is_file()}
        for path in there:
            twin = archive / path.relative_to(folder)
            assert (archives.is_file(twin), archives.is_folder(twin)) == (path.is_file(), path.is_dir())
            assert archives.exists(twin)
            assert archives.located(path) == path
            if path.is_file():
                with archives.open_file(twin) as file:
                    assert file.read() == path.read_bytes()
        for name in files:
            (folder / name).unlink()
            assert archives.located(folder / name) == archive / name


@given(trees)
def test_equal_files_give_equal_bytes(files: dict[str, bytes]) -> None:
    packed = archives.pack(files)
    assert archives.pack(dict(reversed(files.items()))) == packed
    outer = ZipFile(io.BytesIO(packed))
    inner = ZipFile(io.BytesIO(outer.read("recordings.zip")))
    assert sorted(inner.namelist()) == sorted(files)
    entries = [*outer.infolist(), *inner.infolist()]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}


def test_many_files_that_are_alike_take_few_bytes() -> None:
    files = {f"{folder}{number}.yaml": SMALL.encode() for folder in ("", "again/") for number in range(200)}
    largest = len(_zip(*files.items())) / 6
    assert len(archives.pack(files)) < largest


@given(trees)
def test_an_archive_alone_in_an_archive_is_read_in_its_place(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as temporary:
        plain, nested = Path(temporary, "plain.zip"), Path(temporary, "nested.zip")
        plain.write_bytes(_zip(*files.items(), ("x", b"")))
        nested.write_bytes(_zip(("some.ZIP", plain.read_bytes())))
        inside = [path.relative_to(nested) for path in archives.files_in(nested)]
        assert inside == [path.relative_to(plain) for path in archives.files_in(plain)]


def test_an_archive_in_an_archive_in_an_archive_is_a_file(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(_zip(("b.zip", _zip(("c.zip", _zip(("f", b"x")))))))
    assert archives.files_in(archive) == [archive / "c.zip"]


def test_a_large_archive_in_an_archive_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 1000)
    archive = tmp_path / "a.zip"
    archive.write_bytes(_zip(("b.zip", bytes(2000))))
    with pytest.raises(InputError, match=r"a\.zip/b\.zip: unpacked, it is larger than"):
        archives.check_archive(archive)


def test_an_archive_in_use_may_be_replaced(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    for content in (b"x", b"yy"):
        archive.write_bytes(archives.pack({"f": content}))
        with archives.open_file(archive / "f") as file:
            assert file.read() == content


def test_paths_of_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "x.zip.d").mkdir()
    (tmp_path / "folder.zip").mkdir()
    for path in (tmp_path / "x.zip.d" / "f", tmp_path / "folder.zip" / "f"):
        path.write_bytes(b"x")
        assert archives.is_file(path)
        assert archives.on_disk(path) == archives.located(path) == path
        assert archives.same_file(path, path)
        archives.refuse_archive(path)
        archives.check_archive(path)
    assert archives.is_folder(tmp_path / "folder.zip")
    assert archives.folder_name(tmp_path / "folder.zip") == "folder.zip"
    assert not archives.exists(tmp_path / "none.zip" / "f")


def test_the_same_file_by_two_paths(tmp_path: Path) -> None:
    archive, link = tmp_path / "a.zip", tmp_path / "b.zip"
    archive.write_bytes(archives.pack({"f": b"x", "g": b"x"}))
    link.symlink_to(archive)
    assert archives.same_file(archive / "f", link / "f")
    assert not archives.same_file(archive / "f", archive / "g")
    assert not archives.same_file(archive / "f", archive)
    assert archives.folder_name(link) == "b"
    assert archives.on_disk(link / "f") == link


def test_what_is_no_file_of_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(archives.pack({"again/f": b"", "f": b""}))
    for path, problem in (
        (archive / "x", "No such file or directory"),
        (archive / ".." / "f", "No such file or directory"),
        (archive / "again", "it is a folder: name a file"),
        (archive, f"it is an archive: name a file in it, such as {archive}/f"),
    ):
        with pytest.raises(InputError) as caught:
            load(path)
        assert str(caught.value) == f"{path}: {problem}"
    archive.write_bytes(archives.pack({}))
    with pytest.raises(InputError, match=r"it is an archive: name a file in it$"):
        load(archive)


def test_no_file_is_written_into_an_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(archives.pack({"f": b""}))
    with pytest.raises(InputError) as caught:
        archives.refuse_archive(archive / "f")
    assert caught.value.source == str(archive)
    remedy = caught.value.problem.partition("unpack it first: ")[2]
    subprocess.run(["sh", "-c", remedy], check=True)
    assert [path.relative_to(tmp_path / "a").as_posix() for path in (tmp_path / "a").iterdir()] == ["f"]
    harmful = "x; touch harm; .zip"
    archive.write_bytes(_zip((harmful, _zip(("f", b"")))))
    with pytest.raises(InputError) as caught:
        archives.refuse_archive(archive)
    assert f"rm -- '{tmp_path / 'a'}/{harmful}'" in caught.value.problem
    archive.write_bytes(_zip(("f", b"")))
    with pytest.raises(InputError) as caught:
        archives.refuse_archive(archive)
    assert caught.value.problem.endswith(f"python3 -m zipfile -e {archive} {tmp_path / 'a'}")


def _zip(*entries: tuple[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w", method) as file:
        for name, content in entries:
            entry = ZipInfo("x" * len(name))
            entry.filename = entry.orig_filename = name
            entry.compress_type = method
            file.writestr(entry, content)
    return made.getvalue()


def _patched(offset: int, value: bytes, packed: bytes | None = None) -> bytes:
    """Return an archive with other bytes in its first local header and in its directory.

    ``offset`` is in the local header (APPNOTE.TXT, 4.3.7). In the directory (4.3.12), it is two more.
    """
    content = bytearray(_zip(("a.yaml", SMALL.encode())) if packed is None else packed)
    directory = content.index(b"PK\x01\x02")
    content[offset : offset + len(value)] = value
    content[directory + offset + 2 : directory + offset + 2 + len(value)] = value
    return bytes(content)


_GOOD = _zip(("a.yaml", SMALL.encode()))
_SIZE = 22  # of the unpacked file

REFUSED_ARCHIVES = {
    "empty": (b"", "not a zip archive, or damaged"),
    "text": (SMALL.encode(), "not a zip archive, or damaged"),
    "torn": (_GOOD[:-30], "not a zip archive, or damaged"),
    "directory": (_GOOD.replace(b"PK\x01\x02", b"PK\x01\x03"), "not a zip archive, or damaged"),
    "text in an archive": (_zip(("a.zip", SMALL.encode())), "not a zip archive, or damaged"),
    "outside in an archive": (_zip(("a.zip", _zip(("../a.yaml", b"")))), "its name leads out of the archive"),
    "outside": (_zip(("../a.yaml", b"")), "'../a.yaml': its name leads out of the archive"),
    "inside": (_zip(("x/../../a.yaml", b"")), "its name leads out of the archive"),
    "absolute": (_zip(("/etc/a.yaml", b"")), "'/etc/a.yaml': its name is absolute"),
    "drive": (_zip(("C:/a.yaml", b"")), "its name is absolute"),
    "backslash": (_zip(("x\\a.yaml", b"")), "its name is not a portable name of a file"),
    "newline": (_zip(("x\na.yaml", b"")), r"'x\\na.yaml': its name is not a portable name of a file"),
    "null": (_zip(("a.yaml\0b", b"")), "its name is not a portable name of a file"),
    "unnamed": (_zip(("", b"")), "its name is not a portable name of a file"),
    "dot": (_zip(("./a.yaml", b"")), "its name is not a portable name of a file"),
    "twice": (
        _zip(("a.yaml", b""), ("b.yaml", b"")).replace(b"b.yaml", b"a.yaml"),
        "'a.yaml': its name stands twice in the archive",
    ),
    "file and folder": (_zip(("a.yaml", b""), ("a.yaml/b.yaml", b"")), "'a.yaml': it is a file and a folder"),
    "folder and file": (_zip(("a.yaml/b.yaml", b""), ("a.yaml", b"")), "its name stands twice"),
    "deep": (_zip(("x/" * 17 + "a.yaml", b"")), "it is in more than 16 folders"),
    "long": (
        _zip(("x" * 251 + ".yaml", b"")),
        "xx…': its name is longer than 1024 bytes, or a part of it than 255",
    ),
    "long in bytes": (_zip(("한" * 85 + ".yaml", b"")), "its name is longer than 1024 bytes, or"),
    "long folder": (_zip(("x" * 256 + "/a.yaml", b"")), "its name is longer than 1024 bytes, or"),
    "long with its folders": (
        _zip((("x" * 200 + "/") * 6 + "a.yaml", b"")),
        "its name is longer than 1024 bytes",
    ),
    "very deep": (_zip(("x/" * 30_000 + "a.yaml", b"")), "it is in more than 16 folders"),
}

REFUSED_FILES = {
    "encrypted": (_patched(6, b"\1"), "it is encrypted"),
    "lzma": (_zip(("a.yaml", SMALL.encode()), method=ZIP_LZMA), r"\(method 14\) is not deflate or bzip2"),
    "zstd": (_patched(8, struct.pack("<H", 93)), r"\(method 93\) is not deflate"),
    "content": (_GOOD.replace(_GOOD[40:60], bytes(20)), "it is damaged: "),
    "shorter than said": (_patched(_SIZE, struct.pack("<I", 10)), "it is damaged: "),
    "sum": (_patched(14, bytes(4)), "it is damaged: "),
    "large": (_patched(_SIZE, struct.pack("<I", 65 * 2**20)), "unpacked, it is larger than 64 MiB"),
}


@pytest.mark.parametrize("kind", REFUSED_ARCHIVES)
def test_an_archive_is_refused_as_a_whole(kind: str, tmp_path: Path) -> None:
    content, problem = REFUSED_ARCHIVES[kind]
    archive = tmp_path / "a.zip"
    archive.write_bytes(content)
    assert below([archive]) == [archive]  # so that loading reports the error
    for path in (archive, archive / "a.yaml"):
        with pytest.raises(InputError, match=problem) as caught:
            load(path)
        assert caught.value.source == str(archive)
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", REFUSED_FILES)
def test_a_file_of_an_archive_is_refused(kind: str, tmp_path: Path) -> None:
    content, problem = REFUSED_FILES[kind]
    archive = tmp_path / "a.zip"
    archive.write_bytes(content)
    (path,) = below([archive])
    assert path == archive / "a.yaml"
    with pytest.raises(InputError, match=problem) as caught:
        load(path)
    assert caught.value.source == str(path)


@pytest.mark.parametrize(
    ("limit", "value", "problem"),
    [
        ("MAX_ARCHIVE", 100, "it is larger than 0 MiB"),
        ("MAX_ENTRIES", 1, "it has more than 1 entries"),
        ("MAX_TOTAL", 5_000_000, "unpacked, it is larger than 4 MiB"),
    ],
)
def test_a_large_archive_is_refused(
    limit: str, value: int, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(_zip(*((f"{number}.yaml", bytes(3_000_000)) for number in range(2))))
    assert archive.stat().st_size < 10_000
    monkeypatch.setattr(archives, limit, value)
    with pytest.raises(InputError) as caught:
        archives.files_in(archive)
    assert str(caught.value) == f"{archive}: {problem}"


@pytest.mark.parametrize("method", [ZIP_DEFLATED, ZIP_BZIP2])
def test_a_file_that_unpacks_to_more_than_it_says_takes_no_memory(method: int, tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    bomb = _zip(("a.yaml", bytes(40_000_000)), method=method)
    archive.write_bytes(_patched(_SIZE, struct.pack("<I", 1000), bomb))
    tracemalloc.start()
    with pytest.raises(InputError, match="it is damaged"):
        load(archive / "a.yaml")
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


def test_a_file_that_is_packed_in_more_than_its_archive_takes_no_memory(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    packed = _zip(("a.yaml", SMALL.encode()), method=ZIP_BZIP2)
    archive.write_bytes(_patched(_SIZE - 4, struct.pack("<I", 2**32 - 2), packed))
    tracemalloc.start()
    with pytest.raises(InputError, match="it is damaged: it is larger than its archive"):
        load(archive / "a.yaml")
    assert tracemalloc.get_traced_memory()[1] < 8_000_000
    tracemalloc.stop()


@given(st.data())
def test_a_damaged_archive_is_one_error_or_none(data: st.DataObject) -> None:
    content = bytearray(_zip(("a.yaml", SMALL.encode()), ("again/a.yaml", b"x"), method=ZIP_STORED))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    content = content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    with TemporaryDirectory() as temporary:
        archive = Path(temporary, "a.zip")
        archive.write_bytes(content)
        caught = []
        for path in (archive, archive / "a.yaml"):
            try:
                load(path)
            except InputError as error:
                caught.append(str(error))
        try:
            below([archive])
        except InputError as error:
            caught.append(str(error))
        assert all(error.startswith(str(archive)) for error in caught)


@pytest.mark.parametrize("verb", ["show", "check", "diff", "view", "docs", "diagram", "learn", "scan"])
@pytest.mark.parametrize("kind", ["outside", "encrypted"])
def test_each_verb_refuses_a_hostile_archive_in_one_line(verb: str, kind: str, tmp_path: Path) -> None:
    content, problem = (REFUSED_ARCHIVES | REFUSED_FILES)[kind]
    (tmp_path / "a.zip").write_bytes(content)
    (tmp_path / "b.zip").write_bytes(_GOOD)
    words: dict[str, tuple[str, ...]] = {
        "diff": ("a.zip", "b.zip"),
        "docs": ("a.zip", "-o", "site"),
        "diagram": ("a.zip/a.yaml",),
    }
    ended = tracer(verb, *words.get(verb, ("a.zip",)), cwd=tmp_path)
    assert ended.returncode == 2
    said = ended.stdout if verb == "check" else ended.stderr
    assert problem.replace("\\", "") in " ".join(said.split())
    assert "a.zip" in said
    assert "Traceback" not in said
    if verb not in {"check", "scan"}:
        assert said.count("\n") == 1
