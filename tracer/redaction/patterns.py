"""Regular expressions for secrets in any text: those of the policy, and those derived from its names.

A derived expression finds a value beside a name of the policy in text without a parser: a torn JSON body, a
log line, a shell script, an error message.

Derived expressions search text in lower case, and begin with a literal if possible. The regular expression
engine then skips to the next candidate, and is fast on long bodies.
"""

from __future__ import annotations

import html
import json
import re
from itertools import chain, groupby
from typing import TYPE_CHECKING, NamedTuple

from tracer.redaction.beginnings import Beginnings
from tracer.redaction.harmless import stands_in
from tracer.redaction.policy import PatternRule, PolicyFile, beginnings
from tracer.redaction.shellwords import without_quotes
from tracer.redaction.tables import cells
from tracer.redaction.word_search import lower_case

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from tracer.redaction.prefilter import Prefilter

__all__ = ["PatternSet", "TextPattern", "text_patterns"]

_HEX = "[0-9A-Fa-f]{2}"
_EDGE = rf"(?:(?<![A-Za-z0-9_+-])|(?<=\\[nrtbf])|(?<=\\u{_HEX}{_HEX})|(?<=%{_HEX})|(?<=\\x{_HEX}))"
_BEFORE_SLASH = re.compile(r"[A-Za-z0-9+/]{16,64}/")
_RUN = r"[\w:.-]{0,40}"
# What follows quotes in the same word of a shell.
_MORE = (
    r"""(?:\\{0,7}'(?! )[^'\n,:\\]{1,1000}\\{0,7}'|\\{1,7}'|\\{0,7}"[^"\s,:\\]{1,1000}\\{0,7}\""""
    r"""|'[^'\n,:]{1,1000}'|[\w$]{1,1000}){0,20}"""
)
_INNER, _INNER_MORE = r"""[^\n"'<>]""", r"""[^\n"'<>,:]"""
_DOUBLE, _SINGLE = r"&(?:quot|#0*34|#x0*22);", r"&(?:apos|#0*39|#x0*27);"


def _in_escaped_quotes(first: str, characters: str) -> str:
    """Return an expression for text in quotes as HTML escapes them: ``first`` holds where the text begins."""
    return "|".join(
        f"{quote}{first}(?:(?!{quote}){characters}){{1,1000}}+{quote}" for quote in (_DOUBLE, _SINGLE)
    )


# The backslashes are those of another quoted text around the word of a shell.
_ESCAPED = (
    f"(?:{_in_escaped_quotes('', _INNER)})"
    rf"(?:\\{{0,7}}(?:{_in_escaped_quotes('(?! )', _INNER_MORE)})|[\w$]{{1,1000}}){{0,20}}"
)
_VALUE = (
    rf"""(?P<secret>(?:"[^"\n]{{1,10000}}"|'[^'\n]{{1,10000}}'){_MORE}|{_ESCAPED}|[^\s"'\\]{{1,10000}})"""
)


class TextPattern(NamedTuple):
    """A regular expression for secrets. A text with a match contains at least one of ``words``, if given.

    ``hints``: the text must contain one of these, in this letter case. ``beginnings``: the first words of
    all matches. ``lower``: the expression matches text in lower case. ``certain``: only secrets match.
    ``edge``: a match must not begin within a longer run of base64 characters.
    """

    name: str
    kind: str
    regex: re.Pattern[str]
    words: frozenset[str] = frozenset()
    hints: tuple[str, ...] = ()
    lower: bool = False
    certain: bool = False
    edge: bool = False
    beginnings: Beginnings | None = None

    def matches(self, text: str, low: str, *, document: bool = False) -> Iterator[tuple[int, int]]:
        """Yield the spans of secrets, without pseudonyms and masks. ``low``: the text in lower case.

        ``document``: the text is JSON, so a quote without a backslash is no part of a value.
        """
        if self.hints and not any(hint in text for hint in self.hints):
            return
        searched = low if self.lower else text
        group = "secret" if "secret" in self.regex.groupindex else 0
        structural = document and "quote" in self.regex.groupindex
        find = self.beginnings.finditer if self.beginnings else re.Pattern.finditer
        for match in find(self.regex, searched):
            if structural and match["quote"] == '"' and _opens_a_string(text, match.start("quote")):
                continue
            if self.edge and _in_base64(text, match.start()):
                continue
            start, end = match.span(group)
            if end > start and not stands_in(text, start, end):
                yield start, end

    def broken(self, text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
        """Yield the secrets that are broken over rows of a table, with the spans of their pieces."""
        if not self.edge or "|" not in text or not any(hint in text for hint in self.hints):
            return
        joined = cells(text, tokens=True)
        if joined is None:
            return
        for start, end in self.matches(joined.text, ""):
            spans = joined.spans(start, end)
            if len(spans) > 1:
                yield joined.text[start:end], spans

    def value(self, matched: str) -> str:
        """Return the matched text ``matched`` without its quotes and escapes."""
        if self.certain:
            return matched
        if matched[0] == "&":
            matched = html.unescape(matched)
        if matched[0] in "\"'":
            is_whole = matched[0] == matched[-1] and matched.count(matched[0]) == 2
            bare = matched[1:-1] if is_whole else without_quotes(matched)
        else:
            bare = matched
        if "\\" in bare:
            try:
                return str(json.loads(f'"{bare}"'))
            except ValueError:
                return bare
        return bare


class PatternSet:
    """The text patterns of a policy. A pattern is skipped if the text contains none of its words."""

    def __init__(self, patterns: Sequence[TextPattern], prefilter: Prefilter) -> None:
        self._patterns = patterns
        self._prefilter = prefilter

    @property
    def names(self) -> list[str]:
        """Return the names of the patterns in counts."""
        return [pattern.name for pattern in self._patterns]

    def matches(self, text: str, *, document: bool = False) -> Iterator[tuple[TextPattern, int, int]]:
        """Yield the pattern, the start, and the end of each match in ``text``. ``document``: it is JSON."""
        low = lower_case(text)
        for pattern in self._possible(text):
            for start, end in pattern.matches(text, low, document=document):
                yield pattern, start, end
            for _, spans in pattern.broken(text):
                yield pattern, *spans[0]

    def sub(self, replace: Callable[[TextPattern, str], str], text: str) -> str:
        """Return ``text`` with each match replaced by the result of ``replace``, pattern by pattern."""
        low = lower_case(text)
        for pattern in self._possible(text):
            pieces = [
                (span, new)
                for value, spans in pattern.broken(text)
                for new in [replace(pattern, value)]
                for span in spans
            ]
            for (start, end), new in sorted(pieces, reverse=True):
                text = f"{text[:start]}{new}{text[end:]}"
            if pieces:
                low = lower_case(text)
            parts: list[str] = []
            done = 0
            for start, end in pattern.matches(text, low):
                parts += (text[done:start], replace(pattern, text[start:end]))
                done = end
            if parts:
                text = "".join([*parts, text[done:]])
                low = lower_case(text)
        return text

    def _possible(self, text: str) -> list[TextPattern]:
        """Return the patterns that may match ``text``."""
        words = self._prefilter.words_in(text)
        return [pattern for pattern in self._patterns if not pattern.words or pattern.words & words]


def text_patterns(files: tuple[PolicyFile, ...], exempt: frozenset[str] = frozenset()) -> list[TextPattern]:
    """Return the text patterns of policy files: those of rules, then those derived from names.

    Names of header fields and parameters in ``exempt`` have no derived pattern.
    """
    given = [_compile_rule(rule) for file in files for rule in file.patterns]
    derived = (_headers(files, exempt), _parameters(files, exempt), _paths(files), _options(files))
    return [*given, *chain.from_iterable(derived)]


def _opens_a_string(text: str, end: int) -> bool:
    """Return whether the last quote before ``end`` begins a string of the JSON ``text``."""
    quote = text.rfind('"', 0, end)
    return text[quote - 1 : quote] != "\\" and text.find("'", quote, end) < 0


def _in_base64(text: str, start: int) -> bool:
    """Return whether the slash before ``start`` belongs to base64, not to a path."""
    if text[start - 1 : start] != "/":
        return False
    run = _BEFORE_SLASH.search(text, max(0, start - 64), start)
    if run is None or run.end() != start:
        return False
    return sum(map(str.isupper, run[0])) > 3 and sum(map(str.islower, run[0])) > 3


def _compile_rule(rule: PatternRule) -> TextPattern:
    regex = re.compile(_EDGE + rule.pattern if rule.edge else rule.pattern)
    # The group of a pattern may match a word of prose: user:password@host.
    certain = "secret" not in regex.groupindex
    words = frozenset(map(lower_case, rule.hints))
    return TextPattern(rule.name, rule.kind, regex, words, rule.hints, certain=certain, edge=rule.edge)


def _headers(files: tuple[PolicyFile, ...], exempt: frozenset[str]) -> Iterator[TextPattern]:
    rules = [rule for file in files for rule in file.headers]
    left, colon = r"(?<![\w-]{})", r"""(?:\\*["'])?[ \t]{0,4}[:=][ \t]{0,4}(?:\\*["'])?"""

    def names(*forms: str) -> list[str]:
        return [name for rule in rules if rule.form in forms for name in rule.names]

    def before(*forms: str) -> str:
        return _words(names(*forms), exempt, left) + colon

    scheme, rest = r"(?:[a-z][a-z0-9-]{1,24}[ \t]{1,4})?", r"""(?P<secret>[^\s"'\\]{4,100000})"""
    field_names = names("credentials")
    pattern = before("credentials") + scheme + rest
    yield _derived("credentials line", "credentials", pattern, field_names, leading=field_names)
    first, rest = r"""[^=;\s"'\\]{1,200}=""", r"""(?P<secret>[^;\s"'\\]{1,100000})"""
    forms = ("cookie", "set-cookie")
    field_names = names(*forms)
    yield _derived("cookie line", "cookie", before(*forms) + first + rest, field_names, leading=field_names)


def _parameters(files: tuple[PolicyFile, ...], exempt: frozenset[str]) -> Iterator[TextPattern]:
    names = [name for file in files for rule in file.parameters for name in rule.names]
    query = r"(?:[?&;#]|\\u0026|%(?:25){0,3}(?:3f|26))" + _words(names, exempt, wild=_RUN)
    # An encoded ampersand ends the value only where the equals sign is encoded too: else it is part of it.
    equals = r"(?:=|(?P<coded>%(?:25){0,3}3d))"
    end = r"(?!(?(coded)%(?:25){0,3}26|(?!))|\\+u0026|&amp;)"
    value = rf"""{equals}(?P<secret>(?>(?:{end}[^&\s"'>\\;#<]){{1,100000}}))"""
    marks = ("?", "&", ";", "#", "\\u0026", "%3f", "%26", "%25")
    yield _derived("query parameter", "secret", query + value, names, leading=marks)
    head, part = r'form-data;[^\r\n]{0,80}\bname="', r"(?P<secret>[^\r\n]{1,100000})"
    rest = r'"[^\r\n]{0,200}\r?\n(?:[^\r\n]{1,200}\r?\n){0,5}\r?\n'
    yield _derived("form part", "secret", head + _words(names, exempt) + rest + part, names)


def _paths(files: tuple[PolicyFile, ...]) -> Iterator[TextPattern]:
    """Yield the patterns for secrets in the paths of URLs in any text."""
    encoded = "%(?:25){0,3}2f"
    slash = rf"(?:\\{{0,4}}/|{encoded})"
    step = rf"""(?:(?(coded)(?!{encoded}))[^\s/?#&"'<>\\{{}};,]){{1,1024}}"""
    kept_segments = {path.rpartition("/")[2].lower() for file in files for path in file.keep.paths}
    innocent = "|".join(
        [*map(re.escape, sorted(kept_segments)), r"v[0-9]{1,3}(?:\.[0-9]{1,3})?"]
    )  # of an API
    secret = rf"(?!(?:{innocent})(?![\w.-]))(?P<secret>{step})"
    heads: dict[str, list[str]] = {}  # by the part of the path behind the secret
    for template in (template for file in files for rule in file.paths for template in rule.templates):
        head, tail = re.split(r"\{\w+\}", template.lower(), maxsplit=1)
        heads.setdefault(tail, []).append(head)
    for tail, before in heads.items():
        begins = "|".join(_steps(head, slash, step) for head in sorted(before))
        words = [max(head.split("/"), key=len) for head in before]
        first, rest = rf"(?:\\{{0,4}}/|(?P<coded>{encoded}))", _steps(tail, slash, step)
        pattern = rf"{first}(?:{begins}){secret}{slash if tail else ''}{rest}"
        yield _derived("URL path", "token", pattern, words, leading=("/", "\\", "%2f", "%25"))


def _steps(path: str, slash: str, step: str) -> str:
    """Return the expression for a path behind its first slash; ``*`` and ``{name}`` match any segment."""
    steps = path.split("/")[1:]
    return slash.join(
        step if segment == "*" or segment.startswith("{") else re.escape(segment) for segment in steps
    )


def _options(files: tuple[PolicyFile, ...]) -> Iterator[TextPattern]:
    rules = [rule for file in files for rule in file.options if not rule.within]
    names = [name for rule in rules for name in rule.names if name.startswith("--")]
    kept_options = {name for file in files for name in file.keep.options}
    forms: set[str] = set()
    for option, shorter in map(beginnings, names):
        forms |= {option, *(shorter - kept_options)}
    words = _alternatives(sorted({form[2:].lower() for form in forms}))
    starts = {form[: len("--") + 1] for form in forms}  # few words for many options
    space = r"(?:=|[ \t]{1,4}(?!--[a-z]|-[a-z](?:\s|$)))"
    yield _derived("command line option", "secret", rf"--(?<![\w-]--){words}{space}{_VALUE}", starts)


def _alternatives(words: Sequence[str]) -> str:
    """Return an expression for the longest match among sorted ``words``. It shares common beginnings."""
    if not words:
        return r"(?!)"
    rest = [word for word in words if word]
    branches = [
        re.escape(first) + _alternatives([word[1:] for word in group])
        for first, group in groupby(rest, key=lambda word: word[0])
    ]
    if not branches:
        return ""
    joined = "|".join(branches)
    return f"(?:{joined})" if len(rest) == len(words) else f"(?>(?:{joined})?)"


def _derived(
    name: str, kind: str, pattern: str, names: Iterable[str], *, leading: Collection[str] = ()
) -> TextPattern:
    """Return a derived pattern. ``leading``: the beginnings of all its matches, usually its names."""
    begins = _beginnings(word.lower() for word in leading) if leading else None
    return TextPattern(name, kind, re.compile(pattern), _extract_words(names), lower=True, beginnings=begins)


def _beginnings(names: Iterable[str]) -> Beginnings:
    """Return the beginnings of ``_words``: each name up to its first wild card, or behind a leading one."""
    return Beginnings(name.removeprefix("*").split("*")[0] for name in names)


def _extract_words(names: Iterable[str]) -> frozenset[str]:
    """Return the required words of a text with one of the names: for each, its longest literal piece."""
    return frozenset(max(name.lower().split("*"), key=len) for name in names)


def _words(
    names: Iterable[str],
    exempt: frozenset[str] = frozenset(),
    left: str = "",
    *,
    wild: str = "",
    lower: bool = True,
) -> str:
    """Return an expression for any of the names except the exempt names.

    ``left``: a look-behind for the text before a name (``{}``). It comes after the name, so that the
    expression begins with a literal. A name with a wild card has ``wild`` before it instead.
    """
    words = []
    for name in sorted({name.lower() if lower else name for name in names} - exempt):
        bare = name.removeprefix("*")
        word = r"[\w:-]{0,40}".join(map(re.escape, bare.split("*")))
        words.append(wild + word if "*" in name else word + left.format(word))
    return f"(?:{'|'.join(words)})" if words else r"(?!)"
