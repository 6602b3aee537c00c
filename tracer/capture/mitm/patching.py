"""Removable patches of mitmproxy's objects, which preserve the patches of other addons."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

__all__ = ["Removal", "patch"]

Removal = Callable[[], None]
"""A function that removes a patch. A second call does nothing."""


class _Layer:
    """A patched method of one object, on top of the earlier method."""

    def __init__(self, owner: object, name: str, replacement: Callable[..., Any]) -> None:
        self._owner = owner
        self._name = name
        self._replacement: Callable[..., Any] | None = replacement
        # None: each call looks the method up in the class, which may be patched later.
        self.own_before = vars(owner).get(name)

    def __call__(self, *args: Any) -> Any:
        before = self.own_before
        if before is None:
            before = types.MethodType(getattr(type(self._owner), self._name), self._owner)
        return before(*args) if self._replacement is None else self._replacement(before, *args)

    @property
    def removed(self) -> bool:
        """True after ``remove``."""
        return self._replacement is None

    def remove(self) -> None:
        """Restore the earlier method. Below another patch, pass calls through unchanged instead."""
        self._replacement = None
        methods = vars(self._owner)
        while isinstance(top := methods.get(self._name), _Layer) and top.removed:
            if top.own_before is None:
                delattr(self._owner, self._name)
            else:
                setattr(self._owner, self._name, top.own_before)


def patch(owner: object, name: str, replacement: Callable[..., Any]) -> Removal:
    """Replace the method ``name`` of one object. Return a function that removes the patch.

    ``replacement`` is called with the earlier method, bound to its object, and the arguments.
    """
    layer = _Layer(owner, name, replacement)
    setattr(owner, name, layer)
    return layer.remove
