"""Load mitmproxy without the addons that a single command does not need."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import sys
import threading
import types
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["loading"]

_PACKAGE = "mitmproxy.addons"


@contextmanager
def loading() -> Iterator[None]:
    """While mitmproxy is loaded: no search for garbage, of which imports make none.

    Where mitmproxy is loaded already, nothing is changed.
    """
    if _PACKAGE in sys.modules:
        yield
        return
    _defer_addons()
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not gc.get_freeze_count():
            # What was loaded is of the oldest generation from now on, which is searched least often.
            gc.freeze()
            gc.unfreeze()
        if collects:
            gc.enable()


class _DeferredPackage(types.ModuleType):
    """A package whose code runs on the first access to a name that it defines.

    Its modules can be imported before that. Python's ``LazyLoader`` is no help, as it runs the
    code when the first of them is imported.
    """

    _lock = threading.RLock()
    _runs = False

    def __getattr__(self, name: str) -> Any:
        module = f"{_PACKAGE}.{name}"
        if importlib.util.find_spec(module) is not None:
            return importlib.import_module(module)
        # The class is named throughout, as another thread may have changed that of the module.
        with _DeferredPackage._lock:
            if _DeferredPackage._runs:
                raise AttributeError(f"module {_PACKAGE!r} has no attribute {name!r}")
            _DeferredPackage._run(self)
        return getattr(self, name)

    def __dir__(self) -> list[str]:
        with _DeferredPackage._lock:
            _DeferredPackage._run(self)
        return dir(self)

    def _run(self) -> None:
        if type(self) is not _DeferredPackage:
            return
        _DeferredPackage._runs = True
        try:
            self.__spec__.loader.exec_module(self)  # type: ignore[union-attr]
            self.__class__ = types.ModuleType  # type: ignore[assignment]
        finally:
            _DeferredPackage._runs = False


def _defer_addons() -> None:
    """Have ``mitmproxy.addons`` import only what is asked for.

    The package itself imports every addon, and with them a web framework, an LDAP client
    and a password library: half of mitmproxy's loading time, which ``tracer record`` would
    make every command wait for. Its modules work without it.
    """
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None
    package = importlib.util.module_from_spec(spec)
    package.__class__ = _DeferredPackage
    sys.modules[_PACKAGE] = package
    # As the import system does for what it has loaded.
    sys.modules["mitmproxy"].addons = package  # type: ignore[attr-defined]
