import pytest

from tracer.counting import counted, noun_for


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 files were"), (1, "1 file was"), (2, "2 files were"), (11, "11 files were")]
)
def test_only_one_is_one(count: int, text: str) -> None:
    assert counted(count, "file was", "files were") == text


def test_an_s_is_added_to_what_has_no_other_form() -> None:
    assert [counted(1, "step"), counted(3, "step"), noun_for(2, "step")] == ["1 step", "3 steps", "steps"]
