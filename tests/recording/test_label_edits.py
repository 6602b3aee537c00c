"""Only the labels of a recording's text change, in any style of YAML."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.recording.test_files import SMALL
from tests.strategies import recordings
from tracer.errors import InputError
from tracer.recording import below, dumps, load, loads
from tracer.recording.label_edits import with_labels

if TYPE_CHECKING:
    from tracer.model import Doubt, Recording

SHIPPED = Path(__file__).parents[2] / "recordings" / "zed"

Labels = tuple[list[int], str, "str | None"]
RunLabels = tuple["str | None", "str | None", list[int]]


def relabelled(
    recording: Recording,
    labels: Labels = ([], "", None),
    run: RunLabels = (None, None, []),
) -> Recording:
    steps, path, verdict = labels
    exchanges = [replace(item, steps=steps, path=path, verdict=verdict) for item in recording.exchanges]
    sequence, run_verdict, missing = run
    return replace(recording, sequence=sequence, verdict=run_verdict, missing=missing, exchanges=exchanges)


def outside_labels(text: str) -> list[str]:
    """Return the lines of a text without labels, in the style that tracer writes."""
    labels = ("- steps:", "  path:", "  verdict:", "sequence:", "verdict:", "missing:")
    plain = [line.replace("- from:", "  from:") for line in text.split("\n")]
    return [line for line in plain if not line.startswith(labels)]


labels = st.tuples(
    st.lists(st.integers(1, 99), max_size=2),
    st.sampled_from(["", "/image/v2/images/{image_id}", "/", "/v2/a: b # c"]),
    st.sampled_from([None, "documented", "unexpected"]),
)
run_labels = st.tuples(
    st.sampled_from([None, "image-show", "1.0", "null"]),
    st.sampled_from([None, "conforms", "deviates"]),
    st.lists(st.integers(1, 99), max_size=2),
)


labelled = st.builds(relabelled, recordings, labels, run_labels)


@given(labelled, labels, run_labels)
def test_the_text_is_that_of_the_new_recording(recording: Recording, new: Labels, run: RunLabels) -> None:
    after = relabelled(recording, new, run)
    assert with_labels(dumps(recording), recording, after, "x") == dumps(after)


@given(labelled, labels, run_labels, st.sampled_from(["\r\n", "\r"]), st.sampled_from(["", "\ufeff"]))
def test_line_ends_and_a_byte_order_mark_stay(
    recording: Recording, new: Labels, run: RunLabels, line_end: str, mark: str
) -> None:
    after = relabelled(recording, new, run)
    before, expected = (mark + dumps(item).replace("\n", line_end) for item in (recording, after))
    assert with_labels(before, recording, after, "x") == expected


@given(recordings, st.sampled_from(["exchanges", "client"]))
def test_the_doubt_is_a_label(recording: Recording, doubt: Doubt) -> None:
    after = replace(recording, verdict="undetermined", doubt=doubt)
    assert with_labels(dumps(recording), recording, after, "x") == dumps(after)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("new", [([], "", None), ([3, 4], "/image", "unexpected")])
@pytest.mark.parametrize("run", [(None, None, []), ("image-list", "deviates", [7, 8])])
def test_a_file_of_json_stays_json(indent: int | None, new: Labels, run: RunLabels) -> None:
    for path in below([SHIPPED], again=False):
        recording = load(path)
        after = relabelled(recording, new, run)
        text, expected = (json.dumps(msgspec.to_builtins(item), indent=indent) for item in (recording, after))
        edited = with_labels(text, recording, after, "x")
        assert json.loads(edited) == json.loads(expected)
        assert with_labels(edited, after, recording, "x") == text or indent


def test_comments_stay_and_other_styles_too() -> None:
    text = SMALL.replace(
        "- steps: [7, 8]\n", "-   # first\n  steps:   # of the page\n  - 7\n  - 8\n\n  # who\n"
    )
    text = text.replace("command:", "verdict: 'deviates' # sadly\ncommand:") + "missing: [7,\n  9] # both\n"
    before = loads(text, "x")
    edited = with_labels(text, before, relabelled(before, run=(None, "conforms", [])), "x")
    expected = text.replace("  steps:   # of the page\n  - 7\n  - 8\n", "")
    expected = expected.replace("verdict: 'deviates' # sadly", "verdict: conforms # sadly")
    assert edited == expected.replace("missing: [7,\n  9] # both", " # both")
    assert with_labels(edited, loads(edited, "x"), before, "x").count("\n  # who\n") == 1


def test_labels_at_the_end_of_their_mapping_are_removed() -> None:
    tree = yaml.safe_load(SMALL)
    exchange = {**tree["exchanges"][0], "path": "/image", "verdict": "unexpected"}
    tree = {**tree, "recorded": "2022-12-12T08:37:10Z", "exchanges": [exchange], "verdict": "deviates"}
    for flow in (False, True):
        text = yaml.safe_dump(tree, sort_keys=False, default_flow_style=flow)
        before = loads(text, "x")
        after = relabelled(before)
        edited = with_labels(text, before, after, "x")
        assert loads(edited, "x") == after
        if not flow:
            assert edited.splitlines()[:5] == text.splitlines()[:5]


def test_a_style_without_safe_edits_is_refused() -> None:
    text = SMALL.replace("- steps: [7, 8]\n  from: client", "- ? from\n  : client")
    before = loads(text, "x")
    with pytest.raises(InputError, match="x: its style of YAML allows no edit of labels: put each key"):
        with_labels(text, before, relabelled(before, ([1, 2], "", None)), "x")


def test_the_same_labels_are_the_same_text() -> None:
    text = SMALL.replace("exchanges:", "sequence: null\nmissing: []\nexchanges:")
    before = loads(text, "x")
    assert with_labels(text, before, loads(text, "x"), "x") == text


@pytest.mark.parametrize("path", below([SHIPPED]), ids=lambda path: path.name)
def test_shipped_recordings_lose_and_regain_their_labels(path: Path) -> None:
    text, recording = path.read_text(), load(path)
    bare = with_labels(text, recording, relabelled(recording), "x")
    assert outside_labels(bare) == outside_labels(text)
    assert bare == dumps(relabelled(recording))
    assert with_labels(bare, loads(bare, "x"), recording, "x") == text
