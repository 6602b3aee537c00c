"""What of mitmproxy one command loads."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


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
from tracer.capture.mitm.lean import defer_addons
defer_addons()
import tracer.capture.mitm.embedded_proxy, tracer.capture.mitm.single_run
"""
    assert module not in loaded(script)


def test_where_mitmproxy_is_loaded_already_nothing_is_changed() -> None:
    script = """
import warnings
warnings.simplefilter("ignore")
import mitmproxy.addons
before = mitmproxy.addons
from tracer.capture.mitm.lean import defer_addons
defer_addons()
import tracer.capture.mitm.embedded_proxy
assert sys.modules["mitmproxy.addons"] is before
"""
    assert "flask" in loaded("import sys\n" + script)


def checked(script: str, *arguments: str) -> None:
    """Run the script in a process of its own; it fails where one of its assertions does."""
    subprocess.run([sys.executable, "-W", "ignore", "-c", script, *arguments], check=True)


LOAD = """
import sys
from tracer.capture.mitm.lean import defer_addons
defer_addons()
import tracer.capture.mitm.embedded_proxy, tracer.capture.mitm.single_run
import mitmproxy
assert "flask" not in sys.modules
"""

REAL = """
from pathlib import Path
import mitmproxy.addons
assert mitmproxy.addons is sys.modules["mitmproxy.addons"]
assert Path(mitmproxy.addons.__file__).samefile(Path(mitmproxy.__file__).with_name("addons") / "__init__.py")
assert mitmproxy.addons.__spec__.name == mitmproxy.addons.__name__ == "mitmproxy.addons"
assert hasattr(mitmproxy.addons, "default_addons")
assert not hasattr(mitmproxy.addons, "nothing")
assert type(mitmproxy.addons) is type(mitmproxy)
proxy = sys.modules["tracer.capture.mitm.embedded_proxy"]
assert mitmproxy.addons.proxyserver.Proxyserver is proxy.Proxyserver
from mitmproxy.tools.dump import DumpMaster
from mitmproxy.options import Options
import asyncio
async def names():
    return set(DumpMaster(Options(), with_termlog=False).addons.lookup)
assert {"tlsconfig", "onboarding", "dumper"} <= asyncio.run(names())
"""


def test_what_was_left_out_is_there_when_it_is_asked_for() -> None:
    checked(LOAD + REAL)


@pytest.mark.parametrize(
    "first",
    [
        "from mitmproxy.addons import default_addons; default_addons()",
        "from mitmproxy.addons import *; default_addons()",
        "from mitmproxy.addons import onboarding; onboarding.Onboarding()",
        "import importlib; importlib.import_module('mitmproxy.addons').default_addons()",
        "import importlib; importlib.reload(sys.modules['mitmproxy.addons']).default_addons()",
        "import pkgutil, mitmproxy.addons as x; assert len(list(pkgutil.iter_modules(x.__path__))) > 30",
        "import mitmproxy.addons as x; assert 'default_addons' in dir(x)",
    ],
)
def test_whatever_asks_for_it_first(first: str) -> None:
    checked(LOAD + first + REAL)


def test_many_threads_that_ask_at_once_get_the_whole() -> None:
    script = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
barrier = Barrier(8)
def ask(_):
    barrier.wait()
    return len(mitmproxy.addons.default_addons())
with ThreadPoolExecutor(8) as pool:
    assert len(set(pool.map(ask, range(8)))) == 1
"""
    checked(LOAD + script + REAL)


def test_a_failure_to_load_the_rest_is_told_and_may_be_tried_again() -> None:
    script = """
sys.modules["flask"] = None
try:
    mitmproxy.addons.default_addons
except ImportError:
    pass
else:
    raise AssertionError
del sys.modules["flask"]
"""
    checked(LOAD + script + REAL)


RECORD = """
import gc, logging, signal, sys
from pathlib import Path
{before}
from tracer.capture.recorded_command import record
from tracer.runs.settings import Settings
folder = Path(sys.argv[1])
def state():
    ctx = vars(sys.modules["mitmproxy.ctx"]) if "mitmproxy.ctx" in sys.modules else {{}}
    return (
        gc.isenabled(), gc.get_freeze_count(), logging.getLogger().handlers[:], logging.getLogger().level,
        [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)],
        {{name: ctx[name] for name in ("master", "log", "options") if name in ctx}},
    )
state_before = state()
client = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/x')"
for number in range(2):
    settings = Settings(folder=folder / str(number), policies=())
    try:
        result = record([sys.executable, "-c", client], {{}}, settings, folder / "ca", {options})
        assert result.saved is not None
        assert (folder / "0").exists()
    except ZeroDivisionError:
        assert "1 / 0" in {options!r}
    assert state() == state_before, (state(), state_before)
import mitmproxy
"""


@pytest.mark.parametrize(
    ("before", "options"),
    [
        ("", ""),
        ("", "on_exchange=lambda _: 1 / 0"),
        ("import mitmproxy.ctx; mitmproxy.ctx.options = mitmproxy.ctx.master = object()", ""),
    ],
)
def test_after_a_recording_all_is_as_before(before: str, options: str, tmp_path: Path) -> None:
    """In a Python program that has recorded, or tried to, mitmproxy can be used."""
    checked(RECORD.format(before=before, options=options) + REAL, str(tmp_path))
