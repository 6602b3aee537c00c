"""What a sequence file holds: the documented order of messages for a command.

The structs are the file format; ``tracer.sequences.loading`` reads it. An entry of
``exchanges`` is a struct of its own, so that other kinds of entry (alternatives, steps in
any order, polling until a status) can be added beside it without changing old files.
"""

from __future__ import annotations

import re
from typing import Annotated

import msgspec

__all__ = ["Entry", "Fallback", "Sequence", "Text"]

Text = dict[str, str]
"""A text for people by language: ``{"en": …, "ko": …}``."""

Status = Annotated[int, msgspec.Meta(ge=100, le=599)]
Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Method = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]+$", max_length=20)]
Step = Annotated[int, msgspec.Meta(ge=1)]

_SEGMENT = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+|\{[a-z][a-z0-9_]*\}")
_PARAMETER = re.compile(r"\{[a-z][a-z0-9_]*\}")


class Fallback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """What the client does when it was answered with one of ``status``: the entries of ``then``, in order."""

    status: Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]
    then: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]
    summary: Text = {}

    def __post_init__(self) -> None:
        for entry in self.then:
            if entry.steps:
                raise ValueError("an entry of a fallback has no steps of its own")
            if entry.fallback:
                raise ValueError("a fallback cannot have a fallback of its own")


class Entry(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"sender": "from", "receiver": "to"},
):
    """One exchange of the sequence.

    ``steps`` are the numbers of its request and its response; an entry without is allowed
    but not counted. ``path`` is relative to where the service is mounted, its values as
    parameters: ``/v2/images/{image_id}``. ``query`` names the parameters that must be
    there, with their value or ``{a_parameter}`` for any; others may be there too.

    An ``optional`` exchange may be left out, one that ``repeats`` may come again later.
    ``prologue`` says that it is not the command's own: many commands begin like this.
    ``summary`` describes both messages, ``request`` and ``response`` each of them.
    """

    steps: tuple[Step, ...] = ()
    sender: Name = "client"
    receiver: Name
    method: Method
    path: str
    query: dict[str, str] = {}
    status: Status | tuple[Status, ...]
    optional: bool = False
    repeats: bool = False
    prologue: bool = False
    fallback: Fallback | None = None
    summary: Text = {}
    request: Text = {}
    response: Text = {}
    reference: str = ""

    @property
    def statuses(self) -> tuple[int, ...]:
        """The expected statuses, as a tuple also where the file gives a single one."""
        return (self.status,) if isinstance(self.status, int) else self.status

    def __post_init__(self) -> None:
        if self.steps and (len(self.steps) != 2 or self.steps[1] != self.steps[0] + 1):
            raise ValueError("steps must be two numbers in a row: the request's and the response's")
        if not self.statuses:
            raise ValueError("status must name at least one status")
        _check_path(self.path)
        for key, value in self.query.items():
            if ("{" in value or "}" in value) and not _PARAMETER.fullmatch(value):
                raise ValueError(f"query parameter {key!r} must be a text or one {{parameter}}")
        if self.fallback and set(self.fallback.status) & set(self.statuses):
            raise ValueError("a status cannot be both expected and a reason to fall back")


class Sequence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The documented order of messages for ``command``, and for its ``aliases``.

    ``reference`` is the command's place in the client's documentation; ``{release}`` in it
    stands for the OpenStack release.
    """

    name: Name
    command: Annotated[str, msgspec.Meta(min_length=1)]
    aliases: tuple[str, ...] = ()
    title: Text = {}
    purpose: Text = {}
    reference: str = ""
    exchanges: Annotated[tuple[Entry, ...], msgspec.Meta(min_length=1)]

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries of ``exchanges`` in order, but for what a fallback leads to."""
        return self.exchanges

    @property
    def steps(self) -> tuple[int, ...]:
        """All step numbers, in order."""
        return tuple(step for entry in self.entries for step in entry.steps)

    def __post_init__(self) -> None:
        if self.steps != tuple(range(1, len(self.steps) + 1)):
            raise ValueError("the steps of all exchanges must count 1, 2, 3, … without a gap")


def _check_path(path: str) -> None:
    if not path.startswith("/"):
        raise ValueError("path must start with /")
    if path == "/":
        return
    for segment in path[1:].split("/"):
        if not _SEGMENT.fullmatch(segment):
            raise ValueError(f"path has a segment that is neither a text nor one {{parameter}}: {segment!r}")
