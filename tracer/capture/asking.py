"""Has mitmproxy ask only those of its addons for a hook that have it.

mitmproxy asks all of its own, about forty, at each of the dozen hooks of an exchange, most of
which one or two of them have: two fifths of the CPU time that a small exchange takes. What is
asked, in what order, and what happens when an addon fails or halts, stays mitmproxy's own affair.
"""

from __future__ import annotations

from collections.abc import Iterator

from mitmproxy import addonmanager, hooks

__all__ = ["ask_whom_it_concerns"]

_OWN = "mitmproxy."


class _Concerned:
    """Those addons in the chain of ``manager``, as it is while they are asked, that may have ``hook``."""

    def __init__(self, manager: addonmanager.AddonManager, hook: str) -> None:
        self._manager = manager
        self._hook = hook
        self._lacking: set[type] = set()

    def __iter__(self) -> Iterator[object]:
        for addon in self._manager.chain:
            if type(addon) in self._lacking:
                continue
            if _may_have(addon, self._hook):
                yield addon
            else:
                self._lacking.add(type(addon))


class _Manager(addonmanager.AddonManager):
    """A manager as another one is, but for its ``chain``."""

    def __init__(self, manager: addonmanager.AddonManager, chain: _Concerned) -> None:
        self.__dict__.update(vars(manager), chain=chain)


class _Index:
    """By the name of a hook: who asks those whom it concerns."""

    def __init__(self, manager: addonmanager.AddonManager) -> None:
        self._manager = manager
        self._by_hook: dict[str, _Manager] = {}

    async def trigger_event(self, event: hooks.Hook) -> None:
        """In the place of the manager's own."""
        asking = self._by_hook.get(event.name)
        if asking is None:
            asking = _Manager(self._manager, _Concerned(self._manager, event.name))
            self._by_hook[event.name] = asking
        await addonmanager.AddonManager.trigger_event(asking, event)


def ask_whom_it_concerns(manager: addonmanager.AddonManager) -> None:
    """From now on. Addons that come or go later are seen."""
    manager.trigger_event = _Index(manager).trigger_event  # type: ignore[method-assign]


def _may_have(addon: object, hook: str) -> bool:
    """Other people's addons, and what holds addons of its own, may get a hook at any time."""
    own = type(addon).__module__.startswith(_OWN)
    return not own or hasattr(addon, hook) or hasattr(addon, "addons")
