"""mitmproxy without the addons that one command needs not."""

from __future__ import annotations

import gc
import importlib.util
import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["loading"]

_PACKAGE = "mitmproxy.addons"


@contextmanager
def loading() -> Iterator[None]:
    """While mitmproxy is loaded: no search for garbage, of which imports make none.

    What was loaded stays out of later searches too, the one at the end of the process
    included, which would take as long as a fifth of the loading. Where mitmproxy is loaded
    already, nothing is changed.
    """
    if _PACKAGE in sys.modules:
        # A second run in one process: what else was loaded since may need to be searched at the end.
        yield
        return
    _without_unused_addons()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _without_unused_addons() -> None:
    """Have ``mitmproxy.addons`` import only what is asked for.

    The package itself imports every addon, and with them a web framework, an LDAP client
    and a password library: half of mitmproxy's loading time, which ``tracer record`` would
    make every command wait for. Its modules work without it.
    """
    mitmproxy = importlib.util.find_spec("mitmproxy")
    assert mitmproxy is not None
    assert mitmproxy.origin is not None
    package = types.ModuleType(_PACKAGE)
    package.__path__ = [str(Path(mitmproxy.origin).with_name("addons"))]
    sys.modules[_PACKAGE] = package
