"""Skip addons that do not implement a hook.

mitmproxy asks all of its own, about forty, at each of the dozen hooks of an exchange, most of
which one or two of them have: two fifths of the CPU time that a small exchange takes. What is
asked, in what order, and what happens when an addon fails or halts, stays mitmproxy's own affair.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from mitmproxy import addonmanager, hooks

from tracer.capture.patching import Removal, patch

__all__ = ["ask_whom_it_concerns"]

_OWN = "mitmproxy."

_Trigger = Callable[[hooks.Hook], Coroutine[Any, Any, None]]


class _Implementers:
    """The addons in the chain of ``manager``, as it is while they are asked, that may implement ``hook``."""

    def __init__(self, manager: addonmanager.AddonManager, hook: str) -> None:
        self._manager = manager
        self._hook = hook
        self._lacking: set[type] = set()

    def __iter__(self) -> Iterator[object]:
        for addon in self._manager.chain:
            if type(addon) in self._lacking:
                continue
            if _may_implement(addon, self._hook):
                yield addon
            else:
                self._lacking.add(type(addon))


class _View(addonmanager.AddonManager):
    """The same manager with a shorter ``chain``; all other state is shared."""

    __slots__ = ("_implementers",)

    def __init__(self, manager: addonmanager.AddonManager, implementers: _Implementers) -> None:
        self.__dict__ = vars(manager)
        self._implementers = implementers

    @property
    def chain(self) -> _Implementers:  # type: ignore[override]
        return self._implementers


def ask_whom_it_concerns(manager: addonmanager.AddonManager) -> Removal:
    """Skip addons without a hook from now on; addons that come or go later are seen.

    Return a function that removes the patch. If somebody else has replaced the manager's
    ``trigger_event``, that is called as before, and decides by itself whom to ask.
    """
    views: dict[str, _View] = {}

    async def trigger_event(before: _Trigger, event: hooks.Hook) -> None:
        if getattr(before, "__self__", None) is not manager:
            await before(event)
            return
        view = views.get(event.name)
        if view is None:
            view = views[event.name] = _View(manager, _Implementers(manager, event.name))
        await before.__func__(view, event)  # type: ignore[attr-defined]

    return patch(manager, "trigger_event", trigger_event)


def _may_implement(addon: object, hook: str) -> bool:
    """Other people's addons, and what holds addons of its own, may get a hook at any time."""
    own = type(addon).__module__.startswith(_OWN)
    return not own or hasattr(addon, hook) or hasattr(addon, "addons")
