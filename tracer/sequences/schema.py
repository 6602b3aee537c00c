"""The format of a sequence file: the documented order of messages for a command.

The structs define the format; ``tracer.sequences.loading`` reads it. ``exchanges`` is a list of items: an
``Entry`` is one exchange, ``any_order`` and ``one_of`` are groups of items. These keys distinguish the
items. The loader sets the tag that msgspec requires.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tracer.sequences.client_conditions import Condition, check_conditions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "TAG", "AnyOrder", "Entry", "Fallback", "Item", "Loop", "OneOf", "ParameterType", "Sequence", "Text",
]  # fmt: skip

TAG = "kind"
"""The key by which msgspec recognises the kind of an item. Files do not contain it."""

Text = dict[str, str]
"""A text for people by language: ``{"en": …, "ko": …}``."""

Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
Statuses = Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Method = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]+$", max_length=20)]
Step = Annotated[int, msgspec.Meta(ge=1)]
Scalar = str | int | bool

ParameterType = Literal["any", "hex", "id", "integer", "uuid"]
"""The type of a parameter in a path: ``hex`` is an ID of 32 digits, ``id`` is a ``hex`` or a ``uuid``."""


def _says(description: str) -> msgspec.Meta:
    """Return metadata with the description of a field, which editors show."""
    return msgspec.Meta(description=description)


_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+|\{[a-z][a-z0-9_]*\}")
_PARAMETER = re.compile(r"\{[a-z][a-z0-9_]*\}")


class _Data(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class Loop(_Data, frozen=True, kw_only=True):
    """The end of a repetition: a status, or a value in the JSON body of the response.

    ``until_body`` maps the path of a value in the body (``image.status``) to the value or values that end the
    repetition. Exactly one of the two fields is set.
    """

    until_status: Status | Statuses | None = None
    until_body: dict[str, Scalar | list[Scalar]] = {}

    @property
    def last_statuses(self) -> tuple[int, ...]:
        """Return the statuses that end the repetition, empty if a value in the body ends it."""
        if self.until_status is None:
            return ()
        return (self.until_status,) if isinstance(self.until_status, int) else self.until_status

    def __post_init__(self) -> None:
        if (self.until_status is None) == (not self.until_body):
            raise ValueError("a loop needs either until_status or until_body")


class Fallback(_Data, frozen=True, kw_only=True):
    """The exchanges after a response with one of ``status``: the entries of ``then``, in order."""

    status: Statuses
    then: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
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

    ``steps`` are the numbers of its request and its response. An entry without steps is allowed, but not
    counted. ``path`` is relative to the mount of the service and has parameters for values:
    ``/v2/images/{image_id}``. ``query`` names the required query parameters, with their value or
    ``{a_parameter}`` for any value. The request may have further query parameters.

    An ``optional`` exchange may be missing. An exchange that ``repeats`` may occur again at any later time.
    A ``loop`` is repeated immediately, for the pages of a list or until its end. ``since`` and ``until`` are
    the first and the last version of the client with the exchange. ``calls`` are service calls that the
    receiver may send before it responds: in any order, any number of times or never. They have no steps.

    ``prologue`` marks an exchange that many commands begin with. ``summary`` describes both messages,
    ``request`` and ``response`` describe one message each.
    """

    steps: Annotated[tuple[Step, ...], _says("Numbers of its request and its response")] = ()
    sender: Annotated[Name, _says("Who asks; the client, if left out")] = "client"
    receiver: Annotated[Name, _says("Who is asked: keystone, glance, nova, …")]
    method: Annotated[Method, _says("HTTP method")]
    path: Annotated[str, _says("Path below the service's mount, values as {parameters}")]
    query: Annotated[dict[str, str], _says("Query parameters that must be there; {name} for any value")] = {}
    status: Annotated[Status | tuple[Status, ...], _says("Expected status, or several")]
    optional: Annotated[bool, _says("It may be left out")] = False
    repeats: Annotated[bool, _says("It may come again at any later time")] = False
    loop: Annotated[bool | Loop, _says("It comes several times in a row: pages of a list, polling")] = False
    since: Annotated[Condition | None, _says("First client that sends it: versions, or a release")] = None
    until: Annotated[Condition | None, _says("Last client that sends it: versions, or a release")] = None
    prologue: Annotated[bool, _says("Not the command's own: many commands begin like this")] = False
    fallback: Annotated[Fallback | None, _says("What the client does when it fails")] = None
    calls: Annotated[tuple[Entry, ...], _says("What the service may ask others while it answers")] = ()
    summary: Annotated[Text, _says("What both messages are for, by language")] = {}
    request: Annotated[Text, _says("What the request says, by language")] = {}
    response: Annotated[Text, _says("What the response says, by language")] = {}
    reference: Annotated[str, _says("URL of its place in the API reference")] = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """Return the expected statuses as a tuple, also if the file has a single status."""
        return (self.status,) if isinstance(self.status, int) else self.status

    def __post_init__(self) -> None:
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
        for call in self.calls:
            if call.steps or call.fallback or call.loop:
                raise ValueError("a call of a service has no steps, no fallback and no loop")
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


Item = Entry | AnyOrder | OneOf
Items = Annotated[tuple[Item, ...], msgspec.Meta(min_length=1)]


class Sequence(_Data, frozen=True, kw_only=True):
    """The documented order of messages for ``command`` and for its ``aliases``.

    ``reference`` is the URL of the command in the client's documentation; ``{release}`` in it stands for the
    OpenStack release. ``parameters`` has the types of parameters in paths.
    """

    name: Annotated[Name, _says("Name of the sequence, as of its file")]
    command: Annotated[str, msgspec.Meta(min_length=1), _says("Words of the command: openstack image show")]
    aliases: Annotated[tuple[str, ...], _says("Other commands that say the same")] = ()
    title: Annotated[Text, _says("Title, by language")] = {}
    purpose: Annotated[Text, _says("What the command is for, by language")] = {}
    reference: Annotated[str, _says("URL of the command's documentation, with {release} in it")] = ""
    parameters: Annotated[dict[str, ParameterType], _says("Types of the parameters in paths")] = {}
    exchanges: Annotated[Items, _says("Exchanges in order, and groups of them")]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Return all entries in the order of the file, also in groups, but not in fallbacks."""
        return tuple(_entries(self.exchanges))

    @property
    def steps(self) -> tuple[int, ...]:
        """Return all step numbers, in order."""
        return tuple(step for entry in self.entries for step in entry.steps)

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
        elif isinstance(item, OneOf):
            for branch in item.one_of:
                yield from _entries(branch)
        else:
            yield item


def _parameters(entry: Entry) -> Iterator[str]:
    yield from (parameter[1:-1] for parameter in _PARAMETER.findall(entry.path))
    for inner in (*entry.calls, *(entry.fallback.then if entry.fallback else ())):
        yield from _parameters(inner)


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise ValueError("path must start with /")
    if path == "/":
        return
    for segment in path[1:].split("/"):
        if not _SEGMENT.fullmatch(segment):
            raise ValueError(f"path has a segment that is neither a text nor one {{parameter}}: {segment!r}")
