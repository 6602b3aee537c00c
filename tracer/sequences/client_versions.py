"""The client of a run, by the versions of its packages. Conditions of documented exchanges refer to them."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tracer import releases
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.sequences.client_conditions import CLIENT_PACKAGE, PACKAGES, bounds_of, version_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tracer.model import Recording
    from tracer.sequences.client_conditions import Condition, Version
    from tracer.sequences.schema import Entry

__all__ = ["UNKNOWN", "Client", "client_of", "holds", "is_version", "known_client", "possible_clients"]

_FILE = Path(__file__).with_name("clients.yaml")
_SDK = "openstacksdk"
_ENDLESS = 10**9
_VERSION = re.compile(r"\d{1,9}(?:\.\d{1,9}){1,3}")
_PRODUCT = re.compile(r"\b(openstacksdk|keystoneauth1)/(\d{1,9}(?:\.\d{1,9}){1,3})")


class Client(NamedTuple):
    """The client of a run, as far as it is known.

    ``versions`` has the first and the last version that each package may have. ``releases`` are the OpenStack
    releases that the client may be of. Both are empty for an unknown client.
    """

    versions: tuple[tuple[str, Version, Version], ...] = ()
    releases: tuple[str, ...] = ()

    def with_version(self, package: str, version: Version) -> Client:
        """Return the client with exactly this ``version`` of ``package``."""
        others = (known for known in self.versions if known[0] != package)
        return self._replace(versions=((package, version, version), *others))


UNKNOWN = Client()
"""A client without any known version."""


def client_of(recording: Recording) -> Client:
    """Return the client of ``recording``. Without a version of openstacksdk, its cloud's release decides."""
    client = known_client(recording.client, recording.cloud.release)
    for package, version in recording.client_versions.items():
        if is_version(version):
            client = client.with_version(package, version_key(version))
    return client


def is_version(text: str) -> bool:
    """Return whether ``text`` is the version of a published package, such as ``4.10.0``."""
    return bool(_VERSION.fullmatch(text))


def known_client(user_agent: str, cloud_release: str | None = None) -> Client:
    """Return the client that ``user_agent`` describes, by default the client of the cloud's release."""
    shown = {package: version_key(version) for package, version in _PRODUCT.findall(user_agent)}
    if _SDK in shown:
        versions = tuple((package, version, version) for package, version in sorted(shown.items()))
        return Client(versions, _releases_of(shown[_SDK]))
    if cloud_release is None or not re.fullmatch(releases.PATTERN, releases.canonical(cloud_release)):
        return UNKNOWN
    ranges = _clients()[_nearest(cloud_release)]
    versions = tuple(
        (package, version_key(first), version_key(last)) for package, (first, last) in ranges.items()
    )
    return Client(versions, (cloud_release,))


def holds(entry: Entry, client: Client) -> bool | None:
    """Return whether ``client`` sends the exchange of ``entry``; None if its versions do not show it."""
    answers = {_from(entry.since, client), _up_to(entry.until, client)}
    if False in answers:
        return False
    return None if None in answers else True


def possible_clients(entries: Iterable[Entry], client: Client) -> tuple[Client, ...]:
    """Return the clients that ``client`` may be, if the conditions of ``entries`` distinguish them.

    The known versions may be those of clients before and after a change. An unknown client stays unknown.
    """
    undecided = [entry for entry in entries if holds(entry, client) is None]
    conditions = [condition for entry in undecided for condition in (entry.since, entry.until) if condition]
    if not client.versions or not conditions:
        return (client,)
    clients = [client.with_version(CLIENT_PACKAGE, version) for version in _candidates(undecided)]
    clients = clients or [client]
    if any(isinstance(condition, str) for condition in conditions):
        clients = [each._replace(releases=(release,)) for each in clients for release in each.releases]
    return tuple(clients)


def _candidates(entries: Iterable[Entry]) -> list[Version]:
    """Return versions of the client on both sides of each of its changes that ``entries`` name.

    The last version before a change and the first one after it may both be named: no client lies between.
    """
    first: set[Version] = set()
    last: set[Version] = set()
    for entry in entries:
        first.update(bounds_of(entry.since).get(CLIENT_PACKAGE, ()))
        last.update(bounds_of(entry.until).get(CLIENT_PACKAGE, ()))
    named = first | last
    before = {
        (*version[:-1], version[-1] - 1, _ENDLESS) if version else (-1,)
        for version in first
        if max((each for each in named if each < version), default=None) not in last
    }
    after = {
        (*version, 1)
        for version in last
        if min((each for each in named if each > version), default=None) not in first
    }
    return sorted(named | before | after)


def _from(condition: Condition | None, client: Client) -> bool | None:
    """Return whether ``client`` is not older than ``condition``."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return _common(releases.holds(condition, None, release) for release in client.releases)
    return _by_versions(bounds_of(condition), client)


def _up_to(condition: Condition | None, client: Client) -> bool | None:
    """Return whether ``client`` is not newer than ``condition``."""
    if condition is None:
        return True
    if isinstance(condition, str):
        return _common(releases.holds(None, condition, release) for release in client.releases)
    # A client up to a version is a client that is not newer than this version.
    newer = _by_versions(bounds_of(condition), client, beyond=True)
    return None if newer is None else not newer


def _by_versions(
    bounds: Mapping[str, tuple[Version, Version]], client: Client, *, beyond: bool = False
) -> bool | None:
    """Return whether ``client`` has reached ``bounds`` or, if ``beyond``, is beyond them.

    The bounds of a package are the first version that may be enough, and the first that is enough. The
    version of the client itself decides, then openstacksdk, on which the client depends, then others.
    """
    known = {package: (lowest, highest) for package, lowest, highest in client.versions}
    for package in PACKAGES:
        if package in bounds and package in known:
            first, last = bounds[package]
            answer = _common(_reached(version, first, last, beyond=beyond) for version in known[package])
            if answer is not None:
                return answer
    return None


def _reached(version: Version, first: Version, last: Version, *, beyond: bool) -> bool | None:
    if (version > last) if beyond else (version >= last):
        return True
    if (version <= first) if beyond else (version < first):
        return False
    return None


def _common(answers: Iterable[bool | None]) -> bool | None:
    """Return the only answer, None without an answer or with several."""
    distinct = set(answers)
    return distinct.pop() if len(distinct) == 1 else None


def _releases_of(sdk: Version) -> tuple[str, ...]:
    """Return the releases that a client with the version ``sdk`` of openstacksdk may be of.

    A client older than all known clients counts as the oldest, a newer one as the newest. Between the
    versions of two releases, it may be of both.
    """
    earlier: str | None = None
    for release, ranges in _clients().items():
        first, last = map(version_key, ranges[_SDK])
        if sdk <= last:
            return (release,) if earlier is None or first <= sdk else (earlier, release)
        earlier = release
    assert earlier is not None, "the file has releases"
    return (earlier,)


def _nearest(cloud_release: str) -> str:
    """Return the latest known release up to ``cloud_release``, by default the oldest."""
    here = releases.order(cloud_release)
    known = list(_clients())
    return next((release for release in reversed(known) if releases.order(release) <= here), known[0])


@functools.cache
def _clients() -> dict[str, dict[str, tuple[str, str]]]:
    """Return the first and the last version of each package by release, the oldest release first."""
    source = _FILE.name
    return typed(yaml_text.load(read(_FILE), source), dict[str, dict[str, tuple[str, str]]], source)
