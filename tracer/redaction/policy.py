"""The policy as data: policy.toml, and users' files of the same format."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from tracer.errors import InputError
from tracer.formats.data_files import read, typed
from tracer.formats.file_kinds import expecting
from tracer.redaction.paths import parse

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = [
    "HeaderForm",
    "PolicyFile",
    "beginnings",
    "read_builtin",
    "read_file",
    "read_package_file",
    "url_template",
]

_SHORTEST_BEGINNING = 4  # letters

Kind = Annotated[str, msgspec.Meta(pattern=r"^[a-z]+(-[a-z]+)*$(?!\n)", max_length=24)]
Names = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1)], ...], msgspec.Meta(min_length=1)]


HeaderForm = Literal[
    "value", "credentials", "cookie", "set-cookie", "url", "challenge", "authority", "protocols"
]
"""The form of a secret in the value of a header field, see policy.toml."""


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base class of all sections of a policy file."""


class HeaderRule(_Rule, frozen=True, kw_only=True):
    """Header fields with secrets, and the form of their values."""

    kind: Kind
    names: Names
    form: HeaderForm = "value"


class FieldRule(_Rule, frozen=True, kw_only=True):
    """Locations of secrets in JSON documents."""

    kind: Kind
    paths: Names
    urls: tuple[str, ...] = ()
    follow: bool = False
    spread: bool = True
    whole: bool = False


class ParameterRule(_Rule, frozen=True, kw_only=True):
    """Parameters of queries, fragments, and forms with secret values."""

    kind: Kind
    names: Names
    spread: bool = True


class PathRule(_Rule, frozen=True, kw_only=True):
    """Segments of URL paths that are secrets."""

    kind: Kind
    templates: Names


class BodyRule(_Rule, frozen=True, kw_only=True):
    """Bodies that are secret as a whole."""

    kind: Kind
    urls: Names
    side: Literal["request", "response", "both"] = "both"
    types: tuple[str, ...] = ()
    not_types: tuple[str, ...] = ()


class PatternRule(_Rule, frozen=True, kw_only=True):
    """A regular expression for secrets in any text."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Kind
    pattern: Annotated[str, msgspec.Meta(min_length=1)]
    hints: tuple[str, ...] = ()
    edge: bool = False


class OptionRule(_Rule, frozen=True, kw_only=True):
    """Options of command lines with secret arguments."""

    kind: Kind
    names: Names
    within: tuple[str, ...] = ()
    many: bool = False


def beginnings(option: str) -> tuple[str, frozenset[str]]:
    """Return an option and its abbreviations: beginnings with four letters, or up to its bracket or more."""
    shortest, bracket, _ = option.partition("[")
    full = option.replace("[", "").replace("]", "")
    return full, frozenset(
        full[:end]
        for end in range(3, len(full))
        if full.startswith("--")
        and (sum(map(str.isalpha, full[:end])) >= _SHORTEST_BEGINNING or (bracket and end >= len(shortest)))
    )


class ArgumentRule(_Rule, frozen=True, kw_only=True):
    """Secret positional arguments of a command, from number ``first`` on."""

    kind: Kind
    command: Names
    first: Annotated[int, msgspec.Meta(ge=1)]
    valued: tuple[str, ...] = ()

    @property
    def rule(self) -> str:
        """Return the name of the rule in counts."""
        return f"argument of {' '.join(self.command)}"


class VariableRule(_Rule, frozen=True, kw_only=True):
    """Environment variables with secret values."""

    kind: Kind
    names: Names


class NameRule(_Rule, frozen=True, kw_only=True):
    """Words or phrases at the end of a secret's name in any text."""

    kind: Kind
    words: Names
    whole: bool = False
    opens: bool = False
    numbers: bool = True
    listed: bool = False
    mapped: bool = False


class Naming(_Rule, frozen=True, kw_only=True):
    """Words that qualify the name of a secret, and values that are no secrets."""

    after: tuple[str, ...] = ()
    about: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    placeholders: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    references: tuple[str, ...] = ()


class Siblings(_Rule, frozen=True, kw_only=True):
    """Fields that contain a name, and fields of the same object that contain the value."""

    names: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


class ObjectRule(_Rule, frozen=True, kw_only=True):
    """Objects of a kind with secret fields: the member ``key`` has one of ``values``."""

    name: Annotated[str, msgspec.Meta(min_length=1)]
    kind: Kind
    key: Annotated[str, msgspec.Meta(min_length=1)]
    values: Names
    fields: Names


class Common(_Rule, frozen=True, kw_only=True):
    """Values that are too short or too common: only a rule that names them removes them."""

    shortest: Annotated[int, msgspec.Meta(ge=4, le=8)] = 8
    words: tuple[str, ...] = ()


class Keep(_Rule, frozen=True, kw_only=True):
    """Fields, paths, and options that are never secrets."""

    fields: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


class Exemption(_Rule, frozen=True, kw_only=True):
    """Exceptions to the policy in a user's file. Recordings quote the reason."""

    reason: Annotated[str, msgspec.Meta(min_length=1)]
    headers: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()


class PolicyFile(_Rule, frozen=True, kw_only=True, rename={"exemptions": "except"}):
    """The content of one policy file."""

    format: Literal[1]
    common: Common = Common()
    keep: Keep = Keep()
    naming: Naming = Naming()
    names: tuple[NameRule, ...] = ()
    siblings: Siblings = Siblings()
    objects: tuple[ObjectRule, ...] = ()
    headers: tuple[HeaderRule, ...] = ()
    fields: tuple[FieldRule, ...] = ()
    parameters: tuple[ParameterRule, ...] = ()
    paths: tuple[PathRule, ...] = ()
    bodies: tuple[BodyRule, ...] = ()
    patterns: tuple[PatternRule, ...] = ()
    options: tuple[OptionRule, ...] = ()
    arguments: tuple[ArgumentRule, ...] = ()
    variables: tuple[VariableRule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()


@lru_cache(maxsize=1)
def read_builtin() -> PolicyFile:
    """Return the policy that ships with tracer."""
    text = resources.files(__package__).joinpath("policy.toml").read_text(encoding="utf-8")
    return _read("policy.toml", text)


def read_file(path: Path) -> PolicyFile:
    """Return the additions in a user's policy file.

    Raises ``InputError`` with the file and the location if it is invalid, or has ``keep`` or ``naming``.
    """
    with expecting("policy", path):
        policy = _read(str(path), read(path))
    for section, given in (("keep", policy.keep != Keep()), ("naming", policy.naming != Naming())):
        if given:
            raise InputError(
                str(path), "only [[except]], with a reason, can take something out of the policy", section
            )
    return policy


def read_package_file(path: Path) -> PolicyFile:
    """Return the additions in the policy file of an installed package.

    Raises ``InputError`` as ``read_file``, and if the file has exceptions or common values: only users take
    something out of the policy.
    """
    policy = read_file(path)
    for section, given in (("except", bool(policy.exemptions)), ("common", policy.common != Common())):
        if given:
            problem = "an installed package takes no rule away; --policy with a file of your own does"
            raise InputError(str(path), problem, section)
    return policy


def url_template(template: str) -> str:
    """Return the regular expression of a template such as ``/v1/secrets/{id}`` or ``/images/**``.

    The first ``{}`` segment becomes the group ``secret``. For the syntax, see policy.toml. Raises
    ``ValueError`` if the template is invalid.
    """
    if not template.startswith("/"):
        raise ValueError(f"not a URL path: {template!r}")
    out = ""
    for segment in template[1:].split("/"):
        if segment == "**":
            out += r"(?:/.*)?"
        elif segment == "*" or re.fullmatch(r"\{\w+\}", segment):
            group = "(" if segment == "*" or "(?P<secret>" in out else "(?P<secret>"
            out += f"/{group}[^/?#]+)"
        elif segment and not set("*{}") & set(segment):
            out += "/" + re.escape(segment)
        else:
            raise ValueError(f"not a URL path: {template!r}")
    return out


def _read(source: str, text: str) -> PolicyFile:
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(source, f"not TOML: {error}") from error
    except RecursionError:
        raise InputError(source, "nested too deeply") from None
    policy = typed(tree, PolicyFile, source)
    _check(source, policy)
    return policy


def _field_path(path: str) -> None:
    """Raise ``ValueError`` if the path is invalid, or has no name of a field."""
    parse(path)
    if not any(map(str.isalnum, path)):
        raise ValueError(f"no name of a field in {path!r}: [[bodies]] makes whole bodies secret")


def _check(source: str, policy: PolicyFile) -> None:
    """Raise ``InputError`` if an expression, a path, or a template of the policy is invalid."""
    checks: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {}
    for i, pattern in enumerate(policy.patterns):
        checks[f"patterns[{i}].pattern"] = (re.compile, (pattern.pattern,))
    for i, field in enumerate(policy.fields):
        checks[f"fields[{i}].paths"] = (_field_path, field.paths)
        checks[f"fields[{i}].urls"] = (url_template, field.urls)
    checks["keep.fields"] = (parse, policy.keep.fields)
    checks["keep.paths"] = (url_template, policy.keep.paths)
    for i, exemption in enumerate(policy.exemptions):
        checks[f"except[{i}].fields"] = (parse, exemption.fields)
    for i, body in enumerate(policy.bodies):
        checks[f"bodies[{i}].urls"] = (url_template, body.urls)
    for i, path in enumerate(policy.paths):
        checks[f"paths[{i}].templates"] = (_secret_template, path.templates)
    for location, (check, values) in checks.items():
        for value in values:
            try:
                check(value)
            except (ValueError, OverflowError, re.error) as error:
                raise InputError(source, str(error), location) from error
            except RecursionError:
                raise InputError(source, "nested too deeply", location) from None


def _secret_template(template: str) -> str:
    expression = url_template(template)
    if "(?P<secret>" not in expression:
        raise ValueError(f"no {{segment}} is the secret of {template!r}")
    return expression
