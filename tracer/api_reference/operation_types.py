"""The types of the API reference: a service and its operations."""

from __future__ import annotations

import msgspec

__all__ = ["Operation", "Parameter", "Reference", "Selector"]


class Parameter(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"location": "in", "min_version": "min", "max_version": "max"},
):
    """A parameter of a request, or a field of a response.

    ``location`` is ``path``, ``query``, ``header`` or ``body``. The reference does not say in which object of
    a body a field is. ``min_version`` and ``max_version`` are microversions.
    """

    name: str
    location: str
    type: str = ""
    required: bool = False
    min_version: str = ""
    max_version: str = ""


class Selector(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Conditions that distinguish operations with the same method and path. All of them must hold.

    ``body`` has conditions on the body, ``query`` on the parameters of the query: ``server.name`` is there,
    ``!auth.scope`` is not there, ``type=MX`` has that value, ``max_count!=1`` has another value. Dots
    separate the keys of nested objects, and ``|`` separates alternatives in a key. A value may be a parameter
    of the path: ``volumeId={volume_id}``. ``address`` are parameters of the path that must be IP addresses.
    With ``never``, no request selects the operation: the reference documents the same request twice.
    """

    body: tuple[str, ...] = ()
    query: tuple[str, ...] = ()
    address: tuple[str, ...] = ()
    never: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An operation in the releases from ``since`` to ``until``; empty: from the first, to the last.

    If the facts of an operation change between two releases, it has an entry for each range of releases, with
    the same ``id``. ``page`` and ``anchor`` are those of the newest reference; without an anchor, the link
    leads to the page. ``request`` has the parameters of a request, ``response`` the fields of a response.
    ``actual_path`` is the path of real requests, if the path of the reference is wrong.
    """

    id: str
    name: str
    method: str
    path: str
    since: str = ""
    until: str = ""
    actual_path: str = ""
    selector: Selector = Selector()
    page: str = ""
    anchor: str = ""
    min_version: str = ""
    max_version: str = ""
    success: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    request: tuple[Parameter, ...] = ()
    response: tuple[Parameter, ...] = ()


class Reference(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The operations of a service, and the address of its pages."""

    service: str
    type: str
    url: str
    releases: tuple[str, ...]
    operations: tuple[Operation, ...]
