"""Has mitmproxy ask only those of its addons for a hook that have it.

mitmproxy asks all of its own, about forty, at each of the dozen hooks of an exchange, most of
which one or two of them have: two fifths of the CPU time that a small exchange takes. What is
asked, in what order, and what happens when an addon fails or halts, stays mitmproxy's own affair.
"""

from __future__ import annotations

from mitmproxy import addonmanager, hooks

__all__ = ["ask_whom_it_concerns"]

_OWN = "mitmproxy."


class _Concerned(addonmanager.AddonManager):
    """A manager as another one is, but for its ``chain``."""

    def __init__(self, manager: addonmanager.AddonManager, chain: list[object]) -> None:
        self.__dict__.update(vars(manager), chain=chain)


class _Index:
    """By the name of a hook: those of the addons in ``manager`` that may have it."""

    def __init__(self, manager: addonmanager.AddonManager) -> None:
        self._manager = manager
        self._chain: list[object] = []
        self._concerned: dict[str, _Concerned] = {}

    async def trigger_event(self, event: hooks.Hook) -> None:
        """In the place of the manager's own."""
        if self._chain != self._manager.chain:
            self._chain = list(self._manager.chain)
            self._concerned = {}
        concerned = self._concerned.get(event.name)
        if concerned is None:
            chain = [addon for addon in self._chain if _may_have(addon, event.name)]
            concerned = self._concerned[event.name] = _Concerned(self._manager, chain)
        if concerned.chain:
            await addonmanager.AddonManager.trigger_event(concerned, event)


def ask_whom_it_concerns(manager: addonmanager.AddonManager) -> None:
    """From now on. Addons that come or go later are seen."""
    manager.trigger_event = _Index(manager).trigger_event  # type: ignore[method-assign]


def _may_have(addon: object, hook: str) -> bool:
    """Other people's addons, and what holds addons of its own, may get a hook at any time."""
    own = type(addon).__module__.startswith(_OWN)
    return not own or hasattr(addon, hook) or hasattr(addon, "addons")
