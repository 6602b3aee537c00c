"""Nothing of the tracer but the way in which it has mitmproxy find who has a hook."""

from __future__ import annotations

from mitmproxy import ctx

from tracer.capture.mitm.hook_dispatch import ask_whom_it_concerns


class Asking:
    """Records nothing."""

    def running(self) -> None:
        ask_whom_it_concerns(ctx.master.addons)


addons = [Asking()]
