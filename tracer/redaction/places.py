"""Secrets of a file that stand where capture would take them: by their places in JSON, YAML and recordings.

A file is followed as capture follows a body, with what it would take only noted. A recording is known by
its first key: its header fields, URLs and bodies are those of exchanges.
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

from tracer import jsontext, yamltext
from tracer.redaction import commands, documents, headers, urls
from tracer.redaction.harmless import is_location
from tracer.redaction.ledger import is_kept
from tracer.redaction.pseudonyms import has_pseudonym
from tracer.redaction.scanner import Finding, located
from tracer.redaction.seams import scan_pieces
from tracer.redaction.yamllines import YamlLines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tracer.redaction.patches import At
    from tracer.redaction.rules import Place, Policy

__all__ = ["find_by_place", "find_removable"]

_MOST_LEVELS = 200  # of YAML: libyaml takes long for many
_COUNTS = "redacted"  # holds how often each rule took something
_NO_KEY = None  # before the key of a member has come

Names = list[str | int | None]
"""The keys and indexes that lead to a scalar."""

Hit = tuple[int, str, str]
"""Where in a text a value stands, the name of its rule, and the value."""


def find_removable(pieces: Callable[[], Iterable[str]], policy: Policy) -> Iterator[Finding]:
    """Give all that capture would take out of a text, by place, name or look; in order, each once.

    ``pieces`` gives the text anew with each call, in pieces of whole lines.
    """
    by_look = chain.from_iterable(found for _, found in scan_pieces(pieces(), policy=policy, common=True))
    last: tuple[int, int] | None = None
    for finding in merge(by_look, find_by_place(pieces(), policy), key=_position):
        if _position(finding) != last:
            yield finding
        last = _position(finding)


def find_by_place(pieces: Iterable[str], policy: Policy) -> Iterator[Finding]:
    """Give what stands at places of the policy in a text that comes in pieces of whole lines.

    A text that is neither JSON nor YAML is followed as far as it seems to be.
    """
    rest = iter(pieces)
    head = "".join(_begin(rest))
    if jsontext.may_be_json(head):
        return _in_json(chain((head,), rest), policy.fields(""), _Notes(policy))
    return _in_yaml(YamlLines(chain((head,), rest)), policy)


def _begin(pieces: Iterator[str]) -> Iterator[str]:
    """Give the pieces up to the first that is not blank."""
    for piece in pieces:
        yield piece
        if piece.strip("\ufeff \t\r\n"):
            return


class _Notes:
    """What capture would take: each value is noted with the name of its rule, and stays what it is.

    ``quoted``: the values stand in quotes, else a log may tell there that it has none.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.quoted = True
        self._found: list[tuple[str, str]] = []

    def take(self, place: Place, value: str, /) -> str:
        """Note a value that ``Ledger.take`` would take, but for placeholders."""
        policy = self.policy
        if is_kept(value) or policy.is_placeholder(value, quoted=self.quoted) or policy.is_variable(value):
            return value
        if not self.quoted and policy.is_state(value):
            return value
        if place.kind == "token" and is_location(value):
            return urls.url(value, policy, self.take)
        if place.form == "value" and self._in_header(place, value):
            return value
        self._found.append((place.rule, value))
        return value

    def learn(self, _place: Place, value: str, /) -> str:
        """Note nothing: what is learned is no more than a part of what is taken."""
        return value

    def scrub(self, text: str, /) -> str:
        """Leave to others what stands beside names and looks like a secret."""
        return text

    forget = scrub

    def drain(self) -> list[tuple[str, str]]:
        """Return rules and values since the last call."""
        found, self._found = self._found, []
        return found

    def _in_header(self, place: Place, value: str) -> bool:
        """Whether a value under the name of a header field has been judged as that of the field.

        Of such a value, a recording keeps all but the secret: ``Basic <credentials-1>``.
        """
        field = self.policy.header(place.rule)
        if field is None or field.form == "value":
            return False
        noted = len(self._found)
        headers.value(place.rule, value, self)
        return len(self._found) > noted or has_pseudonym(value)


def _position(finding: Finding) -> tuple[int, int]:
    return finding.line, finding.column


def _in_json(pieces: Iterable[str], root: At[Place], notes: _Notes) -> Iterator[Finding]:
    """Give what stands in JSON, also in several documents, and where it is torn."""
    scalars = jsontext.Scalars(root, operator.getitem)
    line = 1
    for piece in pieces:
        hits = ((start, rule) for start, rule, _ in _hits(scalars, piece, notes))
        yield from located(piece, hits, line)
        line += piece.count("\n")


def _hits(scalars: jsontext.Scalars[At[Place]], text: str, notes: _Notes) -> Iterator[Hit]:
    """Give where values stand in a piece of JSON, and their rules."""
    for scalar in scalars.feed(text):
        at, literal = scalar.state, scalar.literal
        if literal[0] == "'":
            if at.rule is not None:
                notes.take(at.rule, jsontext.string(literal))
        else:
            documents.literal_at(at, literal, notes)
        yield from _noted(notes, text, scalar.start + (literal[0] in "\"'"), scalar.end)


def _noted(notes: _Notes, text: str, start: int, end: int) -> Iterator[Hit]:
    """Give where in a part of a text the noted values stand; at its start if they are spelled otherwise."""
    done = start
    for rule, value in notes.drain():
        found = text.find(value, done, end)
        found = found if found >= 0 else text.find(value, start, done)
        done = max(done, found)
        yield found if found >= 0 else start, rule, value


def _in_yaml(lines: YamlLines, policy: Policy) -> Iterator[Finding]:
    """Give what stands in YAML, up to where the text is none."""
    notes = _Notes(policy)
    recording: _Recording | None = None
    try:
        for at, names, scalar in _scalars(lines, policy.fields("")):
            if names == ["format"] and not scalar.start_mark.line:
                recording = _Recording(notes)
            if recording is not None:
                found = recording.hits(names, scalar.value)
            elif _COUNTS in names and scalar.value.isdecimal():
                continue
            else:
                found = _in_scalar(at, scalar, notes)
            for offset, rule, value in found:
                yield Finding(rule, *lines.position(scalar, offset, value))
    except (yaml.YAMLError, ValueError):
        return


def _scalars(lines: YamlLines, root: At[Place]) -> Iterator[tuple[At[Place], Names, Any]]:
    """Give each scalar of YAML that is no key, with its place and the keys and indexes that lead to it."""
    states: list[At[Place]] = []
    names: Names = []
    for event in yamltext.events(lines):
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


def _entered(root: At[Place], states: list[At[Place]], names: Names) -> At[Place]:
    return states[-1]["" if names[-1] is _NO_KEY else names[-1]] if states else root


def _advance(names: Names, ended: str) -> None:
    """Go on behind what has ``ended``: a key, the value of a key, or an item."""
    if names:
        name = names[-1]
        names[-1] = name + 1 if isinstance(name, int) else ended if name is _NO_KEY else _NO_KEY


def _in_scalar(at: At[Place], scalar: Any, notes: _Notes) -> Iterator[Hit]:
    """Give what a scalar of YAML holds: a value at a place, or JSON with such values."""
    text = scalar.value
    is_text = not scalar.implicit[0] or yamltext.is_text(text)
    if not text:
        return
    if at.rule is not None:
        notes.quoted = not scalar.implicit[0]
        documents.literal_at(at, json.dumps(text) if is_text else text, notes)
        notes.quoted = True
        yield from _noted(notes, text, 0, len(text))
    elif jsontext.may_be_json(text):
        yield from _hits(jsontext.Scalars(at, operator.getitem), text, notes)


class _Recording:
    """The exchanges of a recording, whose scalars come in the order in which tracer writes them."""

    def __init__(self, notes: _Notes) -> None:
        self._notes = notes
        self._path = self._type = ""

    def hits(self, names: Names, text: str) -> Iterator[Hit]:
        """Give what capture would take out of the text that ``names`` lead to."""
        match names:
            case ["command"]:
                self._command(text)
            case ["exchanges", int(), "request" | "response" as side, *rest]:
                match rest:
                    case ["url"]:
                        self._path, self._type = urls.path_of(text), ""
                        urls.url(text, self._notes.policy, self._notes.take)
                    case ["status"]:
                        self._type = ""
                    case ["headers", str(name), *_]:
                        headers.value(name, text, self._notes)
                    case ["body", "type"]:
                        self._type = text
                    case ["body", "json" | "text" | "base64" as kept]:
                        yield from self._body(kept, text, "request" if side == "request" else "response")
        yield from _noted(self._notes, text, 0, len(text))

    def _command(self, text: str) -> None:
        with contextlib.suppress(ValueError):
            commands.command(shlex.split(text), self._notes)

    def _body(self, kept: str, text: str, side: Literal["request", "response"]) -> Iterator[Hit]:
        notes, policy = self._notes, self._notes.policy
        whole = policy.body(self._path, side, self._type)
        if whole is not None:
            notes.take(whole, text)
        elif kept == "text" and "form-urlencoded" in self._type.lower():
            urls.parameters(text, policy, notes.take)
        elif kept != "base64" and jsontext.may_be_json(text) and policy.prefilter.may_hold_secret(text):
            root = policy.fields(self._path)
            yield from _hits(jsontext.Scalars(root, operator.getitem), text, notes)
