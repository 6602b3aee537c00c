"""The surroundings of a suite's entries: a folder with the suite's files, environments, and values."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import msgspec

from tracer.cloud.image import qcow2
from tracer.cloud.passwords import generate
from tracer.errors import CommandError
from tracer.formats.json_paths import value_at
from tracer.formats.placeholders import filled, placeholders
from tracer.matrix.cloud_requests import json_value, response_value
from tracer.matrix.roles import ADMIN
from tracer.redaction import Redactor, builtin_policy
from tracer.storage import write

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tracer.capture.client.requests_process import ServiceResponse
    from tracer.matrix.accounts import Accounts
    from tracer.matrix.cloud_requests import CloudRequests
    from tracer.matrix.problems import Problem
    from tracer.matrix.suite_requests import SuiteRequest
    from tracer.matrix.suites import Suite, SuiteCommand

__all__ = ["Workplace", "failure", "unexpected_status"]

_SHORTEST = 12
"""Characters of the shortest value that gives way to its placeholder: secrets are longer."""

_PATIENCE = 120
"""Seconds that a service has to reach an awaited state."""
_PAUSE = 0.2

_FILES = {"qcow2": qcow2, "text": lambda: b"These are notes, and no disk image.\n" * 2000}


class Workplace:
    """A folder, environment variables and values for the entries of ``suite``.

    ``accounts`` are the users of the cloud for roles, and ``requests`` sends the requests of the suite.
    ``values`` are those of placeholders, ``passwords`` the secret ones among them.
    """

    def __init__(
        self, suite: Suite, folder: Path, accounts: Accounts, requests: CloudRequests | None = None
    ) -> None:
        self.folder = folder
        self.passwords = {name: generate() for name in suite.passwords}
        self.values: dict[str, str] = {}
        self._placeholders_by_value: dict[str, str] = {}
        self._store(self.passwords)
        self._redactor = Redactor(builtin_policy())
        for password in self.passwords.values():
            self._redactor.learn("password", password)
        for environment in accounts.environments.values():
            self._redactor.learn_environment(environment)
        self._accounts = accounts
        self._requests = requests
        self._users = suite.users
        for name, kind in suite.files.items():
            write(folder / name, _FILES[kind]())

    @property
    def requests(self) -> CloudRequests:
        """Return the sender of requests, which a suite with requests has."""
        assert self._requests is not None, "the recorder makes one for a suite with requests"
        return self._requests

    def can_run(self, command: SuiteCommand) -> bool:
        """Return whether all placeholders of ``command`` have values, and its user is available."""
        user = command.user or ADMIN
        return self._missing(command, user) is None and user not in self._accounts.unavailable

    def words(self, command: SuiteCommand, user: str | None = None) -> list[str]:
        """Return the words of ``command`` with all values. Raise CommandError if a value is missing."""
        self._check(command, user)
        return command.words(self.values)

    def request(self, command: SuiteCommand, user: str | None = None) -> SuiteRequest:
        """Return the request with all values. Raise CommandError if a value is missing or does not fit."""
        self._check(command, user)
        try:
            return command.filled_request(self.values)
        except msgspec.ValidationError as error:
            raise CommandError(f"not sent: {error}", command.title) from None

    def environment(self, command: SuiteCommand, user: str | None = None) -> dict[str, str]:
        """Return the environment variables for ``command`` as ``user``, by default the one that it names.

        Raises CommandError if the cloud does not have this user.
        """
        name = user or command.user or ADMIN
        if name in self._accounts.unavailable:
            raise CommandError(f"not run: {self._accounts.unavailable[name]}")
        if name in self._users:
            own = {key: filled(text, self.values) for key, text in self._users[name].items()}
            return {**self._accounts.environments[ADMIN], **own}
        return dict(self._accounts.environments[name])

    def run(self, command: SuiteCommand) -> None:
        """Run a command or send a request without a recording, and store the values that it gives.

        Raises CommandError if the command cannot start, fails or succeeds unexpectedly, if the response has
        an unexpected status, or if values are missing.
        """
        if command.request is not None:
            self.keep_from(command, self._response(command))
            return
        words = self.words(command)
        try:
            ended = subprocess.run(
                words,
                env=self.environment(command),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise CommandError(f"cannot start `{words[0]}`: {error.strerror}") from None
        if ended.returncode and not command.fails:
            raise failure(command, ended.returncode, ended.stderr)
        if command.fails is True and not ended.returncode:
            raise CommandError("did not fail", command.title)
        self.keep(command, ended.stdout)

    def _response(self, command: SuiteCommand) -> ServiceResponse:
        """Return the response to a request, sent again until it has the awaited values."""
        request, environment = self.request(command), self.environment(command)
        end = time.monotonic() + _PATIENCE
        while True:
            response = self.requests.send(request, environment, self.folder)
            if problem := unexpected_status(command, response, command.statuses()):
                raise problem
            difference = _difference(command, response)
            if not difference:
                return response
            if time.monotonic() > end:
                raise CommandError(f"{difference} after {_PATIENCE} seconds", command.title)
            time.sleep(_PAUSE)

    def forget(self, command: SuiteCommand) -> None:
        """Remove the values that ``command`` gave before, as another role."""
        for name in command.keep:
            self.values.pop(name, None)

    def keep(self, command: SuiteCommand, printed: str) -> None:
        """Store the values in ``printed`` for the placeholders of ``command``.

        Raises CommandError if ``printed`` is no JSON with these values.
        """
        if not command.keep:
            return
        try:
            fields = msgspec.json.decode(printed)
            values = {name: str(value_at(fields, path)) for name, path in command.keep.items()}
        except (msgspec.DecodeError, LookupError):
            raise CommandError(f"printed no JSON object with {_paths(command)}", command.title) from None
        self._store(values)

    def keep_from(self, command: SuiteCommand, response: ServiceResponse) -> None:
        """Store the values in a response for the placeholders of ``command``.

        An error has no values. Raises CommandError if another response lacks one.
        """
        if response.status >= 400:
            return
        try:
            self._store({name: response_value(response, path) for name, path in command.keep.items()})
        except LookupError:
            raise CommandError(f"gave no {_paths(command)}", command.title) from None

    def without_secrets(self, problem: Problem) -> Problem:
        """Return ``problem`` without secrets, and with placeholders in place of their values.

        A client and a library quote their arguments: passwords, tokens, and other values that are kept.
        """
        return msgspec.structs.replace(
            problem, reason=self._clean(problem.reason), command=self._clean(problem.command)
        )

    def _clean(self, text: str) -> str:
        for value in sorted(self._placeholders_by_value, key=len, reverse=True):
            text = text.replace(value, f"{{{self._placeholders_by_value[value]}}}")
        return self._redactor.text(text)

    def _store(self, values: Mapping[str, str]) -> None:
        self.values |= values
        self._placeholders_by_value |= {
            value: name for name, value in values.items() if len(value) >= _SHORTEST
        }

    def _check(self, command: SuiteCommand, user: str | None) -> None:
        missing = self._missing(command, user or command.user or ADMIN)
        if missing:
            raise CommandError(f"not run: the command that gives {{{missing}}} failed")

    def _missing(self, command: SuiteCommand, user: str) -> str | None:
        needed = (*command.placeholders, *placeholders(list(self._users.get(user, {}).values())))
        return next((name for name in needed if name not in self.values), None)


def failure(command: SuiteCommand, code: int, stderr: str) -> CommandError:
    """Return an error with the failed ``command`` and the last line of ``stderr``, or else the exit code."""
    last = stderr.strip().splitlines()[-1:] or [f"exit code {code}, and no reason given"]
    return CommandError(f"failed: {last[0]}", command.title)


def unexpected_status(
    command: SuiteCommand, response: ServiceResponse, expected: tuple[int, ...]
) -> CommandError | None:
    """Return an error if the status is none of the ``expected`` (empty: all below 400), else None."""
    if response.error:
        return CommandError(f"got no response: {response.error}", command.title)
    if response.status in expected if expected else response.status < 400:
        return None
    wanted = " or ".join(map(str, expected)) if expected else "a status below 400"
    return CommandError(f"got status {response.status}, expected {wanted}", command.title)


def _difference(command: SuiteCommand, response: ServiceResponse) -> str:
    """Return the first value in ``response`` that differs from the awaited values; empty without one."""
    for path, awaited in command.awaited.items():
        try:
            value = json_value(response, path)
        except LookupError:
            return f"has no {path}"
        if value not in awaited:
            return f"has {path} = {value}"
    return ""


def _paths(command: SuiteCommand) -> str:
    return ", ".join(command.keep.values())
