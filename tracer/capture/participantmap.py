"""The configured map of participants, for what neither a catalogue nor a mount path tells."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from tracer.errors import InputError
from tracer.origins import Origin, origin

__all__ = ["ParticipantMap"]

_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


class ParticipantMap:
    """The configured map: which URLs belong to which participant, and who sends through which proxy port.

    Its text is a comma-separated list of ``name=URL`` (what is below that URL is received
    by ``name``) and ``name=PORT`` (what comes in by that port of the proxy is sent by ``name``).
    """

    def __init__(self, text: str = "") -> None:
        self.senders: dict[int, str] = {}
        self._receivers: list[tuple[str, Origin, str]] = []
        for item in filter(None, (part.strip() for part in text.split(","))):
            name, separator, value = item.partition("=")
            if not separator or not _NAME.match(name) or not value:
                raise InputError("participants", f"expected name=URL or name=PORT, got {item!r}")
            if value.isascii() and value.isdigit():
                if not 0 < int(value[:6]) < 2**16:
                    raise InputError("participants", f"not a port: {item!r}")
                self.senders[int(value)] = name
            else:
                self._receivers.append((name, *_origin_and_path(value, item)))

    def with_senders(self, senders: Mapping[int, str]) -> ParticipantMap:
        """This map, with more senders by the port of the proxy that they send through."""
        more = copy.copy(self)
        more.senders = {**self.senders, **senders}
        return more

    def receiver(self, url: str) -> str | None:
        """The participant that the map names for ``url``."""
        place = origin(url) if self._receivers else None
        if place is None:
            return None
        path = urlsplit(url).path
        for name, wanted, prefix in self._receivers:
            if place == wanted and (path + "/").startswith(prefix.rstrip("/") + "/"):
                return name
        return None


def _origin_and_path(value: str, item: str) -> tuple[Origin, str]:
    url = value if "://" in value else f"http://{value}"
    place = origin(url)
    if place is None:
        hint = " (an IPv6 address stands in brackets)" if value.count(":") > 1 else ""
        raise InputError("participants", f"not a URL: {item!r}{hint}")
    return place, urlsplit(url).path
