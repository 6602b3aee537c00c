"""Nothing of the tracer but the way in which it has mitmproxy find who has a hook."""

from __future__ import annotations

from mitmproxy import ctx

from tracer.capture.mitm.hook_dispatch import install


class Asking:
    """Records nothing."""

    def running(self) -> None:
        install(ctx.master.addons)


addons = [Asking()]
