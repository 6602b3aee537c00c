"""What the figures were measured on and with."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import time

import psutil

__all__ = ["machine"]

_NAMED = (
    *("openstack-tracer", "mitmproxy", "msgspec", "rapidfuzz", "mermaidx", "granian", "pycurl"),
    *("pyyaml", "vcrpy"),
)


def machine() -> str:
    """One line: the day, the machine's size, and the versions."""
    memory = psutil.virtual_memory().total / 2**30
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in _NAMED)
    return (
        f"{time.strftime('%Y-%m-%d')}; {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}; Python {platform.python_version()}, {versions}."
    )
