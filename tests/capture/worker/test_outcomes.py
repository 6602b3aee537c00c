"""What the log says of a run."""

from pathlib import Path

import msgspec
import pytest

from tests.rendering import seed
from tracer.capture.worker.outcomes import saved_notices
from tracer.runs.run_writer import SavedRecording


@pytest.mark.parametrize(("count", "told"), [(0, "0 exchanges"), (1, "1 exchange"), (2, "2 exchanges")])
@pytest.mark.parametrize("verdict", [None, "deviates"])
def test_the_line_of_a_recording_counts_its_exchanges(count: int, told: str, verdict: str | None) -> None:
    recording = msgspec.structs.replace(seed.recording(seed.exchanges()[:count]), verdict=verdict)
    (said,) = saved_notices(SavedRecording(recording, Path("a.yaml")))
    assert said.text == f"a.yaml ({told}{', deviates' if verdict else ''})"
