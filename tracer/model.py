"""What a recording is made of: the ground floor, which imports nothing of ours.

The structs are the recording format itself (``format: 1``): their field names and
their order are those of the YAML file, see ``tracer.recording``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

__all__ = [
    "FORMAT",
    "Body",
    "Cloud",
    "Exchange",
    "ExchangeVerdict",
    "HeaderValue",
    "Headers",
    "Label",
    "Omission",
    "Output",
    "Recording",
    "Request",
    "Response",
    "RunVerdict",
    "header",
]

FORMAT = 1

HeaderValue = str | list[str]
Headers = dict[str, HeaderValue]
"""Header fields in the order and case they were sent; a repeated one is a list."""

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e10)]

Omission = Literal["streamed", "too-large", "undecodable", "redaction-failed"]

ExchangeVerdict = Literal["documented", "fallback", "optional", "repeated", "unexpected", "wrong-status"]
RunVerdict = Literal["conforms", "deviates", "undetermined"]
"""``undetermined``: evidence is missing on which exchanges belong to the run."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The content of a message (RFC 9110, section 6.4), decoded; a message without content has none.

    Exactly one of ``json``, ``text``, ``base64`` and ``omitted`` is set. ``size`` counts
    the bytes as they were sent, before any content coding was taken off.
    """

    type: str = ""
    encoding: str = ""
    size: int
    json: str | None = None
    text: str | None = None
    base64: str | None = None
    omitted: Omission | None = None
    sha256: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A request: what the sender asked for. ``url`` is absolute, ``http`` the protocol version."""

    method: str
    url: str
    http: str = ""
    headers: Headers = {}
    body: Body | None = None


class Response(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A response with its status code and reason phrase."""

    status: int
    reason: str = ""
    headers: Headers = {}
    body: Body | None = None


class Exchange(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"sender": "from", "receiver": "to"},
):
    """A request with its response, or with the error that came instead of one.

    ``started`` and ``ended`` are seconds since the run began. ``steps``, ``path`` and
    ``verdict`` are its label.
    """

    steps: list[int] = []
    sender: str
    receiver: str = ""
    path: str = ""
    verdict: ExchangeVerdict | None = None
    started: Seconds
    ended: Seconds | None = None
    redaction: Literal["failed"] | None = None
    request: Request
    response: Response | None = None
    error: str | None = None


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """What matching gives an exchange."""

    steps: tuple[int, ...] = ()
    path: str = ""
    verdict: ExchangeVerdict | None = None


class Cloud(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cloud that answered: its release, where known, and its URL."""

    release: str | None = None
    url: str = ""


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the client command itself printed, and its exit code."""

    exit: int
    stdout: str = ""
    stderr: str = ""


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A run written to disk.

    ``command`` is None where the client's command line is not known; ``notes`` then says
    why. ``missing`` holds the required steps of the sequence that were not seen.
    ``interrupted`` says why a run did not come to its end.
    """

    format: int
    command: str | None
    sequence: str | None = None
    verdict: RunVerdict | None = None
    missing: list[int] = []
    interrupted: str = ""
    cloud: Cloud = Cloud()
    client: str = ""
    recorded: str
    participants: dict[str, str] = {}
    notes: list[str] = []
    exchanges: Sequence[Exchange]
    redacted: dict[str, int] = {}
    output: Output | None = None


def header(headers: Mapping[str, HeaderValue], name: str) -> str | None:
    """The first value of the header field ``name``, whatever its case (RFC 9110, section 5.1)."""
    wanted = name.lower()
    for key, value in headers.items():
        if key.lower() == wanted:
            return value if isinstance(value, str) else (value[0] if value else None)
    return None
