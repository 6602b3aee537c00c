"""Secrets in a file at locations that the policy names: in JSON, YAML, and recordings.

The search reads a file as capture reads a body, but notes secrets and replaces none. A recording begins with
the key ``format``; its header fields, URLs, and bodies are searched as those of exchanges.
"""

from __future__ import annotations

import contextlib
import json
import operator
import shlex
from heapq import merge
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import yaml

from tracer.findings import Leak
from tracer.formats import json_text, yaml_text
from tracer.redaction import commands, documents, headers, url_secrets
from tracer.redaction.harmless import is_location
from tracer.redaction.pseudonyms import has_pseudonym
from tracer.redaction.scanner import located
from tracer.redaction.seams import scan_pieces
from tracer.redaction.substitutions import is_kept
from tracer.redaction.yamllines import YamlLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.patches import At
    from tracer.redaction.rules import Policy

__all__ = ["find_by_location", "find_removable"]

_MOST_LEVELS = 200  # of YAML; libyaml is slow for deep nesting
_COUNTS = "redacted"  # the key of the number of replacements by each rule
_NO_KEY = None  # the next scalar is the key of a member

Names = list[str | int | None]
"""The keys and indexes that lead to a scalar."""

Hit = tuple[int, str, str]
"""The offset of a value in a text, the name of its rule, and the value."""


def find_removable(pieces: Callable[[], Iterable[str]], policy: Policy) -> Iterator[Leak]:
    """Yield the values that capture would replace by location, name, or pattern: in order, each once.

    Each call of ``pieces`` returns the text from its beginning, in pieces of whole lines.
    """
    by_look = chain.from_iterable(leaks for _, leaks in scan_pieces(pieces(), policy=policy, common=True))
    last: tuple[int, int] | None = None
    for leak in merge(by_look, find_by_location(pieces(), policy), key=_position):
        if _position(leak) != last:
            yield leak
        last = _position(leak)


def find_by_location(pieces: Iterable[str], policy: Policy) -> Iterator[Leak]:
    """Find the values at locations that the policy names, in a text of pieces of whole lines.

    JSON may be torn. Other text is searched as YAML, up to the first syntax error.
    """
    rest = iter(pieces)
    head = "".join(_begin(rest))
    if json_text.may_be_json(head):
        return _in_json(chain((head,), rest), policy.fields(""), _Notes(policy))
    return _in_yaml(YamlLines(chain((head,), rest)), policy)


def _begin(pieces: Iterator[str]) -> Iterator[str]:
    """Yield the pieces up to the first piece that is not blank."""
    for piece in pieces:
        yield piece
        if piece.strip("\ufeff \t\r\n"):
            return


class _Notes:
    """A handler that notes the values that capture would replace, with the names of their rules.

    ``quoted``: the values are in quotes. Without quotes, a value may be a state in a log.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.quoted = True
        self._entries: list[tuple[str, str]] = []

    def take(self, rule: LocationRule, value: str, /) -> str:
        """Note a value that ``Substitutions`` would replace, except placeholders. Return it unchanged."""
        policy = self.policy
        if is_kept(value) or policy.is_placeholder(value, quoted=self.quoted) or policy.is_variable(value):
            return value
        if not self.quoted and policy.is_state(value):
            return value
        if rule.kind == "token" and is_location(value):
            return url_secrets.url(value, policy, self.take)
        if rule.form == "value" and self._in_header(rule, value):
            return value
        self._entries.append((rule.name, value))
        return value

    def learn(self, _rule: LocationRule, value: str, /) -> str:
        """Return ``value`` unchanged, without a note: it is a part of a value that ``take`` notes."""
        return value

    def scrub(self, text: str, /) -> str:
        """Return ``text`` unchanged: other functions search for names and patterns."""
        return text

    forget = scrub

    def drain(self) -> list[tuple[str, str]]:
        """Return the rules and values noted since the last call."""
        entries, self._entries = self._entries, []
        return entries

    def _in_header(self, rule: LocationRule, value: str) -> bool:
        """Return whether ``value`` is handled as the value of a header field. Note the secrets within it.

        A recording keeps the rest of such a value: ``Basic <credentials-1>``.
        """
        field = self.policy.header(rule.name)
        if field is None or field.form == "value":
            return False
        noted = len(self._entries)
        headers.value(rule.name, value, self)
        return len(self._entries) > noted or has_pseudonym(value)


def _position(leak: Leak) -> tuple[int, int]:
    return leak.line, leak.column


def _in_json(pieces: Iterable[str], root: At[LocationRule], notes: _Notes) -> Iterator[Leak]:
    """Yield the leaks in JSON: one document, several documents, or a torn document."""
    scalars = json_text.Scalars(root, operator.getitem)
    line = 1
    for piece in pieces:
        hits = ((start, rule) for start, rule, _ in _hits(scalars, piece, notes))
        yield from located(piece, hits, line)
        line += piece.count("\n")


def _hits(scalars: json_text.Scalars[At[LocationRule]], text: str, notes: _Notes) -> Iterator[Hit]:
    """Yield the hits in a piece of JSON."""
    for scalar in scalars.feed(text):
        at, literal = scalar.state, scalar.literal
        if literal[0] == "'":
            if at.rule is not None:
                notes.take(at.rule, json_text.string(literal))
        else:
            documents.literal_at(at, literal, notes)
        yield from _drain_hits(notes, text, scalar.start + (literal[0] in "\"'"), scalar.end)


def _drain_hits(notes: _Notes, text: str, start: int, end: int) -> Iterator[Hit]:
    """Yield the noted values with their offsets; with ``start`` if the text spells a value differently."""
    done = start
    for rule, value in notes.drain():
        offset = text.find(value, done, end)
        offset = offset if offset >= 0 else text.find(value, start, done)
        done = max(done, offset)
        yield offset if offset >= 0 else start, rule, value


def _in_yaml(lines: YamlLines, policy: Policy) -> Iterator[Leak]:
    """Yield the leaks in YAML, up to the first syntax error."""
    notes = _Notes(policy)
    recording: _Recording | None = None
    try:
        for at, names, scalar in _scalars(lines, policy.fields("")):
            if names == ["format"] and not scalar.start_mark.line:
                recording = _Recording(notes)
            if recording is not None:
                hits = recording.hits(names, scalar.value)
            elif _COUNTS in names and scalar.value.isdecimal():
                continue
            else:
                hits = _in_scalar(at, scalar, notes)
            for offset, rule, value in hits:
                yield Leak(rule, *lines.position(scalar, offset, value))
    except (yaml.YAMLError, ValueError):
        return


def _scalars(lines: YamlLines, root: At[LocationRule]) -> Iterator[tuple[At[LocationRule], Names, Any]]:
    """Yield each scalar of YAML that is no key, with its location and with the keys and indexes above it."""
    states: list[At[LocationRule]] = []
    names: Names = []
    for event in yaml_text.events(lines):
        lines.forget(event.start_mark)
        kind = type(event)
        if kind in (yaml.MappingStartEvent, yaml.SequenceStartEvent):
            if len(states) >= _MOST_LEVELS:
                return
            states.append(_entered(root, states, names))
            names.append(_NO_KEY if kind is yaml.MappingStartEvent else 0)
        elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
            states.pop()
            names.pop()
            _advance(names, "")
        elif kind in (yaml.ScalarEvent, yaml.AliasEvent):
            is_key = bool(names) and names[-1] is _NO_KEY
            if kind is yaml.ScalarEvent and not is_key:
                yield _entered(root, states, names), names, event
            _advance(names, getattr(event, "value", ""))


def _entered(root: At[LocationRule], states: list[At[LocationRule]], names: Names) -> At[LocationRule]:
    return states[-1]["" if names[-1] is _NO_KEY else names[-1]] if states else root


def _advance(names: Names, ended: str) -> None:
    """Update ``names`` after the end of a key, of a value, or of an item."""
    if names:
        name = names[-1]
        names[-1] = name + 1 if isinstance(name, int) else ended if name is _NO_KEY else _NO_KEY


def _in_scalar(at: At[LocationRule], scalar: Any, notes: _Notes) -> Iterator[Hit]:
    """Yield the hits in a scalar of YAML: the scalar itself, or values in its JSON."""
    text = scalar.value
    is_text = not scalar.implicit[0] or yaml_text.is_text(text)
    if not text:
        return
    if at.rule is not None:
        notes.quoted = not scalar.implicit[0]
        documents.literal_at(at, json.dumps(text) if is_text else text, notes)
        notes.quoted = True
        yield from _drain_hits(notes, text, 0, len(text))
    elif json_text.may_be_json(text):
        yield from _hits(json_text.Scalars(at, operator.getitem), text, notes)


class _Recording:
    """The exchanges of a recording. Their scalars arrive in the order of a file that tracer wrote."""

    def __init__(self, notes: _Notes) -> None:
        self._notes = notes
        self._path = self._type = ""

    def hits(self, names: Names, text: str) -> Iterator[Hit]:
        """Yield the hits in ``text``, the scalar at the keys and indexes ``names``."""
        match names:
            case ["command"]:
                self._command(text)
            case ["exchanges", int(), "request" | "response" as side, *rest]:
                match rest:
                    case ["url"]:
                        self._path, self._type = url_secrets.path_of(text), ""
                        url_secrets.url(text, self._notes.policy, self._notes.take)
                    case ["status"]:
                        self._type = ""
                    case ["headers", str(name), *_]:
                        headers.value(name, text, self._notes)
                    case ["body", "type"]:
                        self._type = text
                    case ["body", "json" | "text" | "base64" as field]:
                        yield from self._body(field, text, "request" if side == "request" else "response")
        yield from _drain_hits(self._notes, text, 0, len(text))

    def _command(self, text: str) -> None:
        with contextlib.suppress(ValueError):
            commands.command(shlex.split(text), self._notes)

    def _body(self, field: str, text: str, side: Literal["request", "response"]) -> Iterator[Hit]:
        notes, policy = self._notes, self._notes.policy
        whole = policy.body(self._path, side, self._type)
        if whole is not None:
            notes.take(whole, text)
        elif field == "text" and "form-urlencoded" in self._type.lower():
            url_secrets.parameters(text, policy, notes.take)
        elif field != "base64" and json_text.may_be_json(text) and policy.prefilter.may_hold_secret(text):
            root = policy.fields(self._path)
            yield from _hits(json_text.Scalars(root, operator.getitem), text, notes)
