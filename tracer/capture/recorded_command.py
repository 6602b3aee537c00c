"""Recording of one client command with the clients that it starts, or of one request, through a proxy."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, TypeVar

from tracer.capture.client.command import ClientCommand, StartedClient, proxied
from tracer.capture.client.trusted_ca import Trust, client_trust, with_authority
from tracer.capture.mitm.authority import certificate
from tracer.capture.mitm.lean import defer_addons

if TYPE_CHECKING:
    from types import FrameType

    from tracer.capture.client.requests_process import OrderedRequest, RequestsProcess, ServiceResponse
    from tracer.capture.mitm.single_run import SingleRun
    from tracer.model import Recording
    from tracer.runs.run_writer import SavedRecording
    from tracer.runs.settings import Settings

__all__ = ["Result", "Services", "record", "record_request"]

_DRAIN = 2.0
_SETTLE = 0.1
_SERVICES_DRAIN = 10.0
"""Seconds that service calls may still take after the end of the command."""

_WAITING = (
    "the command has ended; waiting until the services have done their work for it (at most {seconds:.0f} s; "
    "Ctrl-C ends the wait)"
)
_UNFINISHED = "the services were still working when the wait ended: their last requests may be missing"

_EARLY = "the command did not wait until the proxy was ready, which takes seconds: give it a longer timeout"

_AnyClient = TypeVar("_AnyClient", bound=StartedClient)

Services = AbstractContextManager[Mapping[str, socket.socket]]
"""A context manager that makes services send through listening sockets, and gives these by service name."""


class Result(NamedTuple):
    """The result of a command: its exit code, and its recording or the ``problems`` that prevented one.

    ``further`` are the recordings of the other client processes, and of the other commands of an interactive
    shell. ``others`` are the recordings of background runs in the same period.
    """

    exit_code: int
    saved: SavedRecording | None
    stdout: str
    stderr: str
    problems: Sequence[str] = ()
    interrupted: bool = False
    others: Sequence[SavedRecording] = ()
    further: Sequence[SavedRecording] = ()


class _Signals:
    """The signals that tracer received. ``is_lingering`` is set while only services still work."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.is_lingering = False


class _Orders(NamedTuple):
    argv: Sequence[str]
    environment: Mapping[str, str]
    settings: Settings
    authority: Path
    trust: Trust
    on_exchange: Callable[[Recording], None] | None
    on_warning: Callable[[str], None]


def record(
    argv: Sequence[str],
    environment: Mapping[str, str],
    settings: Settings,
    authority: Path,
    stdout: BinaryIO | None = None,
    stderr: BinaryIO | None = None,
    *,
    on_exchange: Callable[[Recording], None] | None = None,
    on_warning: Callable[[str], None] = lambda _: None,
    services: Services | None = None,
    folder: Path | None = None,
) -> Result:
    """Run the command ``argv`` through a proxy on a free port, and write a recording of each client process.

    ``authority`` is the folder of the proxy's CA. ``folder`` is the working directory of the client.
    ``on_exchange`` receives the recording so far after each exchange. ``on_warning`` receives the reason
    for unseen requests of the client, as soon as it is known. ``services`` makes services send through
    listening sockets of the proxy; service calls for the client become a part of the recording.

    Raises CommandError if the command cannot be started, and TracerError if the recording cannot be
    written. Every error kills the client.
    """
    trusted_by_client = certificate(authority)
    trust = client_trust(argv, environment, folder or Path.cwd())

    def start(proxy: str) -> ClientCommand:
        led = proxied(environment, proxy, trusted_by_client)
        if trust.unnamed:
            # With OS_CACERT, openstacksdk does not choose the only cloud of clouds.yaml without a name.
            del led["OS_CACERT"]
        return ClientCommand(with_authority(argv, trusted_by_client), led, stdout, stderr, folder)

    orders = _Orders(argv, environment, settings, authority, trust, on_exchange, on_warning)
    return _record(start, orders, services)[1]


def record_request(
    process: RequestsProcess,
    request: OrderedRequest,
    settings: Settings,
    authority: Path,
    *,
    services: Services | None = None,
) -> tuple[Result, ServiceResponse]:
    """Send ``request`` through a proxy on a free port, and write its recording. Return the response, too.

    The recorded command is the request line. The login of the user is no part of the recording, so
    ``settings`` need the catalogue of the cloud. The other parameters and the errors are those of ``record``.
    """
    from tracer.capture.client.requests_process import ClientRequest

    environment = request.environment
    trust = client_trust([], environment, Path.cwd())
    argv = request.title.split(" ", 1)
    orders = _Orders(argv, environment, settings, authority, trust, None, lambda _: None)
    client, result = _record(lambda proxy: ClientRequest(process, request, proxy), orders, services)
    assert client.response is not None, "a client ends before its recording"
    return result, client.response


def _record(
    start: Callable[[str], _AnyClient], orders: _Orders, services: Services | None
) -> tuple[_AnyClient, Result]:
    """Record the client that ``start`` starts with the URL of a proxy. Return the client, too."""
    with ExitStack() as deep, socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        sending = deep.enter_context(services) if services else {}
        senders = {endpoint.getsockname()[1]: name for name, endpoint in sending.items()}
        orders = orders._replace(settings=orders.settings.with_senders(senders))
        client = start(f"http://127.0.0.1:{listener.getsockname()[1]}")
        try:
            with _signals_passed_on(client) as signals:
                result = _trace(client, orders, [listener, *sending.values()], deep.close, signals)
            return client, result._replace(interrupted=bool(signals.received))
        except BaseException:
            client.stop(signal.SIGKILL)
            raise


def _trace(
    client: StartedClient,
    orders: _Orders,
    listeners: Sequence[socket.socket],
    release: Callable[[], None],
    signals: _Signals,
) -> Result:
    # Imported here: mitmproxy and the client take about the same time to load, and load in parallel.
    defer_addons()
    import asyncio

    from tracer.capture.client.bypass import watch_for_bypass
    from tracer.capture.mitm.distrust import CommandRemedies
    from tracer.capture.mitm.embedded_proxy import master, own_context
    from tracer.capture.mitm.single_run import SingleRun

    environment = orders.environment
    address = listeners[0].getsockname()
    tracer = SingleRun(
        orders.settings,
        orders.argv,
        environment,
        orders.on_exchange,
        CommandRemedies(orders.trust, certificate(orders.authority)),
        orders.on_warning,
        is_alone=client.is_alone,
    )

    if client.poll() and signals.received:
        # A proxy that begins now would send the requests that wait in the socket.
        return Result(client.wait(), None, *client.output)

    async def run() -> int:
        hasty = client.poll()
        proxy = master(listeners, orders.authority, tracer, orders.trust)
        traffic = asyncio.create_task(proxy.run())
        ended = asyncio.create_task(asyncio.to_thread(client.wait))
        watching = asyncio.create_task(
            watch_for_bypass(client.pid, address, lambda: tracer.reached, orders.on_warning)
        )
        await asyncio.wait({traffic, ended}, return_when=asyncio.FIRST_COMPLETED)
        if not ended.done():
            client.stop(signal.SIGTERM)
        code = await ended
        # A user who interrupts the command before its first request does not want that request to be sent.
        early = (hasty or not tracer.reached) and not signals.received
        watching.cancel()
        if early:
            # Requests that the command sent before the proxy listened wait in the socket.
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(tracer.listens.wait(), _DRAIN)
            await asyncio.sleep(_SETTLE)
        await tracer.drained(_DRAIN)
        if early and tracer.reached:
            orders.on_warning(_EARLY)
        await _linger(tracer, signals, orders.on_warning)
        # Services leave the proxy before it ends, as they may still answer other clients.
        release()
        if len(listeners) > 1:
            # A request that a service has just begun arrives shortly after the release.
            await asyncio.sleep(_SETTLE)
            await tracer.drained(_SERVICES_DRAIN)
        tracer.ended(client)
        proxy.shutdown()
        await traffic
        return code

    with own_context():
        code = asyncio.run(run())
    if tracer.reporter.failure is not None:
        raise tracer.reporter.failure
    stdout, stderr = client.output
    problems = () if tracer.saved else tracer.problems(environment)
    return Result(code, tracer.saved, stdout, stderr, problems, others=tracer.others, further=tracer.further)


async def _linger(tracer: SingleRun, signals: _Signals, on_warning: Callable[[str], None]) -> None:
    """Wait until the services have done their work for the command, or until a signal or the limit."""
    import asyncio

    from tracer.runs.later_work import LINGER_LIMIT

    if signals.received or not tracer.has_later_work():
        return
    on_warning(_WAITING.format(seconds=LINGER_LIMIT))
    signals.is_lingering = True
    while tracer.has_later_work() and not signals.received:  # noqa: ASYNC110 - time ends the wait, no event
        await asyncio.sleep(_SETTLE)
    signals.is_lingering = False
    if tracer.is_cut_off():
        on_warning(_UNFINISHED)


@contextmanager
def _signals_passed_on(client: StartedClient) -> Iterator[_Signals]:
    """Pass SIGINT, SIGTERM and SIGHUP on to the client. Yield the received signals.

    If stdin is a terminal, SIGINT is not passed on, as the terminal sends it to the client too. After
    the end of the client, a signal ends the wait for services, or else tracer, as the remaining work may
    take long. A signal that tracer's parent ignores, such as SIGHUP under ``nohup``, stays ignored. Outside
    the main thread, do nothing: Python handles signals only in the main thread.
    """
    signals = _Signals()
    seen = signals.received
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return

    def interrupt(number: int, _frame: FrameType | None) -> None:
        # A terminal sends the first Ctrl-C to the client too, which may end before this call.
        if client.ended and not signals.is_lingering and (seen or client.killed_by != "SIGINT"):
            raise KeyboardInterrupt
        seen.append(number)
        if not os.isatty(0):
            client.stop(signal.SIGINT)

    def terminate(number: int, _frame: FrameType | None) -> None:
        if client.ended and not signals.is_lingering:
            raise SystemExit(128 + number)
        seen.append(number)
        client.stop(number)

    handlers = {signal.SIGINT: interrupt, signal.SIGTERM: terminate, signal.SIGHUP: terminate}
    before = {
        number: signal.signal(number, handler)
        for number, handler in handlers.items()
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
