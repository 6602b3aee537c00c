"""Values beside the names of secrets, in any text and at any depth of quoting.

One search finds all names (Aho and Corasick, 1975). Only the text around a name is parsed, see ``values``.
Quoted text is searched without its quotes and escapes, also in nested quotations: YAML in a JSON string, JSON
in a string of a log line.
"""

from __future__ import annotations

import html
import json
import re
import textwrap
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

from tracer.redaction.commandlines import ProgramOptions, Programs
from tracer.redaction.encodings import (
    BACKSLASH,
    ENTITY,
    PERCENT,
    View,
    from_backslash,
    from_entity,
    from_percent,
)
from tracer.redaction.harmless import is_stand_in
from tracer.redaction.heat import declared_in, may_declare, values_of
from tracer.redaction.literals import Literals
from tracer.redaction.maps import map_fields
from tracer.redaction.names import LONGEST, SecretNames, normal_form
from tracer.redaction.objects import BEFORE_VALUE, Kind, read_objects, secrets_in
from tracer.redaction.patches import At, may_patch, secrets_in_patches
from tracer.redaction.pseudonyms import PSEUDONYM
from tracer.redaction.shellwords import without_quotes
from tracer.redaction.siblings import (
    Field,
    fields_around,
    fields_below,
    is_object_behind,
    named_by,
    tag_values,
)
from tracer.redaction.values import Span, Spot, beside, paired
from tracer.redaction.word_search import find_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["NamedValue", "Pairs"]

P = TypeVar("P")

_DEEPEST = 8  # nested quotations
_MOST_TEXTS = 6  # times the length of a text: the limit for the search at all depths together

_NUMBERED = re.compile(r"-[0-9]+\Z")
_RIGHT = re.compile(rf"[\w-]{{0,{LONGEST}}}+(?:\.[\w-]{{1,{LONGEST}}}+){{0,4}}")
_HIDDEN = re.compile(r"\\u00[2-7][0-9A-Fa-f]|%(?:25){0,6}[4-7][0-9A-Fa-f]")
_NAME = re.compile(r"[\w.-]++")
_EMPTY = re.compile(r"""(?:[\s"'\\]|(?<=\\)[nrt])*""")
"""Blanks, quotes and escapes alone, as between a name and the end of a quoted text."""
_TO_END = re.compile(r"[\s\\\"':=>\])]*")
_PERCENT_MARK = re.compile(r"%(?:25){0,6}(?:0[aAdD]|2[027]|3[aAcCdDeE]|[4-7][0-9A-Fa-f])")
# An encoded piece ends with its parameter, its quoted text, or the text between its tags.
_PERCENT_PIECE = re.compile(r"""[^\s"'<>&?=#;,\\]++(?:=[^\s"'<>&?=#;,\\]++)?""")
# A pseudonym is no tag: it does not end a piece.
_ENTITY_PIECE = re.compile(rf"""(?>(?:[^<>"]++|{PSEUDONYM})+)""")
_ENTITY_MARK = re.compile(r"&(?:quot|apos|lt|#x?0*(?:10|3[49]|58|6[01]|22|27|3[aAcCdD]));")


class NamedValue(NamedTuple, Generic[P]):
    """A value without quotes and escapes, its position, and the rule of the policy for its name.

    ``bare``: the value has no quotes, and is part of the text itself, not of a quoted text.
    """

    start: int
    end: int
    rule: P
    value: str
    bare: bool = False


class Pairs(Generic[P]):
    """The search for values beside the names of secrets.

    ``is_harmless(text, start, end, rule)`` returns whether the value is a placeholder. ``harmless_options``:
    options of command lines with harmless arguments. ``mapped`` returns the rule for the content of an object
    under a name, or None; then only the fields ``valued`` are secrets. ``kinds``: other objects that are
    secret as a whole, except for the keys ``references``. ``root`` returns the root location of a document,
    for the paths of a JSON Patch. ``programs``: programs with secret options.
    """

    def __init__(
        self,
        names: SecretNames[P],
        is_harmless: Callable[[str, int, int, P], bool],
        *,
        declared: P,
        harmless_options: Iterable[str] = (),
        naming: Iterable[str] = (),
        valued: Iterable[str] = (),
        mapped: Callable[[P], P | None] = lambda _: None,
        kinds: Iterable[Kind[P]] = (),
        references: Iterable[str] = (),
        programs: Iterable[ProgramOptions[P]] = (),
        root: Callable[[], At[P]],
    ) -> None:
        self._names = names
        self._is_harmless = is_harmless
        self._declared = declared
        self._mapped = mapped
        self._root = root
        self._kinds, self._references = tuple(kinds), frozenset(references)
        words = (rf"{kind.key}{BEFORE_VALUE}(?:{'|'.join(kind.values)})\b" for kind in self._kinds)
        self._may_name_kind = re.compile("|".join(words) or "(?!)").search
        self._harmless_options = frozenset(harmless_options)
        self._programs = Programs(programs)
        self._naming, self._valued = frozenset(naming), frozenset(valued)
        stems = _fewest({stem for stem in names.stems() if len(stem) > 2})
        self._search = AhoCorasick(sorted(stems), matchkind=MatchKind.LeftmostLongest)

    def find(
        self, text: str, *, document: bool = False, declared: frozenset[str] = frozenset()
    ) -> list[NamedValue[P]]:
        """Return the values beside names of secrets in ``text``, in order, without overlap.

        ``document``: the text is JSON. The search covers the content of its strings; ``documents`` covers
        its own fields. ``declared``: secret names declared by templates; those in ``text`` are added.
        """
        budget = [_MOST_TEXTS * len(text) + 1_000_000]
        declared |= self.declared(text)
        return self._find(text, _DEEPEST, budget, declared, document=document)

    def declared(self, text: str) -> frozenset[str]:
        """Return the names that ``text``, or a text quoted in it at any depth, declares as secret."""
        if not may_declare(text):
            return frozenset()
        return frozenset(self._all_declared(text, _DEEPEST))

    def _all_declared(self, text: str, depth: int) -> Iterator[str]:
        literals = Literals(text)
        yield from declared_in(text, read_objects(text)).names
        for start, end in map(literals.content, literals.matching(may_declare) if depth else ()):
            content = text[start:end]
            view = View(content, BACKSLASH, from_backslash, None).text if "\\" in content else content
            yield from self._all_declared(view, depth - 1)

    def _find(
        self, text: str, depth: int, budget: list[int], declared: frozenset[str], *, document: bool = False
    ) -> list[NamedValue[P]]:
        budget[0] -= len(text)
        if not depth or budget[0] < 0:
            return []
        spots = list(self._spots(text))
        declared_spots = list(_spots_of(declared, text)) if declared else []
        literals = Literals(text, double=document)
        values = [
            *self._in_objects(text, literals, spots, declared_spots),
            *self._in_maps(text, literals, spots),
            *self._in_commands(text, literals),
            *self._in_tree(text, spots, declared if declared_spots else frozenset()),
        ]
        values += self._in_quotes(
            text, literals, spots, declared_spots, (depth, budget, declared), document=document
        )
        if not document:
            values += self._beside_all(text, [pair for pair in spots if literals.around(pair[0]) < 0])
            values += self._in_views(text, literals, depth, budget, declared)
        return _merged(values)

    def _in_objects(
        self, text: str, literals: Literals, spots: list[tuple[Spot, P]], declared_spots: list[Spot]
    ) -> Iterator[NamedValue[P]]:
        """Yield the values that objects and lists assign to a name."""
        objects: dict[int, list[Field]] = {}
        done = 0  # a name within a value is part of the value
        for spot, rule in (*spots, *((spot, self._declared) for spot in declared_spots)):
            if literals.ends_with(spot):
                yield from self._select_secrets(text, self._siblings(text, spot, objects), rule)
                yield from self._select_secrets(text, paired(text, spot), rule)
                below = list(self._below(text, spot, rule)) if spot.start >= done else []
                done = max((done, *(pair.end for pair in below)))
                yield from below

    def _below(self, text: str, spot: Spot, rule: P) -> Iterator[NamedValue[P]]:
        """Yield the values in the object that is the value of a name."""
        for field in fields_below(text, spot.start, spot.end):
            if field.key in self._valued:
                yield from self._select_secrets(text, field.spans, rule)

    def _in_maps(self, text: str, literals: Literals, spots: list[tuple[Spot, P]]) -> Iterator[NamedValue[P]]:
        """Yield the values of maps that are secret as a whole, in the syntax of programs and settings."""
        done = 0
        for spot, rule in spots:
            content_rule = self._mapped(rule)
            if content_rule is None or spot.start < done or not literals.ends_with(spot):
                continue
            done, fields = map_fields(text, spot.start, spot.end)
            for field in fields:
                if field.key not in self._references:
                    yield from self._select_secrets(text, field.spans, content_rule)

    def _in_commands(self, text: str, literals: Literals) -> Iterator[NamedValue[P]]:
        """Yield the values of options of programs. Skip calls in quoted texts."""
        for call, span, rule in self._programs.find(text):
            if literals.around(Spot(*call)) < 0:
                yield from self._select_secrets(text, [span], rule)

    def _in_tree(
        self, text: str, spots: list[tuple[Spot, P]], declared: frozenset[str]
    ) -> Iterator[NamedValue[P]]:
        """Yield the values at any depth of secret objects, JSON Patches, and declared parameters."""
        declares, is_patch = may_declare(text), may_patch(text)
        is_secret = self._may_name_kind(text) or any(
            self._mapped(rule) and is_object_behind(text, spot.end) for spot, rule in spots
        )
        if not (declares or declared or is_patch or is_secret):
            return
        tree = read_objects(text)
        if declares:
            yield from self._select_secrets(text, declared_in(text, tree).spans, self._declared)
        if declared:
            yield from self._select_secrets(text, values_of(declared, tree), self._declared)
        secrets: list[tuple[Span, P]] = []
        if is_secret:
            secrets += secrets_in(text, tree, self._mapped_by, self._kinds, self._references)
        if is_patch:
            secrets += secrets_in_patches(text, tree, self._root(), self._mapped)
        for span, rule in secrets:
            yield from self._select_secrets(text, [span], rule)

    def _mapped_by(self, key: str) -> P | None:
        rule = self._names.find(key)
        return rule and self._mapped(rule)

    def _in_quotes(
        self,
        text: str,
        literals: Literals,
        spots: list[tuple[Spot, P]],
        declared_spots: list[Spot],
        rest: tuple[int, list[int], frozenset[str]],
        *,
        document: bool,
    ) -> Iterator[NamedValue[P]]:
        """Yield the values in quoted texts that contain a name, or may hide one."""
        inner: dict[int, list[tuple[Spot, P]]] = {}
        for spot, rule in (*spots, *((spot, self._declared) for spot in declared_spots)):
            inner.setdefault(literals.around(spot), []).append((spot, rule))
        if ("\\u00" in text or "%" in text) and _HIDDEN.search(text):
            for index in literals.matching(_HIDDEN.search):
                inner.setdefault(index, [])
        for may_hold in (may_declare, self._may_name_kind, may_patch, self._programs.may_call):
            for index in literals.matching(may_hold) if may_hold(text) else ():
                inner.setdefault(index, [])
        if not document and "\\" in text and _ENTITY_MARK.search(text):
            for index in literals.matching(_ENTITY_MARK.search):
                inner.setdefault(index, [])
        inner.pop(-1, None)
        for index, names in sorted(inner.items()):
            start, end = literals.content(index)
            values = list(self._within(text, start, end, *rest))
            yield from values
            # The quote that ends the text may open the value.
            if not values and not document and names and _TO_END.fullmatch(text, names[-1][0].end, end):
                yield from self._beside_all(text, names[-1:], loose=True)

    def _siblings(self, text: str, spot: Spot, objects: dict[int, list[Field]]) -> Iterator[Span]:
        """Yield the spans of the values in other fields of an object with the name as a value."""
        if text[spot.start - 1 : spot.start] == ">":
            element = re.search(
                r"<(?:[\w.-]+:)?([\w.-]{1,40})[^<>]{0,80}>\Z", text[max(0, spot.start - 130) : spot.start]
            )
            if element and normal_form(element[1]) in self._naming:
                yield from tag_values(text, spot.start, spot.end, self._valued)
            return
        named = named_by(text, spot.start)
        if named is None or named[0] not in self._naming:
            return
        if named[1] == "=":
            yield from tag_values(text, spot.start, spot.end, self._valued)
            return
        origin, fields = fields_around(text, spot.start)
        if origin not in objects:
            objects[origin] = list(fields)
        for field in objects[origin]:
            if field.key in self._valued:
                yield from field.spans
                if not field.spans and field.start >= 0:
                    end = _RIGHT.match(text, field.start).end()  # type: ignore[union-attr] # as above
                    for inner in fields_below(text, field.start, end):
                        yield from inner.spans if inner.key in self._valued else ()

    def _within(
        self, text: str, start: int, end: int, depth: int, budget: list[int], declared: frozenset[str]
    ) -> Iterator[NamedValue[P]]:
        """Yield the values in a quoted text."""
        content = text[start:end]
        if "\\" not in content:
            for pair in self._find(content, depth - 1, budget, declared):
                yield pair._replace(start=pair.start + start, end=pair.end + start, bare=False)
            return
        view = View(content, BACKSLASH, from_backslash, None)
        for pair in self._find(view.text, depth - 1, budget, declared):
            first, last = view.span(pair.start, pair.end)
            yield pair._replace(start=first + start, end=last + start, bare=False)

    def _in_views(
        self, text: str, literals: Literals, depth: int, budget: list[int], declared: frozenset[str]
    ) -> Iterator[NamedValue[P]]:
        """Yield the values in pieces of a text after decoding of percent-encoding or character references.

        A piece with backslashes in a quoted text is decoded there, after the backslashes.
        """
        for mark, piece, pattern, decode in (
            (_PERCENT_MARK, _PERCENT_PIECE, PERCENT, from_percent),
            (_ENTITY_MARK, _ENTITY_PIECE, ENTITY, from_entity),
        ):
            for start, end in _marked(text, mark, piece):
                if "\\" in text[start:end] and literals.around(Spot(start, end)) >= 0:
                    continue
                view = View(text[start:end], pattern, decode, None)
                for pair in self._find(view.text, depth - 1, budget, declared):
                    first, last = view.span(pair.start, pair.end)
                    yield pair._replace(start=start + first, end=start + last, bare=False)

    def _spots(self, text: str) -> Iterator[tuple[Spot, P]]:
        """Yield the positions of the names of secrets, with their rules of the policy."""
        done = 0
        for _, begin, stop in find_words(self._search, text):
            if begin < done:
                continue
            start, bare, end = _edges(text, begin, stop, max(done, begin - LONGEST))
            done = max(end, stop)
            option = bare > start
            if option and f"--{text[bare:end]}" in self._harmless_options:
                continue
            if (
                text[start - 1 : start] == "<"
                and text[end : end + 1] == ">"
                and _NUMBERED.search(text, bare, end)
            ):
                continue  # a pseudonym
            rule = self._names.find(text[bare:end])
            if rule is not None:
                yield Spot(bare, end, option), rule
            elif (dot := text.rfind(".", bare, end)) > bare:
                map_rule = self._names.find(text[bare:dot])
                if map_rule is not None and self._mapped(map_rule):
                    yield Spot(bare, dot), map_rule  # passwords.root

    def _beside_all(
        self, text: str, spots: list[tuple[Spot, P]], *, loose: bool = False
    ) -> Iterator[NamedValue[P]]:
        """Yield the values beside names. Skip a name within a value."""
        done = 0
        for spot, rule in spots:
            if spot.start >= done:
                for pair in self._beside(text, spot, rule, loose=loose):
                    done = pair.end
                    yield pair

    def _beside(self, text: str, spot: Spot, rule: P, *, loose: bool) -> Iterator[NamedValue[P]]:
        """Yield the values beside a name. ``loose``: skip values that do not begin with a letter or digit."""
        spans = beside(text, spot)
        if loose:
            spans = [(start, end) for start, end in spans if text[start : start + 1].isalnum()]
        yield from self._select_secrets(text, spans, rule)

    def _select_secrets(self, text: str, spans: Iterable[Span], rule: P) -> Iterator[NamedValue[P]]:
        """Yield the values that are secrets, without quotes and escapes."""
        for start, end in spans:
            value = text[start:end]
            if not _EMPTY.fullmatch(value) and not self._is_harmless(text, start, end, rule):
                bare = text[start - 1 : start] not in ("'", '"')
                if value[0] in "\"'":
                    value = without_quotes(value)  # a word of a shell in several pieces
                value = _decoded(value.replace("''", "'") if text[start - 1 : start] == "'" else value)
                if not is_stand_in(value):
                    yield NamedValue(start, end, rule, value, bare)


def _fewest(words: set[str]) -> set[str]:
    """Return the words that contain no other word. A text without these contains no word at all."""
    return {word for word in words if not any(shorter != word and shorter in word for shorter in words)}


def _marked(text: str, mark: re.Pattern[str], piece: re.Pattern[str]) -> Iterator[Span]:
    """Yield the spans of the pieces of a text that contain a mark, each from the line of its first mark on.

    The lines before that line contain nothing encoded, and were searched before.
    """
    for match in piece.finditer(text) if mark.search(text) else ():
        start, end = match.span()
        if text[start - 1 : start] == "\\":  # an escaped character is no part of the piece
            start += 1
        if text[end : end + 1] == '"':  # nor is the escape of the quote behind it
            while end > start and text[end - 1] == "\\":
                end -= 1
        first = mark.search(text, start, end)
        if first is not None:
            yield max(start, text.rfind("\n", start, first.start()) + 1), end


def _edges(text: str, begin: int, stop: int, limit: int) -> tuple[int, int, int]:
    """Return the start of the name around a stem, with and without hyphens before it, and its end."""
    start = begin
    while start > limit and ((c := text[start - 1]).isalnum() or c in "_-"):
        start -= 1
    if text[start - 1 : start] == "\\" and start < begin:  # an escaped character is no part of the name
        start = min(begin, start + (5 if text[start] == "u" else 1))
    end = _RIGHT.match(text, stop).end()  # type: ignore[union-attr] # it matches nothing too
    bare = start
    while bare < begin and text[bare] == "-":
        bare += 1
    while end > stop and text[end - 1] == "-":
        end -= 1
    return start, bare, end


def _spots_of(names: frozenset[str], text: str) -> Iterator[Spot]:
    """Yield the positions of ``names`` in ``text``."""
    for match in _NAME.finditer(text):
        if match[0] in names:
            yield Spot(*match.span())


def _decoded(value: str) -> str:
    """Return a value without escapes, character references, and indent."""
    if "\n" in value:
        first, _, rest = value.partition("\n")
        value = f"{first}\n{textwrap.dedent(rest)}"
    if "\\" in value:
        try:
            return str(json.loads(f'"{value}"'))
        except ValueError:
            return value
    return html.unescape(value) if "&" in value and ";" in value else value


def _merged(pairs: list[NamedValue[P]]) -> list[NamedValue[P]]:
    """Return the pairs in order. Of overlapping pairs, the later one begins behind the earlier one.

    The value of each pair stays whole: both are secrets, wherever they stand.
    """
    merged: list[NamedValue[P]] = []
    for pair in sorted(pairs, key=lambda pair: (pair.start, -pair.end)):
        if merged and pair.start < merged[-1].end:
            if pair.end > merged[-1].end:
                merged.append(pair._replace(start=merged[-1].end))
        elif pair.end > pair.start:
            merged.append(pair)
    return merged
