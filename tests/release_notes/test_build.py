"""The release notes, read out of source distributions."""

from __future__ import annotations

import io
import tarfile
from typing import TYPE_CHECKING

import msgspec

from tracer.release_notes import build
from tracer.release_notes.stored_notes import NotesOfService

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _distribution(path: Path, **notes: str) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, text in {f"notes/{each}.yaml": text for each, text in notes.items()}.items():
            content = text.encode()
            member = tarfile.TarInfo(f"tea-1.0/releasenotes/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        other = tarfile.TarInfo("tea-1.0/releasenotes/source/index.rst")
        archive.addfile(other)
    return path


def test_a_note_is_new_if_the_one_before_lacks_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = _distribution(tmp_path / "1.tar.gz", old="features: [The ``kettle`` is old.]\n")
    second = _distribution(
        tmp_path / "2.tar.gz", old="features: [Other words.]\n", new="features: [A ``tea_pot`` is new.]\n"
    )
    monkeypatch.setattr(build, "download", lambda package, _: first if package.endswith("=1.0.0") else second)
    monkeypatch.setattr(build, "DATA", tmp_path)
    build.write("tea", "tea", {"2023.1": "2.0.0", "zed": "1.0.0"}, tmp_path)
    notes = msgspec.json.decode((tmp_path / "tea.json").read_bytes(), type=NotesOfService)
    assert list(notes) == ["2023.1"]
    assert list(notes["2023.1"]) == ["new"]
    assert notes["2023.1"]["new"].names == "tea_pot"
    assert notes["2023.1"]["new"].words == "a features is new"


def test_notes_are_read_by_the_names_of_their_files(tmp_path: Path) -> None:
    assert build.read_notes(_distribution(tmp_path / "1.tar.gz", a="x", b="y")) == {"a": "x", "b": "y"}
