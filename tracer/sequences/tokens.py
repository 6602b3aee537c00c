"""Tokens of a run: every request that needs a token has one that belongs to the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tracer.sequences.templates import is_version_path
from tracer.sequences.token_requests import asks_for_token

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tracer.sequences.observations import Observation
    from tracer.sequences.schema import Entry

__all__ = ["needs_token", "token_problems"]


def needs_token(entry: Entry) -> bool:
    """Return whether the request of ``entry`` needs a token: all but logins and version discovery."""
    if not entry.token or entry.prologue or asks_for_token(entry.method, entry.path):
        return False
    return not (entry.method == "GET" and is_version_path(entry.path))


def token_problems(
    run: Sequence[Observation], needs: Callable[[int], bool], *, has_login: bool = True
) -> dict[int, str]:
    """Return, by index, the problem of each request of ``run`` without a token of the run.

    Tokens of the run are those that its logins issue, and one that it began with: a token that is first sent
    before any login. ``needs`` takes the index of an exchange and returns whether it needs a token. A login
    whose token was not recorded is good for one token. Without any token, a run has no problem if its tokens
    were not recorded, or if the sequence has no login (``has_login``).
    """
    issued: set[str] = set()
    initial: str | None = None
    attempts = logins = unrecorded = 0
    problems: dict[int, str] = {}
    for index, seen in enumerate(run):
        if seen.token and seen.token not in issued and seen.token != initial:
            if unrecorded:
                unrecorded -= 1
                issued.add(seen.token)
            elif not logins and initial is None:
                initial = seen.token
            elif needs(index):
                problems[index] = f"the token {seen.token} was not issued in this run"
        elif seen.is_anonymous and needs(index):
            problems[index] = "the token is missing"
        if seen.issued:
            issued.add(seen.issued)
        if asks_for_token(seen.method, seen.path):
            attempts += 1
            logins += seen.status == 201
            unrecorded += seen.status == 201 and not seen.issued
    is_judged = issued or initial or (has_login and not attempts)
    return problems if is_judged else {}
