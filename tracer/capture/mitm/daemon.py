"""A proxy that records all its traffic until a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import signal
from typing import TYPE_CHECKING

from mitmproxy.addons.termlog import TermLog

from tracer.capture.mitm.embedded_proxy import master
from tracer.capture.mitm.tracer_addon import Tracer

if TYPE_CHECKING:
    import socket
    from collections.abc import Mapping
    from pathlib import Path

    from tracer.runs.settings import Settings

__all__ = ["serve"]


def serve(listening: Mapping[str, socket.socket], clients: str, settings: Settings, authority: Path) -> None:
    """Record all client commands and all requests of services until SIGTERM or SIGINT.

    ``listening`` maps names to sockets. ``clients`` is the name of the socket for clients. The name of
    any other socket is the service that sends through it. ``authority`` is the folder of the proxy's CA.
    """
    logging.getLogger("tracer").setLevel(logging.INFO)
    senders = {listener.getsockname()[1]: name for name, listener in listening.items() if name != clients}
    tracer = Tracer(settings.with_senders(senders), settings.draw)

    async def run() -> None:
        proxy = master(list(listening.values()), authority, tracer)
        proxy.addons.add(TermLog())
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, proxy.shutdown)
        await proxy.run()

    asyncio.run(run())
