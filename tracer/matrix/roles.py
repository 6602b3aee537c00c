"""The roles that each suite may name, as data."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Literal

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["ADMIN", "Role", "roles"]

ADMIN = "admin"
"""The name of the administrator, whom each cloud has."""

_FILE = Path(__file__).with_name("roles.yaml")


class Role(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A user with the role ``role`` of Keystone on ``scope``, and a token for this scope.

    ``login`` is the way to the token; ``nothing`` stands for requests without a token.
    """

    role: str = ""
    scope: Literal["project", "domain", "system", "nothing"]
    login: Literal["password", "application-credential", "nothing"] = "password"


@functools.cache
def roles() -> dict[str, Role]:
    """Return the roles by name. Callers share the dict and must not change it."""
    return typed(yaml_text.load(read(_FILE), str(_FILE)), dict[str, Role], str(_FILE))
