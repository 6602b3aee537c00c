"""Content on its way to the disk, and clients without a proxy."""

from __future__ import annotations

import os

import pytest

from tests.capture.talks import Talk


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Everything that is written with ``os.write`` from now on, also what is replaced or removed later."""
    seen: list[bytes] = []
    real = os.write

    def spy(file: int, data: bytes) -> int:
        seen.append(bytes(data))
        return real(file, data)

    monkeypatch.setattr(os, "write", spy)
    return seen


@pytest.fixture(params=[False, True], ids=["live", "stored"])
def talk(request: pytest.FixtureRequest) -> Talk:
    return Talk(stored=request.param)
