"""The names of OpenStack releases, and their order: code names up to Zed, then year and number."""

from __future__ import annotations

import re

from tracer.errors import InputError

__all__ = ["PATTERN", "also", "canonical", "checked", "holds", "is_openstack", "meant", "order"]

_CODE_NAMES = (
    "austin|bexar|cactus|diablo|essex|folsom|grizzly|havana|icehouse|juno|kilo|liberty|mitaka|newton|ocata|pike"
    "|queens|rocky|stein|train|ussuri|victoria|wallaby|xena|yoga|zed"
)
PATTERN = rf"^({_CODE_NAMES}|master|20[2-9]\d\.[12])$"
"""The name of a release: ``zed``, ``2026.2``. ``master`` is later than all others."""

_PATTERN = re.compile(PATTERN)

_OTHER_NAMES = {
    "2020.1": "ussuri",
    "2020.2": "victoria",
    "2021.1": "wallaby",
    "2021.2": "xena",
    "2022.1": "yoga",
    "2022.2": "zed",
    "antelope": "2023.1",
    "bobcat": "2023.2",
    "caracal": "2024.1",
    "dalmatian": "2024.2",
    "epoxy": "2025.1",
    "flamingo": "2025.2",
    "gazpacho": "2026.1",
    "hibiscus": "2026.2",
}
_ALSO = {name: alias for alias, name in _OTHER_NAMES.items()}
_KNOWN = [name for name in (*_CODE_NAMES.split("|"), *_OTHER_NAMES, "master") if name.isalpha()]
_LONGEST = max(map(len, _KNOWN))


def canonical(name: str) -> str:
    """Return the canonical name of a release: ``2023.1`` for ``Antelope``, ``zed`` for ``2022.2``.

    Return an unknown name unchanged.
    """
    lower = name.lower()
    main_name = _OTHER_NAMES.get(lower, lower)
    return main_name if _PATTERN.fullmatch(main_name) else name


def checked(name: str) -> str:
    """Return the canonical name of a release that recordings may be kept under: one part of a path.

    Raises InputError for other texts, and for a code name with a typing error.
    """
    if "/" in name or name in {"", ".", ".."}:
        raise InputError("release", f"expected a name without a path, such as zed or 2026.2, got {name!r}")
    if code_name := meant(name):
        raise InputError("release", f"unknown release {name!r}; did you mean {code_name}?")
    return canonical(name)


def is_openstack(name: str) -> bool:
    """Return whether ``name`` is a name of an OpenStack release, and not a name of the user's own."""
    return bool(_PATTERN.fullmatch(canonical(name)))


def meant(name: str) -> str | None:
    """Return the code name that ``name`` differs from in a single edit, None if there is none.

    An edit inserts, deletes, or replaces a character, or exchanges two neighbours (OSA distance).
    """
    lower = name.lower()
    if _PATTERN.fullmatch(canonical(name)) or not 2 <= len(name) <= _LONGEST + 1:
        return None
    from rapidfuzz.distance import OSA

    return next((known for known in _KNOWN if OSA.distance(known, lower, score_cutoff=1) == 1), None)


def also(release: str) -> str:
    """Return the second name of a release, such as ``antelope`` for ``2023.1``, empty if there is none."""
    return _ALSO.get(release, "")


def order(release: str) -> tuple[int, str]:
    """Return a sort key: code names in alphabetical order up to Zed, then numbers, then ``master``."""
    name = canonical(release)
    if name == "master":
        return 2, ""
    return (1, name) if name[:1].isdigit() else (0, name)


def holds(since: str | None, until: str | None, release: str | None) -> bool | None:
    """Return whether ``release`` is in the range from ``since`` to ``until``, both included.

    A limit may be None: no limit. With a limit and an unknown release, return None.
    """
    if since is None and until is None:
        return True
    if release is None or not _PATTERN.fullmatch(canonical(release)):
        return None
    here = order(release)
    return (since is None or order(since) <= here) and (until is None or here <= order(until))
