"""Conditions of an exchange: the first and the last client that sends it."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

import msgspec

from tracer.releases import PATTERN, order

__all__ = [
    "CLIENT_PACKAGE", "PACKAGES", "Condition", "Version", "bounds_of", "check_conditions", "version_key",
]  # fmt: skip

CLIENT_PACKAGE = "python-openstackclient"
"""The package of the ``openstack`` command. Its version decides, but a User-Agent does not show it."""

_VERSION = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9}){1,3}")

Version = tuple[int, ...]
"""The numbers of a version, without zeros at the end."""

Package = Literal["python-openstackclient", "openstacksdk", "keystoneauth1"]
PACKAGES: tuple[Package, ...] = get_args(Package)
"""The packages of the client, from the package that decides most to the one that decides least."""

# A pattern beside a dict in a union makes msgspec 0.22 free memory twice, so ``Entry`` checks the texts.
VersionText = Annotated[str, msgspec.Meta(extra_json_schema={"pattern": f"^{_VERSION.pattern}$"})]
Overlap = Annotated[tuple[VersionText, ...], msgspec.Meta(min_length=2, max_length=2)]
Condition = (
    Annotated[str, msgspec.Meta(extra_json_schema={"pattern": PATTERN})]
    | dict[Package, VersionText | Overlap]
)
"""The first or the last client that sends an exchange: a version of each package, or a release.

Two versions of a package are an overlap: clients with these versions, or with those between them, may be
older or newer than the change. A User-Agent shows the versions of keystoneauth1 and openstacksdk.
"""


def check_conditions(since: Condition | None, until: Condition | None) -> None:
    """Raise ValueError if a condition is not valid, or if ``since`` comes after ``until``."""
    _check("since", since)
    _check("until", until)
    if isinstance(since, str) and isinstance(until, str) and order(since) > order(until):
        raise ValueError(f"since {since} comes after until {until}")
    ends = bounds_of(until)
    for package, (first, _) in bounds_of(since).items():
        if package in ends and first > ends[package][1]:
            raise ValueError(f"since comes after until, for the versions of {package}")


def version_key(text: str) -> Version:
    """Return the numbers of a version for comparison: ``(4, 10)`` for ``4.10.0``."""
    numbers = [int(part) for part in text.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def bounds_of(condition: Condition | None) -> dict[str, tuple[Version, Version]]:
    """Return the two versions of each package in ``condition``, equal without an overlap."""
    if condition is None or isinstance(condition, str):
        return {}
    pairs = {
        package: (version, version) if isinstance(version, str) else version
        for package, version in condition.items()
    }
    return {package: (version_key(first), version_key(last)) for package, (first, last) in pairs.items()}


def _check(name: str, condition: Condition | None) -> None:
    if isinstance(condition, str) and not re.fullmatch(PATTERN, condition):
        raise ValueError(f"{name} must be a release, such as zed or 2023.1, or versions, not {condition!r}")
    if condition is None or isinstance(condition, str):
        return
    if not condition:
        raise ValueError(f"{name} must have the version of a package")
    for package, value in condition.items():
        versions = (value,) if isinstance(value, str) else value
        for version in versions:
            if not _VERSION.fullmatch(version):
                raise ValueError(f"{name}: the version of {package} must be like 4.10.0, not {version!r}")
        if version_key(versions[0]) > version_key(versions[-1]):
            raise ValueError(f"{name}: the versions of {package} must be in order, the lower one first")
