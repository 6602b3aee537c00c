"""The program that a User-Agent names."""

from __future__ import annotations

import functools
import re
from fnmatch import fnmatchcase
from pathlib import Path

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["may_be_openstack", "program_of"]

_FILE = Path(__file__).with_name("user_agents.yaml")
_COMMENT = re.compile(r"\([^()]*\)")
_PRODUCT = re.compile(r"[A-Za-z0-9][\w.+-]{0,39}\Z", re.ASCII)


class _Programs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    openstack: list[str]
    programs: dict[str, str]


def may_be_openstack(user_agent: str) -> bool:
    """Return whether the ``openstack`` command may send ``user_agent``. An empty one proves nothing."""
    patterns = _programs().openstack
    return not user_agent or any(
        fnmatchcase(product, pattern) for product in _products(user_agent) for pattern in patterns
    )


def program_of(user_agent: str) -> str:
    """Return the name of the program that sent ``user_agent``; empty if it names none.

    The first product is the program, except for programs that begin with the name of another, such as
    browsers.
    """
    products = _products(user_agent)
    names = (name for product, name in _programs().programs.items() if product in products)
    return next(names, None) or (products[0] if products and _PRODUCT.match(products[0]) else "")


def _products(user_agent: str) -> list[str]:
    """Return the names of the products without versions and comments, in the order sent."""
    return [word.partition("/")[0] for word in _COMMENT.sub(" ", user_agent).split()]


@functools.cache
def _programs() -> _Programs:
    return typed(yaml_text.load(read(_FILE), _FILE.name), _Programs, _FILE.name)
