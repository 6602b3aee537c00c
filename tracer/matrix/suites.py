"""Suites as data: commands to record, with their preparation and their clean-up."""

from __future__ import annotations

import functools
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.formats.file_kinds import expecting
from tracer.formats.placeholders import filled, placeholders
from tracer.matrix.roles import ADMIN, roles
from tracer.matrix.suite_requests import FileName, Status, SuiteRequest

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Fails", "Recorded", "RoleEntry", "Suite", "SuiteCommand", "load", "suites"]

_FOLDER = Path(__file__).parent / "suites"

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$(?!\n)", max_length=64)]
Placeholder = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$(?!\n)")]
Variable = Annotated[str, msgspec.Meta(pattern=r"^OS_[A-Z_]+$(?!\n)")]
Value = Annotated[str, msgspec.Meta(pattern=r"^[^\x00]*$")]  # a system passes no null character on
Line = Annotated[str, msgspec.Meta(pattern=r"^openstack \S[^\x00]*$")]
Text = Annotated[str, msgspec.Meta(min_length=1)]
Fails = bool | Literal["maybe"]
States = Annotated[tuple[Text | None, ...], msgspec.Meta(min_length=1)]
Statuses = Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]


class SuiteCommand(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    rename={"user": "as"},
):
    """One command line, as a user would type it, or one request, with placeholders such as ``{image_id}``.

    ``keep`` maps placeholders to paths in the JSON that the command prints, or in the body of the response;
    the placeholders get the values there. The path ``headers.NAME`` is that of a header field of the
    response. ``user`` is one of the suite's users or a role, by default the administrator. ``fails`` is
    true if the command must fail, and ``maybe`` if it fails on some releases or with some clients.
    ``status`` are the expected statuses of the response, by default all below 400. In ``fails`` and
    ``status``, a mapping has the value of each role. A request that is not recorded is sent again ``until``
    its response has these values at these paths, as services go on working after a response.
    """

    run: Line | None = None
    request: SuiteRequest | None = None
    keep: dict[Placeholder, Text] = {}
    user: Name | None = None
    fails: Fails | dict[Name, Fails] = False
    status: Status | Statuses | dict[Name, Status | Statuses] | None = None
    until: dict[Text, Text | States | None] = {}

    def __post_init__(self) -> None:
        if (self.run is None) == (self.request is None):
            raise ValueError("an entry has either run or request")
        if self.run is not None:
            if self.status is not None:
                raise ValueError("a command has no status; fails says that it fails")
            if self.until:
                raise ValueError("a command has no until; a request waits for a state")
            try:
                shlex.split(self.run)
            except ValueError as error:
                raise ValueError(f"run is no command line: {str(error).lower()}") from None
        elif self.fails:
            raise ValueError("a request does not fail; status names the expected response")
        if self.keep and self.fails and not isinstance(self.fails, dict):
            raise ValueError("what a command that fails prints cannot be kept")
        if isinstance(self.fails, dict) or isinstance(self.status, dict):
            self._check_roles()

    @property
    def title(self) -> str:
        """Return the command line or the request line."""
        return self.run if self.request is None else self.request.line  # type: ignore[return-value]

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the names of the placeholders in the command line or the request."""
        return placeholders(self.run if self.request is None else msgspec.to_builtins(self.request))

    def words(self, values: dict[str, str]) -> list[str]:
        """Return the words of the command line with values for placeholders.

        Raises KeyError for a placeholder without a value.
        """
        assert self.run is not None, "a request has no words"
        return [filled(word, values) for word in shlex.split(self.run)]

    def filled_request(self, values: dict[str, str]) -> SuiteRequest:
        """Return the request with values for placeholders. Raise KeyError as ``words`` does."""
        return msgspec.convert(filled(msgspec.to_builtins(self.request), values), SuiteRequest)

    def may_fail(self, role: str = ADMIN) -> Fails:
        """Return whether the command must fail as ``role``."""
        return self.fails.get(role, False) if isinstance(self.fails, dict) else self.fails

    def statuses(self, role: str = ADMIN) -> tuple[int, ...]:
        """Return the expected statuses of the request as ``role``; empty for all statuses below 400."""
        status = self.status.get(role) if isinstance(self.status, dict) else self.status
        return status if isinstance(status, tuple) else () if status is None else (status,)

    @property
    def awaited(self) -> dict[str, tuple[str | None, ...]]:
        """Return the values for which the request is sent again, by their paths in the response."""
        return {
            path: states if isinstance(states, tuple) else (states,) for path, states in self.until.items()
        }

    def _check_roles(self) -> None:
        raise ValueError("a value for each role needs roles, which a recorded entry has")


class Recorded(SuiteCommand, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A command or a request to record. ``name`` is the name of its recording.

    With ``roles``, it is recorded as each of these users of the suite or roles; the name then ends with the
    role (``image-list-as-reader``), except for the administrator. With ``deep``, the recording has the
    service calls, too. The commands of ``prepare`` run just before it and those of ``cleanup`` just after
    it, without recordings. If ``prepare`` fails, neither the command nor ``cleanup`` runs. A clean-up that
    needs a missing value is left out.
    """

    name: Name
    roles: tuple[Name, ...] = ()
    deep: bool = False
    prepare: tuple[SuiteCommand, ...] = ()
    cleanup: tuple[SuiteCommand, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.roles and self.user is not None:
            raise ValueError("an entry has either as or roles")
        if len(set(self.roles)) < len(self.roles):
            raise ValueError("a role stands twice")
        if self.request is not None and self.status is None:
            raise ValueError("a recorded request needs its expected status")
        if self.until:
            raise ValueError("a recorded request is sent once; a request of its prepare may have until")

    @property
    def entries(self) -> tuple[RoleEntry, ...]:
        """Return the entry as each of its roles."""
        if not self.roles:
            return (RoleEntry(self.name, self, self.user or ADMIN),)
        return tuple(
            RoleEntry(self.name if role == ADMIN else f"{self.name}-as-{role}", self, role)
            for role in self.roles
        )

    def _check_roles(self) -> None:
        for values in (self.fails, self.status):
            if isinstance(values, dict) and (unknown := values.keys() - set(self.roles)):
                raise ValueError(f"{min(unknown)!r} is none of the roles of the entry")
        if isinstance(self.status, dict) and (missing := set(self.roles) - self.status.keys()):
            raise ValueError(f"no status for the role {min(missing)!r}")


class RoleEntry(NamedTuple):
    """An entry of a suite as one role: the name of its recording, the command or request, and the user."""

    name: str
    command: Recorded
    role: str

    @property
    def fails(self) -> Fails:
        """Whether the command must fail."""
        return self.command.may_fail(self.role)

    @property
    def statuses(self) -> tuple[int, ...]:
        """The expected statuses of the request; empty for a command."""
        return self.command.statuses(self.role)


class Suite(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Commands and requests to record one after another on one cloud.

    ``services`` are the further services that the cloud has, as names for ``tracer cloud up --services``.
    ``files`` maps names to kinds of files, which the working folder of the commands contains. ``passwords``
    are placeholders that get a new random value in each round. ``users`` maps the names of users (``as``)
    to their ``OS_…`` variables, as far as these differ from the administrator's. With ``warmup``, a round
    without recordings comes first: a fresh cloud does some of its work only once. ``cleanup`` runs at the end
    of a round, except after the last round and after a failed preparation. It leaves out commands that need
    a missing value.
    """

    name: Name
    services: tuple[Name, ...] = ()
    warmup: bool = False
    files: dict[FileName, Literal["qcow2", "text"]] = {}
    passwords: tuple[Placeholder, ...] = ()
    users: dict[Name, dict[Variable, Value]] = {}
    prepare: tuple[SuiteCommand, ...] = ()
    commands: Annotated[tuple[Recorded, ...], msgspec.Meta(min_length=1)]
    cleanup: tuple[SuiteCommand, ...] = ()

    def __post_init__(self) -> None:
        if shadowed := self.users.keys() & {ADMIN, *roles()}:
            raise ValueError(f"users: {min(shadowed)!r} is a role, which each suite has")
        defined: set[str] = set(self.passwords)
        names: set[str] = set()
        for location, command in self._in_order():
            users = command.entries if isinstance(command, Recorded) else ()
            for user in dict.fromkeys((command.user or ADMIN, *(entry.role for entry in users))):
                self._check_user(user, location)
            for name in self.needed(command):
                if name not in defined:
                    raise ValueError(f"{location}: nothing that runs earlier keeps {{{name}}}")
            file = command.request.file if command.request else None
            if file is not None and file not in self.files:
                raise ValueError(f"{location}: no file {file!r} among the suite's files")
            defined.update(command.keep)
            for entry in users:
                if entry.name in names:
                    raise ValueError(f"{location}: the name {entry.name!r} stands twice")
                names.add(entry.name)

    @property
    def entries(self) -> tuple[RoleEntry, ...]:
        """Return the entries to record in order, each as each of its roles."""
        return tuple(entry for command in self.commands for entry in command.entries)

    @property
    def roles(self) -> set[str]:
        """Return the roles that the suite names and does not define itself, without the administrator."""
        named = {command.user for _, command in self._in_order()} | {entry.role for entry in self.entries}
        return {name for name in named if name in roles()}

    @property
    def has_requests(self) -> bool:
        """Return whether any entry, preparation or clean-up is a request."""
        return any(command.request is not None for _, command in self._in_order())

    def needed(self, command: SuiteCommand) -> tuple[str, ...]:
        """Return the placeholders in ``command``, and in the variables of the users that it runs as."""
        users = [entry.role for entry in command.entries] if isinstance(command, Recorded) else [command.user]
        return (*command.placeholders, *(name for user in users for name in self._placeholders_of(user)))

    def _check_user(self, user: str, location: str) -> None:
        if user != ADMIN and user not in self.users and user not in roles():
            known = ", ".join([ADMIN, *roles()])
            raise ValueError(f"{location}: no user {user!r} among the suite's users, nor a role ({known})")

    def _placeholders_of(self, user: str | None) -> Iterator[str]:
        for text in self.users.get(user or ADMIN, {}).values():
            yield from placeholders(text)

    def _in_order(self) -> Iterator[tuple[str, SuiteCommand]]:
        yield from _locate("prepare", self.prepare)
        for index, command in enumerate(self.commands):
            location = f"commands[{index}]"
            yield from _locate(f"{location}.prepare", command.prepare)
            yield location, command
            yield from _locate(f"{location}.cleanup", command.cleanup)
        yield from _locate("cleanup", self.cleanup)


def load(path: Path) -> Suite:
    """Read a suite file. Raise InputError, with the file, the location and the fault, if it is not valid."""
    with expecting("suite", path):
        return typed(yaml_text.load(read(path), str(path)), Suite, str(path))


@functools.cache
def suites() -> dict[str, Suite]:
    """Return the suites that ship with tracer, by name. Callers share the dict and must not change it."""
    shipped = (load(path) for path in sorted(_FOLDER.glob("*.yaml")))
    return {suite.name: suite for suite in shipped}


def _locate(location: str, commands: tuple[SuiteCommand, ...]) -> Iterator[tuple[str, SuiteCommand]]:
    return ((f"{location}[{index}]", command) for index, command in enumerate(commands))
