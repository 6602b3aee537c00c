"""The script for ``mitmdump -s "$(tracer addon)"``, which loads the addon. ``addons/trace.py`` imports it."""

import sys
from pathlib import Path

# mitmproxy puts this folder first on the path. There, its files shadow modules of other packages.
_HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != _HERE]

try:
    from tracer.capture.mitm.tracer_addon import Tracer
    from tracer.rendering import draw
except ModuleNotFoundError as error:
    # mitmproxy ends with this error. It would ignore sys.exit, and let traffic pass unrecorded.
    raise ImportError(
        f"no module {error.name}: this mitmdump is not of the environment of tracer. "
        "Run `tracer proxy` instead, which starts the right one"
    ) from None

__all__ = ["addons"]

addons = [Tracer(draw=draw, aside=True)]
