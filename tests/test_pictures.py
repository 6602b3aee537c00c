"""The pictures of the documentation show the present content; ``python -m tests.pictures`` makes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.pictures import DRAWN, PICTURES, SHOWN, digest, digests

if TYPE_CHECKING:
    from pathlib import Path

ANEW = "make the pictures anew, and look at them: python -m tests.pictures"


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_is_current(name: str, tmp_path: Path) -> None:
    assert DRAWN[name](tmp_path).read_bytes() == (PICTURES / name).read_bytes(), ANEW


@pytest.mark.parametrize("name", SHOWN)
def test_a_screenshot_shows_the_present_page(name: str, tmp_path: Path) -> None:
    assert (PICTURES / name).exists()
    assert digest(SHOWN[name](tmp_path)) == digests()[name], ANEW


def test_every_picture_has_a_function() -> None:
    pictures = {path.name for path in PICTURES.iterdir()} - {"sources.toml"}
    assert pictures == {*DRAWN, *SHOWN}
