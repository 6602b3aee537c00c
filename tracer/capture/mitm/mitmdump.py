"""mitmdump in this process, with the addon: the mitmproxy of tracer's own environment."""

from __future__ import annotations

import asyncio
import copy
import os
import socket
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx
from mitmproxy.hooks import ConfigureHook
from mitmproxy.log import MitmFormatter
from mitmproxy.proxy.mode_specs import ProxyMode
from mitmproxy.tools import cmdline
from mitmproxy.tools.dump import DumpMaster
from mitmproxy.tools.main import run

from tracer.capture.mitm import configuration
from tracer.capture.mitm.options import PREFIX
from tracer.errors import AddressError, InputError
from tracer.urls import bracketed

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Mapping, Sequence

    from mitmproxy.options import Options

    from tracer.capture.mitm.tracer_addon import Tracer

__all__ = ["serve"]

_CERTIFICATE = "mitmproxy-ca-cert.pem"

_SILENT: dict[str, Any] = {"flow_detail": 0, "proxy_debug": False}
"""Options of mitmproxy that print secrets, with the values that print nothing."""

_SCRIPT_ERROR = "error in script "
_TRACEBACK = "\nTraceback (most recent call last):\n"
"""What mitmproxy's log says of a script, and the line before a traceback."""

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
"""The addresses that stand for all addresses of a machine, and an address that reaches them."""


def serve(
    arguments: Sequence[str],
    values: Mapping[str, Any],
    tracer: Tracer,
    on_listening: Callable[[str, Path], None],
    clean: Callable[[str], str],
) -> None:
    """Run mitmdump with the addon until a signal ends it.

    ``arguments`` are those of mitmdump, ``values`` the options of the addon without their prefix.
    ``on_listening`` is called with the URL of the proxy and the certificate of its CA, ``clean`` with each
    text of the log. Raises AddressError if the proxy cannot listen, InputError for an option of mitmdump
    that prints secrets and for a faulty configuration file, and SystemExit like mitmdump.
    """

    def create(options: Options) -> DumpMaster:
        master = _Mitmdump(options, tracer)
        # The log has lines of recordings, warnings and errors, without those of connections.
        options.update(termlog_verbosity="alert")
        log = master.addons.get("termlog").logger
        listening = _Listening(tracer, on_listening)
        log.setFormatter(_CleanFormatter(log.has_vt_codes, clean, lambda: not listening.started))
        master.addons.add(tracer, listening)
        return master

    def late_options(given: Any) -> dict[str, Any]:
        # After the files with mitmproxy's own configuration, which --set would not replace. There, and by
        # --verbose, mitmproxy would print flows.
        _refuse_secrets(given)
        flows = " ".join(given.filter_args)
        names = ("save_stream_filter", "readfile_filter", "dumper_filter") if flows else ()
        return (
            {PREFIX + name: value for name, value in values.items()} | dict.fromkeys(names, flows) | _SILENT
        )

    # mitmproxy's messages about options read the command line from there.
    sys.argv[:] = ["mitmdump", *arguments]
    unchecked = configuration.install()
    try:
        run(create, cmdline.mitmdump, arguments, late_options)  # type: ignore[arg-type]  # a function is enough
    finally:
        unchecked()


def _refuse_secrets(given: Any) -> None:
    """Raise InputError if the command line of mitmdump has an option that prints secrets."""
    settings = [text.partition("=")[::2] for text in given.setoptions]
    if given.flow_detail is not None and not given.verbose:  # --verbose has set it
        settings.append(("flow_detail", str(given.flow_detail)))
    for name, value in settings:
        if name in _SILENT and value != str(_SILENT[name]).lower():
            raise InputError(
                name,
                "this option of mitmdump prints passwords and tokens; leave it out, or use "
                'mitmdump -s "$(tracer addon)" with it',
            )


class _Mitmdump(DumpMaster):
    def __init__(self, options: Options, tracer: Tracer) -> None:
        super().__init__(options)
        self._tracer = tracer

    async def run(self) -> None:
        """Configure the addon, also without any changed option. Refuse an address that is in use."""
        self.addons.invoke_addon_sync(self._tracer, ConfigureHook(set(self.options.keys())))
        if self.options.server:
            for text in self.options.mode:
                mode = ProxyMode.parse(text)
                port = mode.listen_port(self.options.listen_port)
                if mode.transport_protocol == "tcp" and port:
                    _check_address(mode.listen_host(self.options.listen_host), port)
        await super().run()


def _check_address(host: str, port: int) -> None:
    """Raise AddressError if no server can listen at the address."""
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with socket.socket(family, kind, protocol) as probe:
                if os.name == "posix":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind(address)
    except OSError as error:
        raise AddressError(f"{bracketed(host) if host else '*'}:{port}", error) from None


class _Listening:
    """An addon that reports the address of the proxy once it listens. ``started`` is then True."""

    def __init__(self, tracer: Tracer, on_listening: Callable[[str, Path], None]) -> None:
        self._tracer = tracer
        self._on_listening = on_listening
        self.started = False

    def running(self) -> None:
        """Report the first address that is not for the requests of a service."""
        # After the first steps of tasks that other addons begin, such as reading a file of flows.
        asyncio.get_running_loop().call_soon(self._start)
        settings = self._tracer.settings
        services = settings.participants.service_ports if settings else ()
        addresses = [address[:2] for address in ctx.master.addons.get("proxyserver").listen_addrs()]
        for host, port in addresses:
            if port not in services:
                certificate = Path(ctx.options.confdir).expanduser() / _CERTIFICATE
                self._on_listening(f"http://{bracketed(_ANY.get(host, host))}:{port}", certificate)
                return

    def _start(self) -> None:
        self.started = True


class _CleanFormatter(MitmFormatter):
    """A formatter of clean texts. While the proxy is ``starting``, errors of mitmproxy are one line.

    The cause of such an error is an option, and a traceback of mitmproxy does not name it. The author of a
    script gets the traceback of the script.
    """

    def __init__(
        self, colorize: bool, clean: Callable[[str], str], starting: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(colorize)
        self._clean = clean
        self._starting = starting

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if self._starting() and not text.startswith(_SCRIPT_ERROR):
            text = text.partition(_TRACEBACK)[0]
        harmless = copy.copy(record)
        harmless.msg, harmless.args = self._clean(text), None
        return super().format(harmless)
