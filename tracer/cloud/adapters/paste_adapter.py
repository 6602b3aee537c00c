"""The application of a paste file, for services without a function that loads it from any folder."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path
from typing import Any

__all__ = ["application"]


def application() -> Any:
    """Return the WSGI application of the file in ``PASTE_CONFIG``."""
    path = Path(os.environ["PASTE_CONFIG"])
    # keystoneauth takes the name of the program for the User-Agent: "barbican-api" of barbican-api-paste.ini.
    sys.argv[0] = path.stem.removesuffix("-paste")
    return importlib.import_module("paste.deploy").loadapp(f"config:{path}")
