"""A guard of the addon's hooks: their errors are failures of recording, and stay out of mitmproxy's log."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from tracer.capture.mitm.reporter import ProxyReporter

__all__ = ["guarded"]

_Hook = TypeVar("_Hook", bound=Callable[..., Awaitable[None] | None])


class _Addon(Protocol):
    reporter: ProxyReporter


def guarded(hook: _Hook) -> _Hook:
    """Pass exceptions of ``hook``, with its first argument, to the reporter of its addon.

    mitmproxy would log their secrets and let traffic pass.
    """
    if inspect.iscoroutinefunction(hook):

        @functools.wraps(hook)
        async def guarded_async(self: _Addon, *args: Any) -> None:
            try:
                await hook(self, *args)
            except Exception as error:  # noqa: BLE001 - no error may reach the log
                self.reporter.fail(error, args[0] if args else None)

        return guarded_async  # type: ignore[return-value]

    @functools.wraps(hook)
    def guarded_sync(self: _Addon, *args: Any) -> None:
        try:
            hook(self, *args)
        except Exception as error:  # noqa: BLE001 - no error may reach the log
            self.reporter.fail(error, args[0] if args else None)

    return guarded_sync  # type: ignore[return-value]
