"""The script for ``mitmdump -s addons/trace.py`` in a clone. The addon itself is in ``tracer/addon.py``."""

import sys
from pathlib import Path

# mitmproxy puts this folder first on the path. There, this file shadows the module `trace` of Python.
_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]
sys.path.append(str(_HERE.parent))

from tracer.addon import addons  # noqa: E402 - the path comes first

__all__ = ["addons"]
