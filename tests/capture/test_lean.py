"""What a verb loads is what its user waits for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("mitmproxy", "rich.table", "mermaidx", "yaml", "msgspec", "psutil", "pydantic", "asyncio")


def loaded(script: str) -> set[str]:
    """The modules that are loaded once the script has run in a process of its own."""
    printed = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(printed.stdout.split())


def test_the_help_loads_nothing_heavy() -> None:
    assert not loaded("import tracer.cli.app") & set(HEAVY)


def test_the_client_is_started_before_anything_heavy_is_loaded() -> None:
    before = """
import tracer.cli.app
from tracer.capture import command
from tracer.capture.participantmap import ParticipantMap
from tracer.capture.settings import Settings
from tracer.cli.clouds import for_command
from tracer.cloud.cache import folder
from tracer.rendering import draw
Settings()
"""
    assert not loaded(before) & set(HEAVY)


@pytest.mark.parametrize("module", ["flask", "ldap3", "passlib", "mitmproxy.addons.onboarding"])
def test_one_command_loads_no_addon_that_it_has_no_use_for(module: str) -> None:
    script = """
from tracer.capture import lean
with lean.loading():
    import tracer.capture.proxy, tracer.capture.single
"""
    assert module not in loaded(script)


def test_where_mitmproxy_is_loaded_already_nothing_is_changed() -> None:
    script = """
import warnings
warnings.simplefilter("ignore")
import mitmproxy.addons
before = mitmproxy.addons
from tracer.capture import lean
with lean.loading():
    import tracer.capture.proxy
assert sys.modules["mitmproxy.addons"] is before
"""
    assert "flask" in loaded("import sys\n" + script)
