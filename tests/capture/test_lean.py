"""What of mitmproxy one command loads."""

from __future__ import annotations

import subprocess
import sys

import pytest


def loaded(script: str) -> set[str]:
    """The modules that are loaded once the script has run in a process of its own."""
    printed = subprocess.run(
        [sys.executable, "-c", f"{script}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(printed.stdout.split())


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
