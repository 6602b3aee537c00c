"""Requests of a suite as data."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

import msgspec

__all__ = ["FileName", "Status", "SuiteRequest"]

FileName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$(?!\n)", max_length=64)]
Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
_ServiceType = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$(?!\n)", max_length=64)]
_Path = Annotated[str, msgspec.Meta(pattern=r"^/[^\x00-\x20\x7f\s'\"\\?#]*$(?!\n)")]
_HeaderName = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$(?!\n)")]
_HeaderText = Annotated[str, msgspec.Meta(pattern=r"^([!-~]([ -~]*[!-~])?)?$(?!\n)")]
_Parameter = str | int | bool

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class SuiteRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One request, with placeholders such as ``{image_id}`` in its texts.

    ``service`` is the type of the service in the catalogue, and ``path`` the path at the service: with the
    version of the API, or below the URL in the catalogue. ``query`` maps parameters to values. ``body`` is
    sent as JSON, ``text`` as it is, and ``file`` is a file of the suite; a request has at most one of them.
    """

    service: _ServiceType
    method: Method = "GET"
    path: _Path
    query: dict[str, _Parameter | list[_Parameter]] = {}
    headers: dict[_HeaderName, _HeaderText] = {}
    body: Any = None
    text: str | None = None
    file: FileName | None = None

    def __post_init__(self) -> None:
        if sum(content is not None for content in (self.body, self.text, self.file)) > 1:
            raise ValueError("a request has one of body, text and file")
        if not _is_json(self.body):
            raise ValueError("the body is no JSON: a key is no text, or a number is not finite")

    @property
    def target(self) -> str:
        """Return the path with the query."""
        parameters = {
            name: [_text(item) for item in value] if isinstance(value, list) else _text(value)
            for name, value in self.query.items()
        }
        # Placeholders and separators stay readable.
        query = urlencode(parameters, doseq=True, safe="{}:,@/", quote_via=quote)
        return f"{self.path}?{query}" if query else self.path

    @property
    def line(self) -> str:
        """Return the request line: method, path and query."""
        return f"{self.method} {self.target}"


def _is_json(value: Any) -> bool:
    """Return whether a value of YAML is one of JSON, too."""
    if isinstance(value, dict):
        keys = all(isinstance(key, str | int) and not isinstance(key, bool) for key in value)
        return keys and all(map(_is_json, value.values()))
    if isinstance(value, list):
        return all(map(_is_json, value))
    return not isinstance(value, float) or math.isfinite(value)


def _text(value: _Parameter) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
