"""The user's map of participants, for URLs without a service catalogue or a known mount path."""

from __future__ import annotations

import copy
import re
from typing import TYPE_CHECKING

from tracer.errors import InputError
from tracer.urls import UrlOrigin, origin, path_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tracer.sequences import Catalogue

__all__ = ["CLIENT", "ParticipantMap"]

CLIENT = "client"
"""The participant that sends the requests of a command."""

_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")
_VERSION = re.compile(r"/v\d+(\.\d+)?/*\Z")


class ParticipantMap:
    """The user's map of URLs to receivers, and of proxy ports to senders.

    ``text`` is a comma-separated list. ``name=URL`` makes ``name`` the receiver of all requests below
    that URL. ``name=PORT`` makes ``name`` the sender of all requests through that port of the proxy.
    Raises InputError for any other item.
    """

    def __init__(self, text: str = "") -> None:
        self.senders: dict[int, str] = {}
        self.receivers: list[tuple[str, UrlOrigin, str]] = []
        self.catalogue: Catalogue | None = None
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, separator, value = item.partition("=")
            if not separator or not _NAME.match(name) or not value:
                raise InputError("participants", f"expected name=URL or name=PORT, got {item!r}")
            if value.isascii() and value.isdigit():
                if not 0 < int(value[:6]) < 2**16:
                    raise InputError("participants", f"not a port: {item!r}")
                self.senders[int(value)] = name
            else:
                self.receivers.append((name, *_origin_and_path(value, item)))

    @property
    def service_ports(self) -> frozenset[int]:
        """The proxy ports of senders other than the client."""
        return frozenset(port for port, name in self.senders.items() if name != CLIENT)

    def with_senders(self, senders: Mapping[int, str]) -> ParticipantMap:
        """Return a copy with additional ``senders``, by their proxy port."""
        more = copy.copy(self)
        more.senders = {**self.senders, **senders}
        return more

    def with_auth_url(self, url: str) -> ParticipantMap:
        """Return a copy that finds Keystone below ``url`` without its version; ``self`` if it is no URL.

        Own receivers of the user come first.
        """
        url_origin = origin(url)
        if url_origin is None:
            return self
        more = copy.copy(self)
        mount = _VERSION.sub("", path_of(url))
        more.receivers = [*self.receivers, ("keystone", url_origin, mount)]
        return more

    def with_catalogue(self, catalogue: Catalogue) -> ParticipantMap:
        """Return a copy that finds other receivers in ``catalogue``."""
        more = copy.copy(self)
        more.catalogue = catalogue
        return more

    def receiver(self, url: str) -> str | None:
        """Return the participant that receives requests to ``url``, None if the map has none."""
        target = origin(url) if self.receivers else None
        path = path_of(url) if target else ""
        for name, wanted, prefix in self.receivers:
            if target == wanted and (path + "/").startswith(prefix.rstrip("/") + "/"):
                return name
        service = self.catalogue.service(url) if self.catalogue else None
        return service[0] if service else None


def _origin_and_path(value: str, item: str) -> tuple[UrlOrigin, str]:
    url = value if "://" in value else f"http://{value}"
    url_origin = origin(url)
    if url_origin is None:
        hint = " (an IPv6 address stands in brackets)" if value.count(":") > 1 else ""
        raise InputError("participants", f"not a URL: {item!r}{hint}")
    return url_origin, path_of(url)
