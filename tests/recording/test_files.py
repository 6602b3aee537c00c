from __future__ import annotations

import os
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.shipped import RECORDINGS, Selection, again_of, each_selection
from tests.strategies import recordings
from tracer.errors import InputError
from tracer.formats.data_files import read
from tracer.recording import dump, dumps, load, loads, save
from tracer.redaction import seams

if TYPE_CHECKING:
    from tracer.model import Recording


SMALL = """\
format: 2
command: openstack image show --format json 9c31f2c6-f22c-440e-b670-d8d5a5cc0405
cloud: {release: zed, url: http://182.161.114.101}
recorded: 2022-12-12T08:37:10Z
exchanges:
- steps: [7, 8]
  from: client
  to: glance
  started: 0.412
  request:
    method: GET
    url: http://182.161.114.101/image/v2/images/9c31f2c6-f22c-440e-b670-d8d5a5cc0405
  response:
    status: 200
    body:
      type: application/json
      size: 976
      json: |
        {
          "name": "cirros-0.5.2-x86_64-disk"
        }
"""


@settings(max_examples=300)
@given(recordings)
def test_a_saved_recording_loads_back_equal(recording: Recording) -> None:
    assert loads(dumps(recording), "x") == recording


@given(recordings)
def test_saving_is_stable(recording: Recording) -> None:
    text = dumps(recording)
    assert dumps(loads(text, "x")) == text


@given(recordings)
def test_a_recording_is_written_in_whole_lines(recording: Recording) -> None:
    pieces = list(dump(recording))
    assert "".join(pieces) == dumps(recording)
    assert all(piece.endswith("\n") for piece in pieces)


@each_selection
def test_shipped_recordings_are_written_to_the_same_bytes(selection: Selection) -> None:
    for path in selection():
        for each in (path, again_of(path)):
            assert dumps(load(each)) == read(each, exact=True)


def test_the_format_of_the_design_is_read() -> None:
    recording = loads(SMALL, "small.yaml")
    assert recording.recorded == "2022-12-12T08:37:10Z"
    assert recording.exchanges[0].steps == [7, 8]
    assert recording.exchanges[0].sender == "client"
    response = recording.exchanges[0].response
    assert response is not None
    assert response.body is not None
    assert response.body.json == '{\n  "name": "cirros-0.5.2-x86_64-disk"\n}\n'


def test_json_is_a_literal_block_and_short_lists_stand_on_one_line() -> None:
    text = dumps(loads(SMALL, "small.yaml"))
    assert "- steps: [7, 8]\n" in text
    assert "cloud: {release: zed, url: 'http://182.161.114.101'}\n" in text
    assert '      json: |\n        {\n          "name": "cirros-0.5.2-x86_64-disk"\n        }\n' in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("format: 2", "format: 3"), "f.yaml: format: expected 1 or 2, got 3"),
        (("format: 2\n", ""), "f.yaml: not a recording: it has no 'format' key"),
        (("status: 200", "status: ok"), "f.yaml: exchanges[0].response.status: expected int, got str"),
        (("started: 0.412", "started: yes"), "f.yaml: exchanges[0].started: expected float, got bool"),
        (("to: glance", "too: glance"), "f.yaml: exchanges[0]: object contains unknown field too"),
        (
            ("  request:", "  request: 7\n  requested:"),
            "f.yaml: exchanges[0].request: expected object, got int",
        ),
        (("recorded: 2022-12-12T08:37:10Z\n", ""), "f.yaml: object missing required field recorded"),
        (("steps: [7, 8]", "steps: [7, 8"), "f.yaml: line 7: not YAML: "),
        (("steps: [7, 8]", "steps: &a [7, 8]\n  x: *a"), "f.yaml: line 7: an alias (*) is not accepted"),
        (
            ("steps: [7, 8]", "steps: !!python/name:os.system"),
            "f.yaml: line 6: a tag (python",
        ),
        (("to: glance", "to: glance\n  to: nova"), "f.yaml: line 9: not YAML: the key 'to' stands twice"),
        (
            ("steps: [7, 8]", "steps: " + "[" * 200 + "]" * 200),
            "f.yaml: line 6: nested deeper than 100 levels",
        ),
        (("to: glance", "to: \0"), "f.yaml: not YAML: "),
    ],
)
def test_a_wrong_file_gets_its_name_and_the_place(change: tuple[str, str], message: str) -> None:
    text = SMALL.replace(*change)
    assert text != SMALL
    with pytest.raises(InputError) as caught:
        loads(text, "f.yaml")
    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        ("status: 200", "status: ok"),
        ("format: 2", "format: 3"),
        ("steps: [7, 8]", "steps: &a [7, 8]\n  x: *a"),
        ("to: glance", "to: \0"),
        ("recorded: 2022-12-12T08:37:10Z\n", ""),
        ("exchanges:", "exchanges: 7\nothers:"),
        ("exchanges:\n", "exchanges:\n- 7\n- [{from: client}]\n"),
        ("from: client", "from: client\n  error: [" + "[" * 90 + "]" * 91),
    ],
)
def test_a_file_is_refused_as_its_text_is(tmp_path: Path, change: tuple[str, str]) -> None:
    path = tmp_path / "f.yaml"
    path.write_text(SMALL.replace(*change), encoding="utf-8")
    with pytest.raises(InputError) as of_text:
        loads(SMALL.replace(*change), str(path))
    with pytest.raises(InputError) as of_file:
        load(path)
    assert str(of_file.value) == str(of_text.value)


def test_the_first_of_several_faults_is_told(tmp_path: Path) -> None:
    exchanges = SMALL[SMALL.index("- steps") :]
    late = exchanges.replace("status: 200", "status: ok") + exchanges.replace("started", "begun")
    with pytest.raises(InputError, match=r"exchanges\[2\]\.response\.status: expected int, got str"):
        loads(SMALL + exchanges + late, "x")
    with pytest.raises(InputError, match="not YAML"):
        loads(SMALL + late + "- [", "x")
    path = tmp_path / "x.yaml"
    path.write_bytes(f"{SMALL}{late}".encode() + b"# " + b"x" * 100_000 + b"\xff")
    with pytest.raises(InputError, match=rf"not UTF-8 text \(byte {len(SMALL + late) + 100_002}\)"):
        load(path)


def test_line_ends_and_a_byte_order_mark_are_none_of_the_texts(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())
    assert load(path) == loads(SMALL, "x")


@pytest.mark.parametrize(
    ("change", "problem"), [("200", None), ("ok", r"exchanges\[0\]\.response\.status: expected int, got str")]
)
def test_a_pipe_is_read_once(change: str, problem: str | None) -> None:
    read, written = os.pipe()
    try:
        os.write(written, SMALL.replace("200", change).encode())
        os.close(written)
        if problem is None:
            assert load(Path(f"/dev/fd/{read}")) == loads(SMALL, "x")
        else:
            with pytest.raises(InputError, match=problem):
                load(Path(f"/dev/fd/{read}"))
    finally:
        os.close(read)


def test_a_long_recording_is_never_held_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seams, "_WINDOW", 2**15)
    monkeypatch.setattr(seams, "_OVERLAP", 2**13)
    recording = loads(SMALL, "x")
    first = recording.exchanges[0]
    exchanges = [replace(first, started=float(number), error=f"{number:0500}") for number in range(3000)]
    path = tmp_path / "x.yaml"
    save(recording, path)  # what is loaded then is no part of the figure
    recording = replace(recording, exchanges=exchanges)
    tracemalloc.start()
    try:
        save(recording, path)
        _, highest = tracemalloc.get_traced_memory()
        size = path.stat().st_size
        assert size > 2_000_000
        assert highest < size / 4
        tracemalloc.reset_peak()
        loaded = load(path)
        held, highest = tracemalloc.get_traced_memory()
        assert highest - held < size / 4
    finally:
        tracemalloc.stop()
    assert loaded == recording
    assert path.read_text(encoding="utf-8") == dumps(loaded)


def test_nesting_that_would_end_the_process_is_refused() -> None:
    for bomb in ("[" * 300_000, "{a: " * 300_000, "- " * 300_000, "? " * 300_000):
        with pytest.raises(InputError, match=r"nested deeper|mapping as a key"):
            loads(bomb, "bomb.yaml")


@given(st.text())
def test_no_text_is_a_traceback(text: str) -> None:
    with pytest.raises(InputError):
        loads(text, "x")


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        load(tmp_path / "none.yaml")
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InputError, match="not UTF-8"):
        load(tmp_path / "binary.yaml")


@pytest.mark.parametrize("time", [".nan", ".inf", "-.inf", "-0.5", "1.0e+300"])
def test_what_is_no_time_is_refused(tmp_path: Path, time: str) -> None:
    text = (RECORDINGS / "zed" / "image-show.yaml").read_text(encoding="utf-8")
    assert text.count("started: 0.0\n") == 1
    (tmp_path / "a.yaml").write_text(text.replace("started: 0.0\n", f"started: {time}\n"), encoding="utf-8")
    with pytest.raises(InputError, match=r"exchanges\[0\]\.started: expected float"):
        load(tmp_path / "a.yaml")
