"""The compiled policy: the rules of all files, with one look-up for each kind of location."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from tracer.model import RunNote
from tracer.redaction.commandlines import ProgramOptions
from tracer.redaction.counts import is_count
from tracer.redaction.encodings import BACKSLASH, from_backslash
from tracer.redaction.harmless import is_location, is_placeholder, stands_in
from tracer.redaction.location_rules import LocationRule, RuleNames, is_name_service, mapped, rule_for_path
from tracer.redaction.names import SecretNames, Word
from tracer.redaction.objects import Kind
from tracer.redaction.pairs import Pairs
from tracer.redaction.paths import Machine, parse
from tracer.redaction.patterns import PatternSet, text_patterns
from tracer.redaction.policy import (
    Common,
    beginnings,
    read_builtin,
    read_file,
    read_package_file,
    url_template,
)
from tracer.redaction.prefilter import Prefilter
from tracer.redaction.variables import is_variable
from tracer.redaction.vocabulary import Vocabulary, of_catalogue, of_model, of_policy
from tracer.rulefolders import package_files, rule_files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from tracer.redaction.paths import Node, Pattern
    from tracer.redaction.patterns import TextPattern
    from tracer.redaction.policy import PolicyFile

__all__ = ["KNOWN", "Policy", "builtin_policy", "load_policy"]

KNOWN = "known secret"
"""The name of the rule that counts known secrets at locations without a rule."""

DECLARED = "hidden parameter"
"""The name of the rule that counts values that a Heat template declares as secret."""

_MOST_MACHINES = 64
_WHOLE = frozenset({"value", "credentials", "cookie", "set-cookie"})
"""Forms of header fields with values that are equally secret in a JSON field of that name."""
_OFTEN_LOCATED = frozenset({"token", "user-data"})
"""Kinds of secrets with names that often stand beside a URL instead."""
_VERSION = re.compile(r"v[0-9]{1,3}(?:\.[0-9]{1,3})?")  # of an API
_TRAILING = re.compile(r"(?<=.)/+$")
_NUMBER = re.compile(r"[-+]?[0-9][0-9.,]*")
_IN_LIST = re.compile(r"""(?:[\[,]|\n[ \t]*-)[ \t\r\n]*[\\"']*\Z""")
_QUOTES = frozenset("\"'")
_YAML_BLANKS = re.compile(r"(?:\\[NLP_])+")  # YAML 1.2, section 5.7: line breaks and blanks of Unicode
_FOLDER = re.compile(r"(?:/[\w.~-]*)+")


class Policy:
    """The immutable definition of secrets. ``load_policy`` creates it."""

    def __init__(self, files: tuple[PolicyFile, ...]) -> None:
        self._files = files
        self.common = Common(
            shortest=min(file.common.shortest for file in files),
            words=tuple(word for file in files for word in file.common.words),
        )
        exemptions = [exemption for file in files for exemption in file.exemptions]
        self.notes = [
            RunNote(code="policy-exception", values={"reason": exemption.reason}) for exemption in exemptions
        ]
        self._exempt_fields = [field for exemption in exemptions for field in exemption.fields]
        self._exempt_names = {
            name.lower()
            for e in exemptions
            for names in (e.headers, e.fields, e.parameters)
            for name in names
        }
        self._headers = RuleNames(
            (
                (name, LocationRule(name, rule.kind, form=rule.form))
                for file in files
                for rule in file.headers
                for name in rule.names
            ),
            (name for exemption in exemptions for name in exemption.headers),
        )
        self._parameters = RuleNames(
            (
                (name, LocationRule(name, rule.kind, spread=rule.spread))
                for file in files
                for rule in file.parameters
                for name in rule.names
            ),
            (name for exemption in exemptions for name in exemption.parameters),
        )
        self._variables = RuleNames(
            (name, LocationRule(name, rule.kind))
            for file in files
            for rule in file.variables
            for name in rule.names
        )
        self._options = [
            (rule.within, LocationRule(name, rule.kind, many=rule.many), shorter)
            for file in files
            for rule in file.options
            for name, shorter in map(beginnings, rule.names)
        ]
        self._arguments = [rule for file in files for rule in file.arguments]
        self._kinds = [
            Kind(rule.key, frozenset(rule.values), frozenset(rule.fields), LocationRule(rule.name, rule.kind))
            for file in files
            for rule in file.objects
        ]
        self._kept_options = frozenset(name for file in files for name in file.keep.options)
        self._machines: dict[frozenset[int], Machine[LocationRule]] = {}
        self._fields = [
            (rule, rank, [re.compile(rf".*{url_template(url)}", re.DOTALL) for url in rule.urls])
            for rank, file in enumerate(files)
            for rule in file.fields
        ]
        self._bodies = [
            (rule, url, re.compile(rf".*{url_template(url)}", re.DOTALL))
            for file in files
            for rule in file.bodies
            for url in rule.urls
        ]
        self._paths = [
            (LocationRule(template, rule.kind), re.compile(url_template(template)))
            for file in files
            for rule in file.paths
            for template in rule.templates
        ]
        self._kept_paths = [re.compile(url_template(path)) for file in files for path in file.keep.paths]

    def __repr__(self) -> str:
        return f"<Policy of {len(self._files)} file(s)>"

    @cached_property
    def patterns(self) -> PatternSet:
        """Return the expressions for secrets in any text."""
        return PatternSet(self._text_patterns, self.prefilter)

    @cached_property
    def _text_patterns(self) -> list[TextPattern]:
        return text_patterns(self._files, frozenset(self._exempt_names))

    @cached_property
    def prefilter(self) -> Prefilter:
        """Return the fast test of a text for possible secrets of this policy."""
        rules = self._rules(frozenset(range(len(self._fields))))
        return Prefilter(
            (
                *(pattern.word for pattern, rule, _ in rules if rule is not None),
                *self.names.stems(),
                *(value.lower() for kind in self._kinds for value in kind.values),
                *(program.call for program in self._programs()),
                *(word for pattern in self._text_patterns for word in pattern.words or ("",)),
            )
        )

    @cached_property
    def names(self) -> SecretNames[LocationRule]:
        """Return the names of secrets, in any spelling."""
        return SecretNames(
            self._given_names(),
            (
                Word(
                    tuple(word.split()),
                    LocationRule(
                        word,
                        rule.kind,
                        numbers=rule.numbers and not rule.listed,
                        listed=rule.listed,
                        mapped=rule.mapped,
                    ),
                    rule.whole,
                    rule.opens,
                )
                for file in self._files
                for rule in file.names
                for word in rule.words
            ),
            after=(word for file in self._files for word in file.naming.after),
            about=(word for file in self._files for word in file.naming.about),
            alike=(word for file in self._files for word in file.naming.alike),
        )

    @cached_property
    def pairs(self) -> Pairs[LocationRule]:
        """Return the search for values beside the names of secrets in any text."""

        def is_harmless(text: str, start: int, end: int, rule: LocationRule) -> bool:
            value = text[start:end].strip()
            if "\\" in value and not BACKSLASH.sub(from_backslash, value).strip():
                return True  # nothing but escaped blanks and control characters
            blanks = _YAML_BLANKS.match(text, start, end)
            if blanks and stands_in(text, blanks.end(), end):
                return True
            quoted = text[start - 1 : start] in _QUOTES
            # Examples: an alias of YAML, the working folder of a shell, a state in a log.
            return (
                (rule.listed and not _IN_LIST.search(text, max(0, start - 80), start))
                or (value[:1] == "*" and text[start - 2 : start] == ": ")
                or (self._names_a_secret(value) and is_variable(text, start, end))
                or (_NUMBER.fullmatch(value) is not None and (not rule.numbers or is_count(text, start)))
                or (rule.name == "pwd" and _FOLDER.fullmatch(value) is not None)
                or (rule.kind in _OFTEN_LOCATED and is_location(value))
                or (not quoted and (self.is_state(value) or is_name_service(rule, value)))
                or stands_in(text, start, end)
                or self.is_placeholder(value, quoted=quoted)
                or (value.startswith("%24") and self.is_variable(value))
            )

        return Pairs(
            self.names,
            is_harmless,
            declared=LocationRule(DECLARED, "secret"),
            harmless_options=self._kept_options,
            naming=(name for file in self._files for name in file.siblings.names),
            valued=(name for file in self._files for name in file.siblings.values),
            mapped=mapped,
            root=lambda: self.fields(""),
            kinds=self._kinds,
            references=(key for file in self._files for key in file.naming.references),
            programs=self._programs(),
        )

    def _programs(self) -> Iterator[ProgramOptions[LocationRule]]:
        """Yield the options with secret arguments of a single program."""
        for rule in (rule for file in self._files for rule in file.options):
            if len(rule.within) == 1 and not rule.many:
                location_rule = LocationRule(
                    rule.names[0], "password" if rule.kind == "credentials" else rule.kind
                )
                yield ProgramOptions(
                    rule.within[0], frozenset(rule.names), location_rule, rule.kind == "credentials"
                )

    @cached_property
    def _placeholders(self) -> frozenset[str]:
        return frozenset(word for file in self._files for word in file.naming.placeholders)

    @cached_property
    def _states(self) -> frozenset[str]:
        return frozenset(word for file in self._files for word in file.naming.states)

    def is_placeholder(self, value: str, *, quoted: bool = False) -> bool:
        """Return whether ``value``, percent-encoded or not, is a mask, a pseudonym, or a placeholder."""
        bare = unquote(value)
        return stands_in(bare, 0, len(bare)) or is_placeholder(bare, self._placeholders, quoted=quoted)

    def is_variable(self, value: str) -> bool:
        """Return whether ``value``, percent-encoded or not, is a variable such as ``$db_password``."""
        name = unquote(value)
        return name[:1] == "$" and self._names_a_secret(name)

    def is_state(self, word: str) -> bool:
        """Return whether an unquoted word is the state of a secret in a log: ``token: expired``."""
        return word.lower().rstrip(".,;!") in self._states

    def _names_a_secret(self, value: str) -> bool:
        """Return whether ``value`` is spelled like a secret's name: ``db_password``, ``user.password``."""
        name = value.rstrip(",;)").lstrip("$").rpartition(".")[2]
        if not name.isidentifier() or not ("_" in name or name != value):
            return False
        return self.names.find(name) is not None

    def _given_names(self) -> Iterator[tuple[str, LocationRule | None]]:
        """Yield the names in the files with their rules, None for harmless names. The last rule counts."""
        for file in self._files:
            for variable in file.variables:
                yield from ((name, LocationRule(name, variable.kind)) for name in variable.names)
            for header in file.headers:
                if header.form == "value":
                    yield from ((name, LocationRule(name, header.kind)) for name in header.names)
            for field in file.fields:
                if not field.urls:
                    names = (path for path in field.paths if not set(".[]$") & set(path))
                    yield from ((name, rule_for_path(name, field)) for name in names)
            yield from ((name, None) for name in (*file.keep.fields, *file.naming.keep))
        yield from ((name, None) for name in self._exempt_names)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Return the words of the recording format, labels and policy, which recordings may contain."""
        arguments = (rule.rule for rule in self._arguments)
        rules = (KNOWN, DECLARED, "body of", *arguments, *self.patterns.names)
        return Vocabulary((*of_policy(self._files), *of_model(), *of_catalogue(), *rules))

    def header(self, name: str) -> LocationRule | None:
        """Return the rule for the header field ``name``; None if it is no secret."""
        return self._headers.find(name) or self._named(name)

    def parameter(self, name: str) -> LocationRule | None:
        """Return the rule for the query or form parameter ``name``; None if it is no secret."""
        return self._parameters.find(name) or self._named(name)

    def variable(self, name: str, value: str) -> LocationRule | None:
        """Return the rule for an environment variable; None if its value is no secret.

        A path is a secret only if the policy lists the name of the variable: not in ``PWD``, ``OLDPWD``.
        """
        rule = self._variables.find(name)
        return rule or (None if _FOLDER.fullmatch(value) else self._named(name))

    def _named(self, name: str) -> LocationRule | None:
        """Return the rule for a value by its name alone; None if it is no secret."""
        rule = self.names.find_key(name)
        return None if rule is None or rule.listed else rule

    def option(self, name: str, words: Collection[str]) -> LocationRule | None:
        """Return the rule for the argument of an option, also of an abbreviated one; None if no secret.

        ``words``: the words of the command line, without folders and in lower case.
        """
        abbreviated = None
        for within, rule, shorter in self._options:
            if not all(word in words for word in within):
                continue
            if name == rule.name:
                return rule
            if abbreviated is None and name in shorter and name not in self._kept_options:
                abbreviated = rule
        return abbreviated

    def arguments(self, argv: Sequence[str]) -> dict[int, LocationRule]:
        """Return the rules for the secret positional arguments of a command line, by their indexes."""
        rule_by_index = {}
        for rule in self._arguments:
            behind = _behind(rule.command, argv)
            count = 0
            valued = False
            for index in range(behind or len(argv), len(argv)):
                if valued or argv[index].startswith("-"):
                    valued = not valued and argv[index] in rule.valued
                    continue
                count += 1
                if count >= rule.first:
                    rule_by_index[index] = LocationRule(rule.rule, rule.kind)
        return rule_by_index

    def fields(self, url_path: str) -> Node[LocationRule]:
        """Return the root location of the JSON documents in requests to ``url_path`` and in responses."""
        path = _plain(url_path)
        fields = enumerate(self._fields)
        active = frozenset(
            index for index, (_, _, urls) in fields if any(url.fullmatch(path) for url in urls)
        )
        machine = self._machines.get(active)
        if machine is None:
            if len(self._machines) >= _MOST_MACHINES:
                self._machines.clear()
            machine = self._machines[active] = Machine(
                self._rules(active), names=self.names.find_key, is_listed=lambda rule: rule.listed
            )
        return machine.root

    def path_secrets(self, path: str) -> Iterator[tuple[LocationRule, int, int]]:
        """Yield the rule, the start, and the end of each secret in the path of a URL."""
        for rule, template in self._paths:
            for match in template.finditer(path):
                is_version = _VERSION.fullmatch(match["secret"]) is not None
                if not is_version and not any(pattern.fullmatch(match[0]) for pattern in self._kept_paths):
                    yield rule, *match.span("secret")

    def body(
        self, url_path: str, side: Literal["request", "response"], content_type: str
    ) -> LocationRule | None:
        """Return the rule for a body that is secret as a whole; None for another body."""
        path = _plain(url_path)
        media = content_type.partition(";")[0].strip().lower()
        for rule, url, pattern in self._bodies:
            if rule.side not in (side, "both") or (rule.types and media not in rule.types):
                continue
            if media not in rule.not_types and pattern.fullmatch(path):
                what = ", ".join(rule.types) if rule.types else url
                return LocationRule(f"body of {what}", rule.kind)
        return None

    def _rules(self, active: frozenset[int]) -> Iterator[tuple[Pattern, LocationRule | None, int]]:
        """Yield the patterns and rules for JSON fields with their ranks. A higher rank wins.

        Kept fields override the rules of their own file, and a later file overrides an earlier file. Names of
        header fields apply to JSON fields too, as some services log and echo header fields. Excluded are
        names such as ``Host``, which have another meaning in JSON.
        """
        for index, (rule, rank, urls) in enumerate(self._fields):
            if not urls or index in active:
                for path in rule.paths:
                    yield parse(path), rule_for_path(path, rule), 2 * rank
        for header_rule in self._headers.rules():
            if header_rule.form in _WHOLE:
                yield parse(header_rule.name), header_rule._replace(form="value"), 0
        for rank, file in enumerate(self._files):
            for path in file.keep.fields:
                yield parse(path), None, 2 * rank + 1
        for path in self._exempt_fields:
            yield parse(path), None, 2 * len(self._files)


def load_policy(*extra: Path) -> Policy:
    """Return the built-in policy with the policy files of packages, rule folders, and ``extra`` added.

    Raises ``InputError`` with the file and the location if a file is invalid.
    """
    of_packages = package_files("policy.toml")
    paths = [*rule_files("policy.toml"), *extra]
    if not (of_packages or paths):
        return builtin_policy()
    return Policy((read_builtin(), *map(read_package_file, of_packages), *map(read_file, paths)))


@lru_cache(maxsize=1)
def builtin_policy() -> Policy:
    """Return the policy that ships with tracer, which needs no file of anybody else."""
    return Policy((read_builtin(),))


def _behind(command: Sequence[str], argv: Sequence[str]) -> int | None:
    """Return the index behind the words of ``command`` in ``argv``; None if the words are absent."""
    words = [word.rpartition("/")[2] for word in argv]
    for start in range(len(words) - len(command) + 1):
        if words[start : start + len(command)] == list(command):
            return start + len(command)
    return None


def _plain(url_path: str) -> str:
    return _TRAILING.sub("", unquote(url_path))
