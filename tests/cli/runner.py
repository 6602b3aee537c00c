"""The program as a user starts it, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TRACER = str(Path(sys.executable).with_name("tracer"))


def tracer(*words: object, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run ``tracer`` to its end."""
    import os

    return subprocess.run(
        [TRACER, *map(str, words)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
