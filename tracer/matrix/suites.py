"""Suites as data: commands to record, with their preparation and their clean-up."""

from __future__ import annotations

import functools
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed
from tracer.formats.file_kinds import expecting

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Recorded", "Suite", "SuiteCommand", "filled", "load", "placeholders", "suites"]

_FOLDER = Path(__file__).parent / "suites"
_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*$", max_length=64)]
Placeholder = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
FileName = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9._-]*$", max_length=64)]
Variable = Annotated[str, msgspec.Meta(pattern=r"^OS_[A-Z_]+$")]
Line = Annotated[str, msgspec.Meta(pattern=r"^openstack \S")]
Text = Annotated[str, msgspec.Meta(min_length=1)]


class SuiteCommand(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"user": "as"}
):
    """One command line, as a user would type it, with placeholders such as ``{image_id}`` in its words.

    ``keep`` maps placeholders to keys of the JSON object that the command prints; the placeholders get the
    values of these keys. ``user`` is one of the suite's users, by default the administrator. ``fails`` is
    true if the command must fail, and ``maybe`` if it fails on some releases or with some clients.
    """

    run: Line
    keep: dict[Placeholder, Text] = {}
    user: Name | None = None
    fails: bool | Literal["maybe"] = False

    def __post_init__(self) -> None:
        try:
            shlex.split(self.run)
        except ValueError as error:
            raise ValueError(f"run is no command line: {str(error).lower()}") from None
        if self.keep and self.fails:
            raise ValueError("what a command that fails prints cannot be kept")

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Return the names of the placeholders in the command line."""
        return placeholders(self.run)

    def words(self, values: dict[str, str]) -> list[str]:
        """Return the words with values for placeholders. Raise KeyError for a placeholder without a value."""
        return [filled(word, values) for word in shlex.split(self.run)]


class Recorded(SuiteCommand, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A command to record. ``name`` is the name of its recording.

    With ``deep``, the recording has the service calls, too. The commands of ``prepare`` run just before it
    and those of ``cleanup`` just after it, without recordings. If ``prepare`` fails, neither the command
    nor ``cleanup`` runs.
    """

    name: Name
    deep: bool = False
    prepare: tuple[SuiteCommand, ...] = ()
    cleanup: tuple[SuiteCommand, ...] = ()


class Suite(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Commands to record one after another on one cloud.

    ``services`` are the further services that the cloud has, as names for ``tracer cloud up --services``.
    ``files`` maps names to kinds of files, which the working folder of the commands contains. ``passwords``
    are placeholders that get a new random value in each round. ``users`` maps the names of users (``as``)
    to their ``OS_…`` variables, as far as these differ from the administrator's. ``cleanup`` runs at the end
    of a round, except after the last round and after a failed preparation. It leaves out commands that need
    a missing value.
    """

    name: Name
    services: tuple[Name, ...] = ()
    files: dict[FileName, Literal["qcow2", "text"]] = {}
    passwords: tuple[Placeholder, ...] = ()
    users: dict[Name, dict[Variable, str]] = {}
    prepare: tuple[SuiteCommand, ...] = ()
    commands: Annotated[tuple[Recorded, ...], msgspec.Meta(min_length=1)]
    cleanup: tuple[SuiteCommand, ...] = ()

    def __post_init__(self) -> None:
        defined: set[str] = set(self.passwords)
        names: set[str] = set()
        for location, command in self._in_order():
            if command.user is not None and command.user not in self.users:
                raise ValueError(f"{location}: no user {command.user!r} among the suite's users")
            for name in (*command.placeholders, *self._placeholders_of(command.user)):
                if name not in defined:
                    raise ValueError(f"{location}: nothing that runs earlier keeps {{{name}}}")
            defined.update(command.keep)
            if isinstance(command, Recorded):
                if command.name in names:
                    raise ValueError(f"{location}: the name {command.name!r} stands twice")
                names.add(command.name)

    def command(self, name: str) -> Recorded:
        """Return the recorded command ``name``, which must exist."""
        return next(command for command in self.commands if command.name == name)

    def _placeholders_of(self, user: str | None) -> Iterator[str]:
        for text in self.users[user].values() if user else ():
            yield from placeholders(text)

    def _in_order(self) -> Iterator[tuple[str, SuiteCommand]]:
        yield from _locate("prepare", self.prepare)
        for index, command in enumerate(self.commands):
            location = f"commands[{index}]"
            yield from _locate(f"{location}.prepare", command.prepare)
            yield location, command
            yield from _locate(f"{location}.cleanup", command.cleanup)
        yield from _locate("cleanup", self.cleanup)


def placeholders(text: str) -> tuple[str, ...]:
    """Return the names of the placeholders in a text, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def filled(text: str, values: dict[str, str]) -> str:
    """Return ``text`` with values for placeholders. Raise KeyError for a placeholder without a value."""
    return _PLACEHOLDER.sub(lambda placeholder: values[placeholder[1]], text)


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
