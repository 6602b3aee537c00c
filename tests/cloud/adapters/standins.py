"""Stand-ins for the modules of a service."""

from __future__ import annotations

import importlib.machinery
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pytest


def install(monkeypatch: pytest.MonkeyPatch, **modules: dict[str, Any]) -> None:
    """Make importable modules with these contents, and their packages. A name has ``__`` for each dot."""
    for name, content in modules.items():
        parts = name.split("__")
        for length in range(1, len(parts) + 1):
            path = ".".join(parts[:length])
            if path not in sys.modules:
                made = ModuleType(path)
                made.__path__ = []
                made.__spec__ = importlib.machinery.ModuleSpec(path, None, is_package=True)
                monkeypatch.setitem(sys.modules, path, made)
        vars(sys.modules[".".join(parts)]).update(content)
