"""Skip addons that do not implement a hook.

An exchange triggers a dozen hooks. For each hook, mitmproxy visits all of its own addons, about forty,
although one or two addons implement it. These visits take two fifths of the CPU time of a small exchange.
The order of addons and the handling of errors remain those of mitmproxy.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from mitmproxy import addonmanager, hooks

from tracer.capture.mitm.patching import Removal, patch

__all__ = ["install"]

_OWN = "mitmproxy."

_Trigger = Callable[[hooks.Hook], Coroutine[Any, Any, None]]


class _Implementers:
    """The addons of ``manager`` that may implement ``hook``, computed anew by each iteration."""

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
    """A manager with a shorter ``chain`` that shares all other state with the original."""

    __slots__ = ("_implementers",)

    def __init__(self, manager: addonmanager.AddonManager, implementers: _Implementers) -> None:
        self.__dict__ = vars(manager)
        self._implementers = implementers

    @property
    def chain(self) -> _Implementers:  # type: ignore[override]
        return self._implementers


def install(manager: addonmanager.AddonManager) -> Removal:
    """Skip addons that do not implement a hook. Return a function that removes the patch.

    Addons may be added and removed later. If another patch has replaced the manager's ``trigger_event``,
    that replacement is called unchanged.
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
    """Return whether ``addon`` has ``hook`` or may get it later.

    Addons from outside mitmproxy, and addons that contain addons, may get a hook at any time.
    """
    own = type(addon).__module__.startswith(_OWN)
    return not own or hasattr(addon, hook) or hasattr(addon, "addons")
