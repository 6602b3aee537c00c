"""Clients without a proxy: live, and from stored flows."""

from __future__ import annotations

import pytest

from tests.runs.talks import Talk


@pytest.fixture(params=[False, True], ids=["live", "stored"])
def talk(request: pytest.FixtureRequest) -> Talk:
    return Talk(stored=request.param)
