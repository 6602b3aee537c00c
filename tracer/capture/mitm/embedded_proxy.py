"""mitmproxy inside this process, on a socket that was opened before mitmproxy was loaded.

The kernel queues connections to the socket until the proxy accepts them. So a client can start while
this process still imports the proxy, and no message is lost.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mitmproxy import ctx, options
from mitmproxy.addons.core import Core
from mitmproxy.addons.disable_h2c import DisableH2C
from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.addons.tlsconfig import TlsConfig
from mitmproxy.log import MitmLogHandler
from mitmproxy.master import Master
from mitmproxy.proxy import layers
from mitmproxy.proxy.mode_servers import AsyncioServerInstance
from mitmproxy.proxy.mode_specs import ProxyMode

from tracer.capture.client.trusted_ca import Trust

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mitmproxy.proxy.context import Context
    from mitmproxy.proxy.layer import Layer

    from tracer.capture.mitm.tracer_addon import Tracer

__all__ = ["master", "own_context"]

_CONTEXT = ("master", "log", "options")
"""Names that a Master sets in ``mitmproxy.ctx``."""


class OpenedMode(ProxyMode):
    """A regular HTTP(S) proxy on a listening socket with a given file descriptor: ``opened:FD``."""

    description = "HTTP(S) proxy"
    transport_protocol = "tcp"

    @property
    def default_port(self) -> int:
        """A number without a meaning, but unique for each socket."""
        return int(self.data)

    def __post_init__(self) -> None:
        if not self.data.isdigit():
            raise ValueError("expected a file descriptor")


class _OpenedInstance(AsyncioServerInstance[OpenedMode]):
    def make_top_layer(self, context: Context) -> Layer:
        return layers.modes.HttpProxy(context)

    async def listen(self, host: str, port: int) -> list[asyncio.Server]:  # type: ignore[override]
        opened = socket.socket(fileno=int(self.mode.data))
        return [await asyncio.start_server(self.handle_stream, sock=opened)]


@contextmanager
def own_context() -> Iterator[None]:
    """Restore the changes of a Master to its process, as a Python program may have its own proxy."""
    before = {name: vars(ctx)[name] for name in _CONTEXT if name in vars(ctx)}
    root = logging.getLogger()
    handlers = set(root.handlers)
    try:
        yield
    finally:
        for name in _CONTEXT:
            vars(ctx).pop(name, None)
        vars(ctx).update(before)
        # A proxy that stops before it listens does not remove its handler.
        for handler in set(root.handlers) - handlers:
            if isinstance(handler, MitmLogHandler):
                root.removeHandler(handler)


def master(
    listeners: Sequence[socket.socket],
    authority: Path,
    tracer: Tracer,
    trust: Trust | None = None,
) -> Master:
    """Create a proxy with the addon ``tracer``. Run the proxy with ``await master.run()``.

    The proxy takes over the sockets ``listeners``. ``authority`` is the folder of the proxy's own CA.
    ``trust`` selects the check of the cloud's certificate.
    """
    settings = options.Options(
        confdir=str(authority), mode=[f"opened:{listener.detach()}" for listener in listeners]
    )
    proxy = Master(settings)
    trust = trust or Trust()
    proxy.addons.add(Core(), DisableH2C(), NextLayer(), Proxyserver(), TlsConfig(), tracer)
    folder = trust.authority is not None and Path(trust.authority).is_dir()
    settings.update(
        ssl_insecure=trust.insecure,
        ssl_verify_upstream_trusted_ca=None if folder else trust.authority,
        ssl_verify_upstream_trusted_confdir=trust.authority if folder else None,
    )
    return proxy
