"""The full form of a sequence: the documented order of messages for a command.

The structs define the format of a file without composed exchanges; ``tracer.sequences.composition`` expands
the others, and ``tracer.sequences.loading`` reads both. ``exchanges`` is a list of items: an
``Entry`` is one exchange, ``any_order``, ``one_of`` and ``each`` are groups of items. These keys distinguish
the items. The loader sets the tag that msgspec requires.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tracer import releases
from tracer.sequences.client_conditions import Condition, check_conditions
from tracer.sequences.option_conditions import Option, When

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "TAG", "AnyOrder", "Each", "Entry", "Fallback", "Item", "Loop", "OneOf", "Origin", "ParameterType",
    "Sequence", "Text", "Way",
]  # fmt: skip

TAG = "kind"
"""The key by which msgspec recognises the kind of an item. Files do not contain it."""

Text = dict[str, str]
"""A text for people by language: ``{"en": …, "ko": …}``."""

Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
Statuses = Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$(?!\n)", max_length=64)]
Method = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]+$(?!\n)", max_length=20)]
Step = Annotated[int, msgspec.Meta(ge=1)]
ReleaseName = Annotated[str, msgspec.Meta(pattern=releases.PATTERN)]
Plural = Annotated[str, msgspec.Meta(pattern=r"^(arguments|--[a-z0-9][a-z0-9-]*)$(?!\n)", max_length=64)]
MediaTypes = tuple[
    Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9.+-]+/[a-z0-9.+-]+$(?!\n)", max_length=100)], ...
]
OperationId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$(?!\n)", max_length=200)]
Scalar = str | int | bool
Expected = dict[str, Scalar | Annotated[list[Scalar], msgspec.Meta(min_length=1)]]
"""A value or several by the path of a field in a JSON body, such as ``image.status``."""

ParameterType = Literal["any", "hex", "id", "integer", "uuid"]
"""The type of a parameter in a path: ``hex`` is an ID of 32 digits, ``id`` is a ``hex`` or a ``uuid``."""


_TEXT = r"[A-Za-z0-9._~!$&'()*+,;=:@%-]"
_SEGMENT = re.compile(rf"{_TEXT}+|{_TEXT}*\{{[a-z][a-z0-9_]*\}}")
_PARAMETER = re.compile(r"\{[a-z][a-z0-9_]*\}")


class _Data(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Loop(_Data, frozen=True, kw_only=True):
    """The end of a repetition: a status, or a value in the JSON body of the response, whichever comes first.

    ``until_body`` maps the path of a value in the body (``image.status``) to the value or values that end the
    repetition. One of the two fields is set, or both.
    """

    until_status: Status | Statuses | None = None
    until_body: dict[str, Scalar | list[Scalar]] = {}

    @property
    def last_statuses(self) -> tuple[int, ...]:
        """Return the statuses that end the repetition, empty if only a value in the body ends it."""
        if self.until_status is None:
            return ()
        return (self.until_status,) if isinstance(self.until_status, int) else self.until_status

    def __post_init__(self) -> None:
        if self.until_status is None and not self.until_body:
            raise ValueError("a loop needs until_status or until_body")


class Fallback(_Data, frozen=True, kw_only=True):
    """The exchanges after a response with one of ``status``: the entries of ``then``, in order.

    With ``search``, they look for the resource that the failed request named. ``search`` is the list in their
    JSON bodies, such as ``images``. If none of its items has that ID or name, the command ends.
    """

    status: Statuses
    then: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
    search: str = ""
    summary: Text = {}

    def __post_init__(self) -> None:
        for entry in self.then:
            if entry.steps:
                raise ValueError("an entry of a fallback has no steps of its own")
            if entry.fallback:
                raise ValueError("a fallback cannot have a fallback of its own")


class Entry(
    _Data,
    frozen=True,
    kw_only=True,
    rename={"sender": "from", "receiver": "to"},
    tag_field=TAG,
    tag="exchange",
):
    """One exchange of the sequence.

    ``id`` is unique in the sequence. ``operation`` is the ID of the operation in the API reference.
    ``steps`` are the numbers of its request and its response. An entry without steps is allowed, but not
    counted. ``path`` is relative to the mount of the service and has parameters for values:
    ``/v2/images/{image_id}``, ``/v1/AUTH_{project_id}``. ``query`` names the required query parameters, with
    their value or ``{a_parameter}`` for any value. The request may have further query parameters.

    ``action`` is a key that the JSON body of the request must have: requests with the same method and path
    are different operations by it. An operation of the API reference states its own.

    ``challenge`` is for an entry with the status 401: the authentication scheme that ``WWW-Authenticate``
    must name (RFC 9110, section 11.6.1), or the name of a header field that the response must have.

    ``expect`` has values of fields in the JSON body of a response with an expected status. If a body ends the
    loop, it concerns the last response.

    An ``optional`` exchange may be missing. An exchange that ``repeats`` may occur again at any later time.
    A ``loop`` is repeated immediately, for the pages of a list or until its end. ``since`` and ``until`` are
    the first and the last version of the client with the exchange. ``calls`` are service calls that the
    receiver may send for the exchange: in any order, any number of times or never. ``afterwards`` are those
    that it usually sends after its response, as Nova builds a server. They have no steps.

    ``when`` names the options of the command that imply the exchange: ``--file``, a list of options of which
    one is enough, or a ``When``. If the command line is not known, ``optional`` decides.

    ``request_type`` and ``response_type`` are the media types of the bodies, by default the ``media_type`` of
    the sequence. ``token`` is false for a request that needs no token.

    ``prologue`` marks an exchange that many commands begin with. ``phase`` is the name of a group of steps,
    such as ``login``. ``summary`` describes both messages,
    ``request`` and ``response`` describe one message each.
    """

    id: Name = ""
    steps: tuple[Step, ...] = ()
    operation: OperationId = ""
    sender: Name = "client"
    receiver: Name
    method: Method
    path: str
    query: dict[str, str] = {}
    status: Status | tuple[Status, ...]
    action: str = ""
    challenge: str = ""
    expect: Expected = {}
    optional: bool = False
    repeats: bool = False
    loop: bool | Loop = False
    since: Condition | None = None
    until: Condition | None = None
    when: When | Option | tuple[Option, ...] | None = None
    token: bool = True
    request_type: MediaTypes = ()
    response_type: MediaTypes = ()
    phase: Name = ""
    prologue: bool = False
    fallback: Fallback | None = None
    calls: tuple[Entry, ...] = ()
    afterwards: tuple[Entry, ...] = ()
    summary: Text = {}
    request: Text = {}
    response: Text = {}
    reference: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """Return the expected statuses as a tuple, also if the file has a single status."""
        return (self.status,) if isinstance(self.status, int) else self.status

    @property
    def service_calls(self) -> tuple[Entry, ...]:
        """Return the service calls before and after the response."""
        return (*self.calls, *self.afterwards)

    @property
    def condition(self) -> When | None:
        """Return ``when`` in its full form, also if the file has one option or a list."""
        if self.when is None or isinstance(self.when, When):
            return self.when
        return When(any_of=(self.when,) if isinstance(self.when, str) else self.when)

    def __post_init__(self) -> None:
        if self.when is not None:
            assert self.condition is not None, "the full form checks the names"
        if self.steps and (len(self.steps) != 2 or self.steps[1] != self.steps[0] + 1):
            raise ValueError("steps must be two numbers in a row: the request's and the response's")
        check_conditions(self.since, self.until)
        _check_path(self.path)
        for key, value in self.query.items():
            if ("{" in value or "}" in value) and not _PARAMETER.fullmatch(value):
                raise ValueError(f"query parameter {key!r} must be a text or one {{parameter}}")
        self._check_statuses()
        self._check_calls()

    def _check_statuses(self) -> None:
        if not self.statuses:
            raise ValueError("status must name at least one status")
        last = self.loop.last_statuses if isinstance(self.loop, Loop) else ()
        if set(self.statuses) & set(last):
            raise ValueError("a status cannot both go on with a loop and end it")
        if self.fallback and set(self.fallback.status) & {*self.statuses, *last}:
            raise ValueError("a status cannot be both expected and a reason to fall back")

    def _check_calls(self) -> None:
        for call in self.service_calls:
            if call.steps or call.fallback or call.loop:
                raise ValueError("a call of a service has no steps, no fallback and no loop")
            if call.expect:
                raise ValueError("a call of a service has no expect")
            if call.sender != "client":
                raise ValueError("a call is sent by the service that is asked: it has no from")


class AnyOrder(_Data, frozen=True, kw_only=True, tag_field=TAG, tag="any-order"):
    """Exchanges in any order, one after the other."""

    any_order: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=2, max_length=6)]


class OneOf(_Data, frozen=True, kw_only=True, tag_field=TAG, tag="one-of"):
    """Alternatives, each a list of items. Exactly one alternative occurs."""

    one_of: Annotated[
        tuple[Annotated[tuple[Item, ...], msgspec.Meta(min_length=1)], ...], msgspec.Meta(min_length=2)
    ]


class Each(_Data, frozen=True, kw_only=True, tag_field=TAG, tag="each"):
    """Items that occur once for each argument of the command, or for each occurrence of the option ``of``.

    If that number is not known, they occur once or more often. Without the option, they do not occur.
    """

    each: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
    of: Plural = "arguments"


class Origin(_Data, frozen=True, kw_only=True):
    """The origin of a sequence: written by hand, or recorded. ``releases`` are those of the recordings."""

    source: Literal["recorded", "written"]
    releases: tuple[ReleaseName, ...] = ()


Item = Entry | AnyOrder | OneOf | Each
Items = Annotated[tuple[Item, ...], msgspec.Meta(min_length=1)]


class Way(_Data, frozen=True, kw_only=True):
    """A way to a token: the exchanges before the login of a sequence, and ``then`` the exchanges after it.

    ``plugins`` are the plug-ins of keystoneauth that log in this way. If the way ``issues_token`` itself, the
    login of the sequence may be missing. The entries have no steps.
    """

    name: Name
    plugins: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    issues_token: bool = False
    exchanges: tuple[Item, ...] = ()
    then: tuple[Item, ...] = ()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all entries, also in groups, but not in fallbacks."""
        return tuple(_entries((*self.exchanges, *self.then)))

    def __post_init__(self) -> None:
        if not self.entries:
            raise ValueError("a way to a token needs exchanges")
        if any(entry.steps for entry in self.entries):
            raise ValueError("the exchanges of a way to a token have no steps")


class Sequence(_Data, frozen=True, kw_only=True):
    """The documented order of messages for ``command`` and for its ``aliases``.

    ``reference`` is the URL of the command in the client's documentation; ``{release}`` in it stands for the
    OpenStack release. ``parameters`` has the types of parameters in paths. ``valued_options`` are the
    options that take a value, ``flags`` those without one; the number of arguments depends on them.
    ``media_type`` are the media types of bodies whose entry names none; without it, such bodies may have any
    type. ``origin`` states whether the sequence was recorded.
    """

    name: Name
    command: Annotated[str, msgspec.Meta(min_length=1)]
    aliases: tuple[str, ...] = ()
    title: Text = {}
    purpose: Text = {}
    reference: str = ""
    parameters: dict[str, ParameterType] = {}
    media_type: MediaTypes = ()
    valued_options: tuple[Option, ...] = ()
    flags: tuple[Option, ...] = ()
    origin: Origin | None = None
    exchanges: Items

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all entries in the order of the file, also in groups, but not in fallbacks."""
        return tuple(_entries(self.exchanges))

    @property
    def steps(self) -> tuple[int, ...]:
        """Return all step numbers, in order."""
        return tuple(step for entry in self.entries for step in entry.steps)

    @property
    def options(self) -> frozenset[str]:
        """Return all options on which exchanges depend."""
        return frozenset(_options(self.exchanges))

    def __post_init__(self) -> None:
        if self.steps != tuple(range(1, len(self.steps) + 1)):
            raise ValueError("the steps of all exchanges must count 1, 2, 3, … without a gap")
        paths = {name for entry in self.entries for name in _parameters(entry)}
        for name in self.parameters:
            if name not in paths:
                raise ValueError(f"parameters names {name}, which stands in no path")


def _entries(items: Iterable[Item]) -> Iterator[Entry]:
    for item in items:
        if isinstance(item, AnyOrder):
            yield from item.any_order
        elif isinstance(item, Each):
            yield from item.each
        elif isinstance(item, OneOf):
            for branch in item.one_of:
                yield from _entries(branch)
        else:
            yield item


def _options(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Each) and item.of.startswith("--"):
            yield item.of
        elif isinstance(item, OneOf):
            for branch in item.one_of:
                yield from _options(branch)
    for entry in _entries(items):
        for each in (entry, *(entry.fallback.then if entry.fallback else ())):
            yield from each.condition.options if each.condition else ()


def _parameters(entry: Entry) -> Iterator[str]:
    yield from (parameter[1:-1] for parameter in _PARAMETER.findall(entry.path))
    for inner in (*entry.service_calls, *(entry.fallback.then if entry.fallback else ())):
        yield from _parameters(inner)


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise ValueError("path must start with /")
    if path == "/":
        return
    for segment in path[1:].split("/"):
        if not _SEGMENT.fullmatch(segment):
            raise ValueError(f"path has a segment that is neither a text nor one {{parameter}}: {segment!r}")
