"""Eventlet for services that do not patch the process themselves."""

from __future__ import annotations

import importlib
import threading

__all__ = ["patch"]


def patch() -> None:
    """Replace blocking functions of the standard library by those of eventlet."""
    importlib.import_module("eventlet").monkey_patch()
    # The threads of the original module must be those of the patched one (eventlet issue 592).
    original = importlib.import_module("__original_module_threading")
    original.current_thread.__globals__["_active"] = vars(threading)["_active"]
