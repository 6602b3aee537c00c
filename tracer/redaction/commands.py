"""Redaction of command lines, and search for secrets in environment variables."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tracer.formats.json_text import may_be_json
from tracer.redaction import bodies, headers, url_secrets
from tracer.redaction.shellwords import shell_words, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.substitutions import SecretReplacer

__all__ = ["command", "learn_environment"]

_OPTION = re.compile(r"(--[\w-]+=|-[A-Za-z](?=[A-Za-z_\[{]))?(.+)", re.DOTALL)
_NAMED = re.compile(r"([A-Za-z_][\w.-]*)([=:]\s*)((?:(?![;,]\s*[A-Za-z_][\w.-]*=).)+)([;,]\s*)?", re.DOTALL)
_CLUSTER = re.compile(r"-[A-Za-z]{2,6}")  # the last of the letters may have a value
_SHELLS = frozenset({"sh", "ash", "bash", "dash", "ksh", "su", "zsh"})
_SCRIPT = re.compile(r"-[a-z]{0,5}c")
_BLANK = re.compile(r"\s")
_NO_SCRIPT = re.compile(r"-|(?:[\w.:-]+=)?[\[{]")  # an option, or JSON
_PAIR = re.compile(r"[^\s:=/]+:[^/].*", re.DOTALL)


_DEEPEST = 3  # command lines in arguments of command lines


def command(argv: Sequence[str], replacer: SecretReplacer) -> str:
    """Return the command line, quoted for a shell, with its secrets replaced."""
    # Quotes could hide a known secret from the search, so each word is searched before it is quoted.
    return replacer.scrub(shlex.join(map(replacer.forget, _words(argv, replacer))))


def _words(argv: Sequence[str], replacer: SecretReplacer, depth: int = 0) -> list[str]:
    """Return the words of a command line with their secrets replaced."""
    words = [word.rpartition("/")[2].lower() for word in argv]
    arguments = replacer.policy.arguments(argv)
    out: list[str] = []
    expected: LocationRule | None = None
    container = ""
    for index, argument in enumerate(argv):
        if index in arguments and expected is None:
            inner = bodies.text(argument, replacer)  # JSON of which a part is the secret
            out.append(replacer.take(arguments[index], argument) if inner == argument else inner)
            continue
        if expected is not None and not (expected.many and not _PAIR.fullmatch(argument)):
            out.append(_replace_value(expected, argument, replacer))
            expected = expected if expected.many else None
            continue
        expected = None
        name, equals, value = argument.partition("=")
        rule = replacer.policy.option(name, words) if argument.startswith("-") else None
        short = replacer.policy.option(argument[:2], words) if argument[:1] == "-" != argument[1:2] else None
        if rule is None and short is None and _CLUSTER.fullmatch(argument):
            rule = replacer.policy.option(f"-{argument[-1]}", words)
        if rule is None and short is not None and argument[2:]:
            out.append(f"{argument[:2]}{_replace_value(short, argument[2:], replacer)}")  # -Kkey
        elif rule is None:
            is_script = _is_script(argv[:index], words)
            redacted = argument if is_script else _argument(argument, replacer, container)
            if redacted == argument and (is_script or not _NO_SCRIPT.match(argument)):
                redacted = _inner_command(argument, replacer, depth)
            out.append(redacted)
            container = argument.lstrip("-").replace("-", "_") if argument.startswith("--") else ""
        elif equals:
            out.append(f"{name}={_replace_value(rule, value, replacer)}")
        else:
            out.append(argument)
            expected = rule
    return out


def _is_script(before: Sequence[str], words: Sequence[str]) -> bool:
    """Return whether the argument behind ``before`` is a script: ``sh -c "…"``."""
    return bool(before) and _SCRIPT.fullmatch(before[-1]) is not None and not _SHELLS.isdisjoint(words)


def _inner_command(argument: str, replacer: SecretReplacer, depth: int) -> str:
    """Return an argument with its secrets replaced, read as a command line for a shell."""
    if depth >= _DEEPEST or not _BLANK.search(argument):
        return argument
    parts: list[str] = []
    done = 0
    words = list(shell_words(argument))
    for word, new in zip(words, _words([word.value for word in words], replacer, depth + 1), strict=True):
        if new != word.value:
            parts += (argument[done : word.start], written(new, argument[word.start : word.end]))
            done = word.end
    return "".join([*parts, argument[done:]])


def learn_environment(environment: Mapping[str, str], replacer: SecretReplacer) -> None:
    """Register the secrets among the variables, and the secrets within URLs (``http_proxy``)."""
    for name, value in environment.items():
        rule = replacer.policy.variable(name, value)
        if rule is not None:
            replacer.learn(rule, value)
        elif "://" in value:
            url_secrets.url(value, replacer.policy, replacer.learn)


def _replace_value(rule: LocationRule, value: str, replacer: SecretReplacer) -> str:
    if rule.kind == "credentials" and ":" in value:  # curl --user name:password
        name, _, password = value.partition(":")
        return f"{name}:{replacer.take(rule._replace(kind='password'), password)}"
    return replacer.take(rule, value)


def _argument(argument: str, replacer: SecretReplacer, container: str) -> str:
    """Return an argument with its secrets replaced: a variable, a property, a header field, JSON, or a URL.

    ``container``: the field for the option before it. Properties of ``--driver-info`` are in ``driver_info``.
    """
    match = _OPTION.fullmatch(argument)
    option, rest = match.groups() if match else (None, argument)
    if may_be_json(rest):
        return f"{option or ''}{bodies.text(rest, replacer)}"
    if option and option.startswith("--"):
        container = option.strip("-=").replace("-", "_")
    named = _NAMED.match(rest)
    if named is None or rest[named.end(2) :].startswith("//"):
        return url_secrets.url(argument, replacer.policy, replacer.take) if "://" in argument else argument
    new = _NAMED.sub(lambda match: _named(match, replacer, container), rest)
    if new == rest and "://" in rest:
        new = url_secrets.url(rest, replacer.policy, replacer.take)
    return f"{option or ''}{new}"


def _named(match: re.Match[str], replacer: SecretReplacer, container: str) -> str:
    """Return ``name=value`` or ``Name: value``, an item of a list, with its secret replaced."""
    name, sign, value, end = match.groups()
    policy = replacer.policy
    root = policy.fields("")
    if sign.startswith(":") and (rule := policy.header(name)) is not None:
        return f"{name}{sign}{headers.value(name, value, replacer)}{end or ''}"
    field = root[name].rule or (root[container][name].rule if container else None)
    rule = policy.variable(name, value) or policy.header(name) or field or policy.parameter(name)
    if rule is None or rule.form != "value" or (sign != "=" and rule is not field):
        return match[0]
    return f"{name}{sign}{replacer.take(rule, value)}{end or ''}"
