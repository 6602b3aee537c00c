"""Programs of the system that tests need."""

from __future__ import annotations

import os
import shutil
import subprocess

__all__ = ["installed"]


def installed(program: str, *packages: str) -> str:
    """The path of a program of the system, which Debian has in ``packages``."""
    found = shutil.which(program)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update", "-qq"], ["install", "-y", "-qq", *packages]):
            subprocess.run(["apt-get", *words], env=environment, check=True, timeout=600, capture_output=True)
        found = shutil.which(program)
    assert found, f"the tests need {program}: apt-get install {' '.join(packages)}"
    return found
