"""The process that traces a cloud while the cloud is up (``tracer cloud up --traced``)."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tracer.errors import TracerError

__all__ = ["command", "main"]


def command(release: str, out: Path) -> list[str]:
    """Return the command line of the process that traces the cloud of ``release`` and writes to ``out``."""
    return [sys.executable, "-m", __name__, "--release", release, "--out", str(out.absolute())]


def main() -> int:
    """Trace the cloud until a signal ends the process. Return the exit code."""
    from tracer.capture.mitm.daemon import serve
    from tracer.cloud.cache import folder
    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.cloud.tracing import CLIENT
    from tracer.rendering import draw
    from tracer.runs.settings import Settings

    parser = argparse.ArgumentParser()
    parser.add_argument("--release", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--home", required=True, help="the cloud that this process is of")
    options = parser.parse_args()
    try:
        settings = Settings(folder=options.out, release=options.release, diagrams=("mmd",), draw=draw)
        with EmbeddedCloud(options.release).standing() as listening:
            serve(listening, CLIENT, settings, folder() / "ca")
    except TracerError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
