"""The order of OpenStack releases: code names up to Zed, then year and number."""

from __future__ import annotations

import re

__all__ = ["PATTERN", "holds", "order"]

_CODE_NAMES = (
    "austin|bexar|cactus|diablo|essex|folsom|grizzly|havana|icehouse|juno|kilo|liberty|mitaka|newton|ocata|pike"
    "|queens|rocky|stein|train|ussuri|victoria|wallaby|xena|yoga|zed"
)
PATTERN = rf"^({_CODE_NAMES}|master|20[2-9]\d\.[12])$"
"""A release's name: ``zed``, ``2026.2``; ``master`` is later than all others."""

_PATTERN = re.compile(PATTERN)


def order(release: str) -> tuple[int, str]:
    """What releases are sorted by. Code names began with A and went up the alphabet until Zed."""
    if release == "master":
        return 2, ""
    return (1, release) if release[:1].isdigit() else (0, release)


def holds(since: str | None, until: str | None, release: str | None) -> bool | None:
    """Whether something that came with ``since`` and went after ``until`` is in ``release``.

    None where that cannot be told, as the release is not known.
    """
    if since is None and until is None:
        return True
    if release is None or not _PATTERN.fullmatch(release):
        return None
    here = order(release)
    return (since is None or order(since) <= here) and (until is None or here <= order(until))
