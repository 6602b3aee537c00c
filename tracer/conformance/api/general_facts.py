"""The facts that hold for all operations of a service, as data."""

from __future__ import annotations

import functools
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["GeneralFacts", "GeneralStatus", "Microversions", "ServiceFacts", "general_facts", "service_facts"]

_FILE = Path(__file__).with_name("general.yaml")


class GeneralStatus(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A status that operations may answer without naming it in the reference."""

    status: int
    when: Literal["always", "with-parameters", "with-content"]
    why: str


class Microversions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The microversions of a service.

    ``type`` is the service type in the header field ``OpenStack-API-Version``. ``headers`` are fields of the
    service's own with the version alone. ``minimum`` is the version of a request that names none.
    """

    type: str
    headers: tuple[str, ...] = ()
    minimum: str


class ServiceFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The facts of a service. ``projection`` is the query parameter that selects fields of the response.

    ``user_objects`` are locations of objects with keys of users' own words beside the documented fields. The
    values of these keys are strings. ``extensions`` are fields that only a cloud with an extension has, by
    the alias of the extension. ``inner_fields`` are fields that the reference requires, by the name of the
    list or object that contains them: they are missing only there.
    """

    microversions: Microversions | None = None
    projection: str = ""
    user_objects: frozenset[str] = frozenset()
    extensions: dict[str, frozenset[str]] = {}
    inner_fields: dict[str, frozenset[str]] = {}

    @property
    def extension_fields(self) -> frozenset[str]:
        """Return the fields of all extensions."""
        return frozenset().union(*self.extensions.values())


class GeneralFacts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of general.yaml. Names of header fields are in lower case."""

    statuses: tuple[GeneralStatus, ...]
    own_headers: tuple[str, ...]
    headers: frozenset[str]
    open_objects: frozenset[str]
    named_objects: frozenset[str]
    services: dict[str, ServiceFacts]

    def is_own_header(self, name: str) -> bool:
        """Return whether a header field belongs to OpenStack, and not to HTTP, a client or a proxy."""
        return any(fnmatchcase(name.lower(), pattern) for pattern in self.own_headers)


@functools.cache
def general_facts() -> GeneralFacts:
    """Return the facts that ship with tracer."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), GeneralFacts, _FILE.name)


def service_facts(service: str) -> ServiceFacts:
    """Return the facts of a service, without any if the file does not name the service."""
    return general_facts().services.get(service, ServiceFacts())
