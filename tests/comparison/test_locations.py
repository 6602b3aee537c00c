"""A law of the comparison: a change of any scalar in a recording is reported or counted as suppressed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.comparison.scalars import changed, scalars
from tests.strategies import recordings
from tracer.comparison import compare
from tracer.recording import load

if TYPE_CHECKING:
    from tracer.model import Recording

SHIPPED = Path(__file__).parents[2] / "recordings" / "zed"


def silent(recording: Recording, path: tuple[object, ...]) -> bool:
    """Whether the comparison says nothing about a change at ``path``."""
    after = changed(recording, path)
    if after is None:
        return False
    found = compare(recording, after)
    return not (found.differences or found.suppressed)


@settings(max_examples=100)
@given(recordings, st.data())
def test_no_change_of_a_scalar_goes_unnoticed(recording: Recording, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(scalars(recording)))
    assume(path != ("format",))
    assert not silent(recording, path)


def test_no_location_of_a_shipped_recording_is_left_out() -> None:
    recording = load(SHIPPED / "image-create.yaml")
    paths = scalars(recording)
    # Elements of one list are alike: the first is enough.
    few = [path for path in paths[1:] if not any(step for step in path[2:] if isinstance(step, int))]
    assert len(few) > 150
    assert [path for path in few if silent(recording, path)] == []
