"""The structs of a recording. This module imports nothing else of tracer.

The structs are the recording format itself (``format: 2``): names and order of their fields are those of
the YAML file, see ``tracer.recording``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec

__all__ = [
    "FORMAT",
    "SAFE_METHODS",
    "Body",
    "Cloud",
    "Doubt",
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
    "RunNote",
    "RunVerdict",
    "Span",
    "duration",
    "end_time",
    "free_note",
    "header",
]

FORMAT = 2

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods of requests that change nothing (RFC 9110, section 9.2.1)."""

HeaderValue = str | list[str]
Headers = dict[str, HeaderValue]
"""Header fields in the order and case in which they were sent. A repeated field is a list of values."""

Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e10)]

Omission = Literal["streamed", "too-large", "undecodable", "redaction-failed"]

ExchangeVerdict = Literal["documented", "fallback", "optional", "repeated", "unexpected", "wrong-status"]
RunVerdict = Literal["conforms", "deviates", "undetermined"]
"""``undetermined`` means that evidence is missing, see ``Doubt``."""
Doubt = Literal["exchanges", "client"]
"""The missing evidence: which exchanges belong to the run, or which version of the client sent them."""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The decoded content of a message (RFC 9110, section 6.4). A message without content has no ``Body``.

    Exactly one of ``json``, ``text``, ``base64`` and ``omitted`` is set. ``size`` is the number of bytes as
    sent, with the content coding.
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
    """A request. ``url`` is absolute, ``http`` is the protocol version."""

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


class Span(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A measured piece of work inside a service (OSProfiler).

    ``kind`` is the kind of work, such as ``db`` or ``rpc``. ``parent`` is the ``id`` of the span that caused
    this one. ``started`` and ``ended`` are in seconds since the beginning of the run.
    """

    id: str
    parent: str = ""
    kind: str
    name: str
    statement: str = ""
    started: Seconds
    ended: Seconds | None = None


class Exchange(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"sender": "from", "receiver": "to"},
):
    """A request with its response, or with an error in place of the response.

    ``started`` and ``ended`` are in seconds since the beginning of the run. ``steps``, ``operation``,
    ``path``, ``verdict`` and ``cause`` are the label of the exchange. ``operation`` is an ID of the API
    reference, such as ``image.show-image``. ``cause`` is the request ID of the request for which a service
    sent this one: the ID in the response to it. ``spans`` is the work of the receiver: a key for later
    versions, which tracer reads and does not write.
    """

    steps: list[int] = []
    sender: str
    receiver: str = ""
    operation: str = ""
    path: str = ""
    verdict: ExchangeVerdict | None = None
    cause: str = ""
    started: Seconds
    ended: Seconds | None = None
    redaction: Literal["failed"] | None = None
    request: Request
    response: Response | None = None
    error: str | None = None
    spans: list[Span] = []


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """The label of an exchange: the result of matching it with a sequence."""

    steps: tuple[int, ...] = ()
    operation: str = ""
    path: str = ""
    verdict: ExchangeVerdict | None = None
    cause: str = ""


class RunNote(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A note of the recorder: the code of a text that exists in each language, and values for it.

    The code ``text`` has its own text as the value ``text``.
    """

    code: str
    values: dict[str, str | int] = {}


class Cloud(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The cloud of a run: its release (None: not known) and its URL."""

    release: str | None = None
    url: str = ""


class Output(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The output of the client command and its exit code."""

    exit: int
    stdout: str = ""
    stderr: str = ""


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A run on disk.

    ``command`` is None if the command line of the client is not known; ``notes`` then has the reason.
    ``missing`` are the required steps of the sequence that did not occur. ``interrupted`` is the reason for
    an early end of the run. ``doubt`` is the missing evidence of an undetermined run. ``client`` is the
    User-Agent; ``client_versions`` are versions of packages that it does not show, for a local client.
    ``role`` is the user of the run and ``suite`` the list with its command or request (``tracer.matrix``);
    ``fails`` is true if the suite expects that the command fails.
    ``format`` is that of the file. A file in an earlier format has the content of the newest after reading.
    """

    format: int
    command: str | None
    sequence: str | None = None
    verdict: RunVerdict | None = None
    doubt: Doubt = "exchanges"
    missing: list[int] = []
    interrupted: str = ""
    cloud: Cloud = Cloud()
    client: str = ""
    client_versions: dict[str, str] = {}
    recorded: str
    participants: dict[str, str] = {}
    role: str = ""
    suite: str = ""
    fails: bool = False
    notes: list[RunNote] = []
    exchanges: Sequence[Exchange]
    redacted: dict[str, int] = {}
    output: Output | None = None


def end_time(exchange: Exchange) -> float:
    """Return the end of an exchange in seconds since the beginning of the run, its start if it has no end."""
    return exchange.started if exchange.ended is None else exchange.ended


def duration(recording: Recording) -> float:
    """Return the length of a run in seconds, 0 without exchanges."""
    return max(map(end_time, recording.exchanges), default=0.0)


def free_note(text: str) -> RunNote:
    """Return a note with a text of its own, which exists in one language."""
    return RunNote(code="text", values={"text": text})


def header(headers: Mapping[str, HeaderValue], name: str) -> str | None:
    """Return the first value of the header field ``name``, None if there is no such field.

    Field names match without regard to case (RFC 9110, section 5.1).
    """
    wanted = name.lower()
    for key, value in headers.items():
        if key.lower() == wanted:
            return value if isinstance(value, str) else (value[0] if value else None)
    return None
