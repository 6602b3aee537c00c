"""The services with a reference, and the versions of their source distributions."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tracer.errors import InputError
from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["ReferenceSource", "Sources", "sources"]

_FILE = Path(__file__).with_name("sources.yaml")


class ReferenceSource(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service with a reference: see ``sources.yaml``."""

    type: str
    url: str
    package: str = ""
    notes: str = ""
    qualifiers: dict[str, str] = {}
    mount: str = ""

    def qualifier(self, page: str) -> str:
        """Return the prefix of the IDs of operations on a page: ``v2.``, or an empty text."""
        return next((f"{prefix}." for start, prefix in self.qualifiers.items() if page.startswith(start)), "")


class Sources(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The services by name, and the versions of source distributions by release."""

    services: dict[str, ReferenceSource]
    releases: dict[str, dict[str, str]]

    def package(self, service: str, release: str) -> str:
        """Return the source distribution of a service's reference in a release, as ``name==version``.

        Raises InputError for an unknown release.
        """
        if release not in self.releases:
            known = ", ".join(self.releases)
            raise InputError("RELEASE", f"no versions for {release!r} in {_FILE.name}; known: {known}")
        name = self.services[service].package or service
        return f"{name}=={self.releases[release][name]}"


def sources() -> Sources:
    """Return the content of ``sources.yaml``."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), Sources, _FILE.name)
