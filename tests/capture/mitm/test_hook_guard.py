from __future__ import annotations

import asyncio
import inspect

import pytest

from tracer.capture.mitm.hook_guard import guarded
from tracer.capture.mitm.reporter import ProxyReporter


class _Reporter(ProxyReporter):
    """A reporter that only notes failures."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[tuple[str, object]] = []

    def fail(self, error: Exception, source: object = None) -> None:
        self.failures.append((str(error), source))


class _Addon:
    def __init__(self) -> None:
        self.reporter = _Reporter()

    @guarded
    def running(self) -> None:
        raise ValueError("running")

    @guarded
    def http_connect(self, flow: str) -> None:
        raise ValueError("http_connect")

    @guarded
    async def request(self, flow: str) -> None:
        """Fail in a task."""
        await asyncio.sleep(0)
        raise ValueError("request")

    @guarded
    async def client_connected(self, flow: str) -> None:
        raise asyncio.CancelledError


def test_errors_of_hooks_are_failures_with_their_flow() -> None:
    addon = _Addon()
    addon.running()
    addon.http_connect("a")
    asyncio.run(addon.request("b"))
    assert addon.reporter.failures == [("running", None), ("http_connect", "a"), ("request", "b")]


def test_a_hook_stays_what_mitmproxy_sees() -> None:
    assert inspect.iscoroutinefunction(_Addon.request)
    assert not inspect.iscoroutinefunction(_Addon.running)
    assert _Addon.request.__doc__ == "Fail in a task."


def test_a_cancelled_hook_is_no_failure() -> None:
    addon = _Addon()
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(addon.client_connected("a"))
    assert addon.reporter.failures == []
