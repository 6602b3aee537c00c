"""Secrets on command lines and in environments."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tracer.redaction import bodies, headers, urls
from tracer.redaction.rules import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.redaction.ledger import Ledger

__all__ = ["command", "learn_environment"]

_ASSIGNMENT = re.compile(r"(--?[\w-]+=)?([A-Za-z_][\w.:-]*)=(.+)", re.DOTALL)
_HEADER = re.compile(r"([A-Za-z0-9-]+):(\s*)(.+)", re.DOTALL)


def command(argv: Sequence[str], ledger: Ledger) -> str:
    """The command line as a shell would take it, with its secrets exchanged."""
    words = [word.rpartition("/")[2].lower() for word in argv]
    arguments = ledger.policy.arguments(argv)
    out: list[str] = []
    expected: Place | None = None
    for index, argument in enumerate(argv):
        if index in arguments and expected is None:
            inner = bodies.text(argument, ledger)  # JSON of which a part is the secret
            out.append(ledger.take(arguments[index], argument) if inner == argument else inner)
            continue
        if expected is not None:
            out.append(_exchanged(expected, argument, ledger))
            expected = None
            continue
        name, equals, value = argument.partition("=")
        place = ledger.policy.option(name, words) if argument.startswith("-") else None
        short = ledger.policy.option(argument[:2], words) if argument[:1] == "-" != argument[1:2] else None
        if place is None and short is not None and argument[2:]:
            out.append(f"{argument[:2]}{_exchanged(short, argument[2:], ledger)}")  # -Kkey
        elif place is None:
            out.append(_argument(argument, ledger))
        elif equals:
            out.append(f"{name}={_exchanged(place, value, ledger)}")
        else:
            out.append(argument)
            expected = place
    # What is left of quoting could hide a known secret from the search, so each word is searched before.
    return ledger.scrub(shlex.join(ledger.forget(word) for word in out))


def learn_environment(environment: Mapping[str, str], ledger: Ledger) -> None:
    """Remember the secrets among the variables, and those inside of URLs (``http_proxy``)."""
    for name, value in environment.items():
        place = ledger.policy.variable(name)
        if place is not None:
            ledger.learn(place, value)
        elif "://" in value:
            urls.url(value, ledger.policy, ledger.learn)


def _exchanged(place: Place, value: str, ledger: Ledger) -> str:
    if place.kind == "credentials" and ":" in value:  # curl --user name:password
        name, _, password = value.partition(":")
        return f"{name}:{ledger.take(place._replace(kind='password'), password)}"
    return ledger.take(place, value)


def _argument(argument: str, ledger: Ledger) -> str:
    """An argument that is no option of the policy: a variable, a property, a header, JSON, a URL."""
    policy = ledger.policy
    assignment = _ASSIGNMENT.fullmatch(argument)
    if assignment:
        option, name, value = assignment.groups()
        field = policy.fields("")[name].rule
        place = policy.variable(name) or policy.header(name) or field or policy.parameter(name)
        if place is not None and place.form == "value":
            return f"{option or ''}{name}={ledger.take(place, value)}"
    header = _HEADER.fullmatch(argument)
    if header and policy.header(header[1]) is not None:
        return f"{header[1]}:{header[2]}{headers.value(header[1], header[3], ledger)}"
    if argument.removeprefix("\ufeff").lstrip()[:1] in ("{", "["):
        return bodies.text(argument, ledger)
    return urls.url(argument, policy, ledger.take) if "://" in argument else argument
