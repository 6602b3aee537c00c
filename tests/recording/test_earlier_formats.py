"""Recordings in format 1 are read, and written in the newest format."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.recording.test_files import SMALL
from tracer.errors import InputError
from tracer.model import FORMAT, free_note
from tracer.recording import below, dumps, load, loads
from tracer.recording.label_edits import with_labels
from tracer.sequences import label

EARLIER = SMALL.replace("exchanges:", "notes:\n- the first\n- 'X: {peer}'\nexchanges:").replace(
    "format: 2", "format: 1"
)


def test_notes_of_format_1_are_free_texts() -> None:
    recording = loads(EARLIER, "x")
    assert (recording.format, recording.notes) == (1, [free_note("the first"), free_note("X: {peer}")])


def test_it_is_written_in_the_newest_format() -> None:
    text = dumps(loads(EARLIER, "x"))
    assert text.startswith(f"format: {FORMAT}\n")
    assert loads(text, "x").notes == loads(EARLIER, "x").notes


def test_new_labels_are_in_the_newest_format() -> None:
    before = loads(EARLIER, "x")
    after = label(before, None)
    text = with_labels(EARLIER, before, after, "x")
    assert loads(text, "x") == after
    assert after.format == FORMAT
    assert "  operation: image.show-image\n" in text


@pytest.mark.parametrize(
    "key", ["notes: 3", "notes: {a: b}", "notes:\n- 3", "notes:\n- [a]", "notes:\n- {code: 3}"]
)
@pytest.mark.parametrize("format_", [1, 2])
def test_notes_of_a_wrong_type_are_refused(key: str, format_: int) -> None:
    text = SMALL.replace("format: 2", f"format: {format_}").replace("exchanges:", f"{key}\nexchanges:")
    with pytest.raises(InputError, match=r"^x: notes"):
        loads(text, "x")


def test_a_sentence_is_no_note_of_format_2() -> None:
    with pytest.raises(InputError, match=r"^x: notes\[0\]: expected object, got str"):
        loads(EARLIER.replace("format: 1", "format: 2"), "x")


@pytest.mark.parametrize("format_", ["3", "0", "true", "'1'", "1.5", "null", "[1]"])
def test_another_format_is_refused(format_: str) -> None:
    with pytest.raises(InputError, match=r"^x: format: expected 1 or 2, got "):
        loads(SMALL.replace("format: 2", f"format: {format_}"), "x")


def test_the_shipped_recordings_have_the_newest_format() -> None:
    root = Path(__file__).parents[2] / "recordings"
    assert {load(path).format for path in below([root], again=False)} == {FORMAT}
