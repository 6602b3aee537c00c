"""An application from a paste file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tests.cloud.adapters.standins import install
from tracer.cloud.adapters import paste_adapter

if TYPE_CHECKING:
    import pytest


def test_the_application_and_the_name_of_the_program_are_those_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "argv", ["launcher.py"])
    monkeypatch.setenv("PASTE_CONFIG", "/home/barbican-api-paste.ini")
    install(monkeypatch, paste__deploy={"loadapp": lambda uri: f"app of {uri}"})
    assert paste_adapter.application() == "app of config:/home/barbican-api-paste.ini"
    assert sys.argv == ["barbican-api"]
