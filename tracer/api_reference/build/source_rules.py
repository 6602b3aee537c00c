"""SourceRules for the facts that the text of a reference leaves open, or has wrong."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tracer.api_reference.operation_types import Selector
from tracer.api_reference.path_templates import shape_of
from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["SourceRules", "load_rules"]

_SELECTORS = Path(__file__).with_name("selectors.yaml")
_CORRECTIONS = Path(__file__).with_name("corrections.yaml")

_Selectors = dict[str, dict[str, Selector]]
"""Selectors by method and shape of the path, then by the last part of the operation's ID."""


class SourceRules(msgspec.Struct, frozen=True, kw_only=True):
    """The rules for one service."""

    selectors: _Selectors = {}
    corrections: dict[str, str] = {}

    def selector(self, method: str, path: str, name: str) -> Selector | None:
        """Return the selector for the operation with that last part of its ID, None without a rule."""
        return self.selectors.get(f"{method} {shape_of(path)}", {}).get(name)

    def actual_path(self, path: str) -> str:
        """Return the path of real requests, empty if it is the documented path."""
        for documented, actual in self.corrections.items():
            if path.startswith(documented):
                return actual + path.removeprefix(documented)
        return ""

    def refuse_unused(self, used: set[str]) -> None:
        """Raise InputError for a selector of an operation whose ID does not end with a name in ``used``."""
        for request, names in self.selectors.items():
            for name in names:
                if name not in used:
                    raise InputError(_SELECTORS.name, "no release has this operation", f"{request}: {name}")


def load_rules(service: str) -> SourceRules:
    """Return the rules for ``service``."""
    selectors = typed(
        yaml_text.load(read(_SELECTORS), _SELECTORS.name), dict[str, _Selectors], _SELECTORS.name
    )
    corrections = typed(
        yaml_text.load(read(_CORRECTIONS), _CORRECTIONS.name), dict[str, dict[str, str]], _CORRECTIONS.name
    )
    return SourceRules(selectors=selectors.get(service, {}), corrections=corrections.get(service, {}))
