"""The schemas of Nova's responses in Tempest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .tempest_clients import PACKAGES, client_rules

if TYPE_CHECKING:
    from .route_rules import Rule

__all__ = ["PACKAGES", "read"]


def read() -> tuple[list[str], list[Rule]]:
    """Return no routes, and the rules of the installed package."""
    return [], client_rules("tempest.lib.services.compute", "")
