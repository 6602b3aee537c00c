"""Media types of bodies, as recorded and as documented."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from tracer.model import Body, Headers, header

if TYPE_CHECKING:
    from tracer.sequences.observations import Observation
    from tracer.sequences.schema import Entry, MediaTypes

__all__ = ["media_type_of", "media_type_problem"]

_JSON = "application/json"


def media_type_of(headers: Headers, body: Body | None) -> str | None:
    """Return the media type of a body without parameters, None without a body.

    If the header field and the recorded type differ, return both. If a JSON body is no JSON, the text says
    so.
    """
    if body is None:
        return None
    stated = [_plain(header(headers, "Content-Type") or ""), _plain(body.type)]
    types = " and ".join(dict.fromkeys(filter(None, stated))) or "none"
    is_json = types == _JSON or types.endswith("+json")
    if is_json and body.json is None and body.omitted is None:
        types += ", but not JSON"
    return sys.intern(types)


def media_type_problem(seen: Observation, entry: Entry, default: MediaTypes) -> str | None:
    """Return the difference between the bodies of ``seen`` and the media types of ``entry``, or None.

    ``default`` has the media types of the sequence; without any, none are documented. The body of an error
    may have any type.
    """
    messages = [("request", seen.request_type, entry.request_type)]
    if seen.status is not None and seen.status < 400:
        messages.append(("response", seen.response_type, entry.response_type))
    for message, media_type, own in messages:
        documented = own or default
        if media_type is not None and documented and media_type not in documented:
            expected = " or ".join(documented)
            return f"the media type of the {message} is {media_type} where {expected} is expected"
    return None


def _plain(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
