"""Patches of mitmproxy's objects that respect the patches of others and can be removed."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

__all__ = ["Removal", "patch"]

Removal = Callable[[], None]
"""Removes a patch. A second call does nothing."""


class _Layer:
    """A method of one object, as it is with a patch, above what was there before."""

    def __init__(self, owner: object, name: str, replacement: Callable[..., Any]) -> None:
        self._owner = owner
        self._name = name
        self._replacement: Callable[..., Any] | None = replacement
        # The class is asked at each call: others may patch it later.
        self._own_before = vars(owner).get(name)

    def __call__(self, *args: Any) -> Any:
        before = self._own_before
        if before is None:
            before = types.MethodType(getattr(type(self._owner), self._name), self._owner)
        return before(*args) if self._replacement is None else self._replacement(before, *args)

    def remove(self) -> None:
        """Restore what was there before. Below the patch of another, become transparent instead."""
        self._replacement = None
        methods = vars(self._owner)
        while isinstance(top := methods.get(self._name), _Layer) and top._replacement is None:
            if top._own_before is None:
                delattr(self._owner, self._name)
            else:
                setattr(self._owner, self._name, top._own_before)


def patch(owner: object, name: str, replacement: Callable[..., Any]) -> Removal:
    """Replace the method ``name`` of one object. Return a function that removes the patch.

    ``replacement`` is called with the method as it was before, bound, and the arguments.
    """
    layer = _Layer(owner, name, replacement)
    setattr(owner, name, layer)
    return layer.remove
