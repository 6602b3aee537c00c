"""What is written, seen where it goes to the disk."""

from __future__ import annotations

import os

import pytest


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
