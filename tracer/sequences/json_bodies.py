"""The content of a JSON body, which a server or a client may have broken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from tracer.model import Body

__all__ = ["json_content"]


def json_content(body: Body | None) -> object:
    """Return the content of a JSON body, None if there is none that can be read."""
    if body is None or body.json is None:
        return None
    try:
        return msgspec.json.decode(body.json)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        return None
