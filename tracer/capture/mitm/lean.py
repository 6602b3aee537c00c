"""Import of mitmproxy without the addons that a single command does not need.

``mitmproxy.addons`` imports every addon, with a web framework, an LDAP client and a password library.
The proxy of one command has five addons, but ``mitmproxy.master`` and the module of each addon
import the package: a ``Master`` of five addons loads all of them. Without the deferred package, tracer would
need a copy of ``Master`` and load five modules from their files.

Cost of all addons, for ``tracer record -- openstack image list``: 2.0 s of CPU time instead of 1.65, 4.7 s of
wall time instead of 4.0. The bare command took 0.8 s of CPU time, 1.8 s of wall time. (2026-11-28, medians
of 16 runs in turn, two cores with other work, Python 3.11, mitmproxy 11.0.2.)
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import threading
import types
from typing import Any

__all__ = ["defer_addons"]

_PACKAGE = "mitmproxy.addons"


def defer_addons() -> None:
    """Make ``mitmproxy.addons`` import each addon on first use. Do nothing if the package is loaded."""
    if _PACKAGE in sys.modules:
        return
    spec = importlib.util.find_spec(_PACKAGE)
    assert spec is not None
    package = importlib.util.module_from_spec(spec)
    package.__class__ = _DeferredPackage
    sys.modules[_PACKAGE] = package
    # The import system sets this attribute for each module that it loads.
    sys.modules["mitmproxy"].addons = package  # type: ignore[attr-defined]


class _DeferredPackage(types.ModuleType):
    """A package that runs its code on the first access to a name that the code defines.

    The package's modules can be imported before that. Python's ``LazyLoader`` does not help, as it runs
    the code when the first module is imported.
    """

    _lock = threading.RLock()
    _runs = False

    def __getattr__(self, name: str) -> Any:
        module = f"{_PACKAGE}.{name}"
        if importlib.util.find_spec(module) is not None:
            return importlib.import_module(module)
        # ``_DeferredPackage`` instead of ``type(self)``, as another thread may have replaced the type.
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
