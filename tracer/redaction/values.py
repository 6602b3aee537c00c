"""Values beside names in any syntax: YAML, JSON, ini, shell, XML, PHP, a table, a log line.

The text is not parsed as a whole. The characters around a name decide the syntax and the end of its value.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tracer.redaction.scalars import (
    COMMENT,
    LONGEST,
    LONGEST_LEAD,
    OPEN_QUOTE,
    ORDINARY,
    SPACE,
    Span,
    block_items,
    block_scalar,
    cells,
    flow_items,
    is_key,
    lines_until,
    quoted_value,
    trimmed,
)

__all__ = ["SEPARATOR", "Span", "Spot", "beside", "element", "is_reference", "paired", "quoted", "read"]

_LITERAL_STARTS = frozenset("\"'0123456789[")

SEPARATOR = re.compile(
    r"""(?: (?P<arrow>\s{0,40}(?:=>|->)\s{0,80})
      | (?P<default>:[-=?])
      | (?P<equals>[ \t]{0,40}[:+?]?=(?![=~>])[ \t]{0,40})
      | (?P<colon>\s{0,40}:(?!:|//)(?P<blank>[ \t]{0,80}))
      | (?P<bar>[ \t]{1,200}\|[ \t]{1,8}) )""",
    re.VERBOSE,
)
_SUBSCRIPT = re.compile(r"[ \t]{0,8}\]")
_CALL = re.compile(r"\s{0,8},\s{0,8}(?:<<)?")
_IN_LIST_OF_LISTS = re.compile(r"[\[,]\s{0,40}\[\s{0,40}\Z")
_END_OF_LIST = re.compile(r"\s{0,40}\]")
_ELEMENT = re.compile(r"(?:\s[^<>]{0,2000})?(?<!/)>\s{0,200}")
_PREFIXES = re.compile(r"(?:\A|[<\s])(?:[\w.-]{1,40}:){1,2}\Z")
_PATH = re.compile(r"""(?<=["'`])(?:[\w.-]{1,60}/){1,8}\Z""")  # the keys around a name: 'user/password'
_TAG = re.compile(r"(?:![\w:/!.-]{0,60}|&[\w.-]{1,60})[ \t]{1,8}")
_BLOCK = re.compile(r"[|>][-+1-9]{0,2}[ \t]{0,40}(?:#[^\n]{0,200})?\r?\n")
_LINE_END = re.compile(r"[ \t]{0,40}(?:#[^\n]*)?\r?\n")
_NEXT_LINE = re.compile(r"\\\r?\n[ \t]{0,200}[^\s\"'`]{1,4096}")
_INDENT = re.compile(r"[ \t]*")
_HEREDOC = re.compile(r"<<[-~]?[ \t]{0,8}[\"']?(?P<tag>\w{1,60})[\"']?[ \t]{0,40}\r?\n")
# The text before a name that is the first word of its line.
_LEAD = re.compile(
    r"[ \t]*(?:(?:[-?*+>;%$]{1,2}|[#]{1,3}|//|export|set(?:[ ]-\w+)*|setx|setenv"
    r"|declare(?:[ ]-\w+)*|local|readonly|typeset|var|let|const|my|our|env|Environment=|ENV|ARG)[ \t]*)*",
    re.IGNORECASE,
)
_SHELL = re.compile(r"\b(?:export|setenv|declare|local|readonly|typeset|env|ENV|ARG)\b")
_NEXT_PAIR = re.compile(r"[ \t,;&]{1,4}[\w.-]{1,60}=")
# For searches: an expression that begins with a run of blanks would read the run again from each blank.
_NEXT_KEY = re.compile(r"[ \t][\w.-]{1,60}:(?=\s|\Z)")
_NEXT_PARAMETER = re.compile(r"&(?:amp;)?[\w.\[\]-]{1,60}=|[,;][ \t]{0,4}[\w.-]{1,60}[=:]")
_FLOW_END = re.compile(r"[,}\]\n]|[ \t]#")
_WORD = re.compile(r"[^\s\"'`<>{}|]{1,65536}")
_SHELL_WORD = re.compile(r"""(?:[^\s"'`;&|<>()\\]|\\.|"[^"\n]{0,4096}"|'[^'\n]{0,4096}'){1,65536}""")
# The text behind quotes in the same word of a shell: 'it'"'"'s'.
_REST_OF_WORD = re.compile(
    r"""(?=["'\\\w$])(?:[^\s"'`;&|<>(){}\[\],\\]|\\.|"[^"\n]{0,4096}"|'[^'\n]{0,4096}'){1,4096}(?=[\s;&|)]|\Z)"""
)
_SHELL_LINES = {
    quote: re.compile(rf"(?P<value>[^\"'`]{{1,4096}}){quote}[ \t]*(?=[;&|#)\r\n]|\Z)") for quote in "\"'"
}
_PARAMETER = re.compile(r"[^&\s\"'<>#;\\]{1,65536}")
_PROSE = frozenset(
    """a an and are as be been by can cannot for from has have if in is it its may must no not of on or shall
    should that the their there these this to used was were when which will with you your""".split()  # noqa: SIM905 - read as a text
)
# The text behind the colon in a Python entry point: keystonemiddleware.auth_token:filter_factory.
_OBJECT = re.compile(r"[a-z]+(?:_[a-z]+)*(?![\w.-])|(?:[A-Z][a-z]+){1,6}(?![\w.-])")
_ENTRY_POINT = r"[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*){2,}:[A-Za-z_]+\Z"
_EXPRESSION = re.compile(
    r"await [a-z_]+[.(]|new (?:[a-z]\w*\.){0,4}[A-Z]\w* ?\(|function(?: \w+)? ?\(|lambda\b[^:\n]*:"
    r"|[A-Za-z_]{2,}(?:\.[A-Za-z_]\w*)*(?:\([^()\n]*(?:[()]|,\s*\Z)|\[[^\[\]\n]*\]|[(\[]\s*\Z)"
    r"|(?:self|cls|args|kwargs|options|opts|conf|config|settings|request|response|os|process\.env|CONF|this)"
    r"\.[A-Za-z_]\w*"
    r"|/\S*[\\(\[]\S*/[a-z]*;?\Z"
    rf"|{_ENTRY_POINT}"
)
_TYPE = r"(?:str|bytes|int|bool|float|object|Any|None|list|dict|tuple|set|List|Dict|Callable|String|Text)"
_ANNOTATION = re.compile(
    rf"(?:[A-Za-z_][\w.\[\], ]{{0,80}}[ ]\|[ ]){{0,4}}{_TYPE}(?:\[.*\])?"
    r"(?:[ ]\|[ ][A-Za-z_][\w.\[\], ]{0,80}){0,4}"
    r"(?:[ ]?=.*|[^\w]*)"
)
# A line of a configuration with only blanks between its name and its value: ``requirepass s3cr3t``. A digit
# before the value may give its format. The value is the last word, or is in quotes.
_DIRECTIVE = re.compile(
    r"[ \t]{1,40}(?:(?:[0-9]|--[a-z]{1,20})[ \t]{1,8})?(?![\s=:,;(){}\[\]<>|&*/.#-]|[!+%^]=)"
)
_DIRECTIVE_WORD = re.compile(r"[^\s\"'`<>(){}]{1,4096}(?=[ \t]*(?:[#\\\r\n]|\Z))")
_DIRECTIVE_END = re.compile(r"[\"'`]?[ \t]*;?[ \t]*(?:[#\\\r\n]|\Z)")
# Names without a value behind a colon: ``.. _token: URL`` in reStructuredText, ``${f:assertion:…}`` of tuned.
_NO_KEY = re.compile(r"\.\.[ ]_\w*\Z|\$\{(?:\w{1,40}:){1,3}\w*\Z")
# The text before such a name within a line: the user of a password (netrc).
_OF_A_USER = re.compile(
    r"(?:\A|[ \t])(?:login|user|username|account|enable)[ \t]{1,8}(?:\S{1,80}[ \t]{1,8})?\Z"
)


class Spot(NamedTuple):
    """The position of a name. ``option``: the name follows hyphens, as on a command line."""

    start: int
    end: int
    option: bool = False


def beside(text: str, spot: Spot) -> list[Span]:
    """Return the spans of the values beside the name at ``spot``: none, one, or the items of a list."""
    start, end, option = spot
    before = text[start - 1] if start else ""
    if before == "<" or (before == ":" and _PREFIXES.search(text, max(0, start - 90), start)):
        content = element(text, end)
        if content or before == "<":
            return content
    while option and text[start - 1] == "-":
        start -= 1
    first = _start_of_path(text, start, end)
    quote = _quote_around(text, first, end)
    name_start, after = first - len(quote), end + len(quote)
    if quote:
        call = _CALL.match(text, after)
        if call and (option or text[max(0, name_start - 1) : name_start] == "("):
            opening = OPEN_QUOTE.match(text, call.end())
            return [quoted_value(text, opening, name_start)] if opening else []
    elif before == "{" and (call := _CALL.match(text, end)):
        opening = OPEN_QUOTE.match(text, call.end())
        return [quoted_value(text, opening, name_start)] if opening else []
    subscript = _SUBSCRIPT.match(text, after) if text[name_start - 1 : name_start] == "[" else None
    separator = SEPARATOR.match(text, subscript.end() if subscript else after)
    if separator is None:
        spans = _option_value(text, end) if option else _directive(text, start, end)
        return [] if quote else spans
    if not quote and _is_no_key(text, start, end, separator):
        return []
    spans = read(text, name_start, separator, quoted=bool(quote))
    name = text[spot.start : end].lower()
    return [span for span in spans if text[slice(*span)].strip("_").lower() != name]


def _start_of_path(text: str, start: int, end: int) -> int:
    """Return the start of the path in quotes that ends with the name, if there is one, else ``start``."""
    path = _PATH.search(text, max(0, start - 200), start) if text[start - 1 : start] == "/" else None
    return path.start() if path and _quote_around(text, path.start(), end) else start


def _is_no_key(text: str, start: int, end: int, separator: re.Match[str]) -> bool:
    """Return whether the text behind a name's colon is no value, but a Python object or an argument."""
    is_dotted = text[start - 1 : start] == "." or "." in text[start:end]
    if is_dotted and separator["blank"] == "" and _OBJECT.match(text, separator.end()):
        return True
    return separator["colon"] is not None and _NO_KEY.search(text[max(0, start - 130) : end]) is not None


def paired(text: str, spot: Spot) -> list[Span]:
    """Return the span of the list item behind a name that is a list item itself.

    The item is the argument of an option, or the second item of a pair in a list of pairs.
    """
    start = spot.start
    while spot.option and text[start - 1] == "-":
        start -= 1
    quote = _quote_around(text, start, spot.end)
    call = _CALL.match(text, spot.end + len(quote)) if quote else None
    opening = OPEN_QUOTE.match(text, call.end()) if call else None
    if opening is None or not (
        spot.option or _IN_LIST_OF_LISTS.search(text[max(0, start - len(quote) - 80) : start - len(quote)])
    ):
        return []
    first, last = quoted_value(text, opening, start)
    value = text[first:last]
    if spot.option:
        return [] if value.startswith("-") else [(first, last)]
    ends = _END_OF_LIST.match(text, last + len(opening["token"]))
    return [(first, last)] if ends and not ORDINARY.fullmatch(value) else []


def read(text: str, name_start: int, separator: re.Match[str], *, quoted: bool) -> list[Span]:
    """Return the spans of the values behind ``separator``; the name begins at ``name_start``."""
    kind = next(
        kind for kind in ("arrow", "default", "equals", "colon", "bar") if separator[kind] is not None
    )
    line = _Line(text, name_start)
    start = separator.end()
    if kind == "bar":
        return list(cells(text, start)) if line.is_cell else []
    if kind == "colon":
        if not quoted and "\n" in separator[0] and not line.text.rstrip().endswith("?"):
            return []
        start = _behind_tag(text, start, quoted=quoted)
    opening = OPEN_QUOTE.match(text, start)
    if opening:
        span = quoted_value(text, opening, name_start)
        if kind == "equals" and not separator[0].strip("=:+?"):  # no blanks, so a shell may read it
            span = _shell_word(text, opening, span)
        is_below = kind == "colon" and "\n" in text[separator.start() : span[0]]
        return [] if is_below and is_key(text, opening, span) else [span]
    spans = None
    if kind == "colon":
        spans = _lines_below(text, start, line.column)
    elif kind == "equals":
        spans = _lines_behind(text, start, line)
    if spans is None and text[start : start + 1] == "[" and kind != "default":
        spans = list(flow_items(text, start + 1))
    if spans is not None or text[start : start + 1] in ("", "{", "\r", "\n"):
        return spans or []
    end = _plain_end(text, start, line, kind, blank=bool(separator["blank"]), quoted=quoted)
    end = _joined_end(text, start, end)
    return [(start, end)] if end > start else []


def _shell_word(text: str, opening: re.Match[str], span: Span) -> Span:
    """Return the span of the shell word that begins with the quotes around ``span``.

    The word may continue behind the quotes, and the quotes may contain line ends (POSIX, section 2.2).
    """
    quote = opening["token"]
    if quote not in _SHELL_LINES or opening["triple"]:
        return span
    if not text.startswith(quote, span[1]):
        lines = _SHELL_LINES[quote].match(text, opening.end())
        return lines.span("value") if lines else span
    rest = _REST_OF_WORD.match(text, span[1] + 1)
    return (opening.start("token"), rest.end()) if rest else span


def _joined_end(text: str, start: int, end: int) -> int:
    """Return the end of a value including lines joined by a backslash; ``start`` if it has only backslashes.

    A single backslash may be the end of a text: the next line of a recording is another text.
    """
    if not text[start:end].strip("\\"):
        return start
    while following := _NEXT_LINE.match(text, end - (text[end - 1] == "\\")):
        end = following.end()
    return end


def _behind_tag(text: str, start: int, *, quoted: bool) -> int:
    """Return the start of a value of YAML or JSON: behind its tag or anchor, or in the next line."""
    if quoted:
        following = SPACE.match(text, start).end()  # type: ignore[union-attr] # it matches nothing too
        # Text in the next line may be a statement of a program: accept only the start of a literal.
        start = following if text[following : following + 1] in _LITERAL_STARTS else start
    tag = _TAG.match(text, start)
    return tag.end() if tag else start


def _lines_below(text: str, start: int, column: int) -> list[Span] | None:
    """Return the spans of the values in the lines below a YAML key; None for a value in the same line."""
    block = _BLOCK.match(text, start)
    if block:
        return block_scalar(text, block.end(), column)
    if _LINE_END.match(text, start):
        return list(block_items(text, text.find("\n", start) + 1, column))
    return None


def _lines_behind(text: str, separator_end: int, line: _Line) -> list[Span] | None:
    """Return the span of an option's value in the next lines; None if the value is in the same line."""
    heredoc = _HEREDOC.match(text, separator_end)
    if heredoc:
        return lines_until(text, heredoc.end(), heredoc["tag"])
    ending = _LINE_END.match(text, separator_end) if line.is_first else None
    if ending is None:
        return None
    start = _INDENT.match(text, ending.end()).end()  # type: ignore[union-attr] # it matches nothing too
    end = _continued(text, ending.end() - 1, line.column)
    return [(start, end)] if end > start else []


def is_reference(value: str) -> bool:
    """Return whether ``value`` is an expression or a type of a programming language."""
    return _EXPRESSION.match(value) is not None or _ANNOTATION.fullmatch(value) is not None


def quoted(text: str, start: int, name_start: int) -> Span | None:
    """Return the span between the quotes at ``start``; None without quotes."""
    opening = OPEN_QUOTE.match(text, start)
    return quoted_value(text, opening, name_start) if opening else None


class _Line:
    """The text before a name in its line, and its properties."""

    def __init__(self, text: str, name_start: int) -> None:
        start = text.rfind("\n", max(0, name_start - LONGEST_LEAD), name_start) + 1
        whole = start > 0 or name_start <= LONGEST_LEAD
        self.column = name_start - start
        lead = text[start:name_start] if whole else ""
        self.text = lead if whole else text[name_start - LONGEST_LEAD : name_start]
        self.is_first = whole and _LEAD.fullmatch(lead) is not None
        bare = self.text.rstrip()
        self.before = bare[-1:]
        self.is_flow = self.text.rfind("{") > self.text.rfind("}") and self.before in ("{", ",")
        self.is_parameter = self.before in ("?", "&") and bare == self.text
        self.is_shell = _SHELL.search(self.text) is not None
        self.is_cell = bare.lstrip() in ("|", "||")


def _plain_end(text: str, start: int, line: _Line, kind: str, *, blank: bool, quoted: bool) -> int:
    """Return the end of a value without quotes; ``start`` if there is no value."""
    stop = text.find("\n", start, start + LONGEST)
    stop = min(len(text), start + LONGEST) if stop < 0 else stop
    if kind == "default":
        close = text.find("}", start, stop)
        return close if close >= 0 else start
    if (line.is_flow and kind == "colon") or quoted or kind == "arrow":
        if is_reference(text[start : min(stop, start + LONGEST_LEAD)]):
            return start
        end = _FLOW_END.search(text, start, stop)
        return trimmed(text, start, end.start() if end else stop)
    if kind == "equals" and line.is_parameter:
        return _end_of(_PARAMETER, text, start, stop)
    if line.is_first:
        return _first_end(text, start, stop, line, kind, blank=blank)
    return _middle_end(text, start, stop, kind)


def _first_end(text: str, start: int, stop: int, line: _Line, kind: str, *, blank: bool) -> int:
    """Return the end of the value of a name that is the first of its line, usually the line end.

    Return ``start`` for an expression of a program or for prose.
    """
    spaced = kind == "equals" and text[start - 1] in " \t"
    name = text[start - 60 : start]
    if kind == "equals" and not spaced and (line.is_shell or _is_upper(name)):
        return _end_of(_SHELL_WORD, text, start, stop)
    comment = COMMENT.search(text, start, stop)
    end = trimmed(text, start, comment.start() if comment else stop)
    following = _NEXT_KEY if kind == "colon" else None if spaced else _NEXT_PAIR
    pair = following.search(text, start, end) if following else None
    end = trimmed(text, start, pair.start()) if pair else end
    while end > start and text[end - 1] in ",;":
        end -= 1
    value = text[start:end]
    if is_reference(value):
        return start
    words = value.split()
    if kind == "colon" and len(words) > 2 and not _PROSE.isdisjoint(map(str.lower, words)):
        return start
    if kind == "colon" and not blank and ORDINARY.fullmatch(value):
        return start
    return _continued(text, end, line.column) if spaced or (kind == "colon" and blank) else end


def _middle_end(text: str, start: int, stop: int, kind: str) -> int:
    """Return the end of the value of a name within a line: the end of its word; ``start`` for prose."""
    if is_reference(text[start : min(stop, start + LONGEST_LEAD)]):
        return start
    end = _end_of(_WORD, text, start, stop)
    following = _NEXT_PARAMETER.search(text, start, end)
    end = following.start() if following else end
    while end > start and text[end - 1] in ",;.)]":
        end -= 1
    value = text[start:end]
    if kind == "colon" and ORDINARY.fullmatch(value):
        return start
    return end


def _continued(text: str, end: int, column: int) -> int:
    """Return the end of a plain YAML scalar, including following lines with more indent than its key."""
    line = text.find("\n", end)
    while line >= 0 and not text[end:line].strip() and line - end < LONGEST_LEAD:
        stop = text.find("\n", line + 1)
        stop = len(text) if stop < 0 else stop
        following = text[line + 1 : stop]
        bare = following.strip()
        indent = len(following) - len(following.lstrip(" "))
        if not bare:
            line = stop if stop < len(text) else -1  # a blank line is part of the value
            continue
        if indent <= column or bare[0] in "#-{[|&" or re.search(r":(?:\s|$)|=|[{}\"]", bare):
            break
        end = line + 1 + len(following.rstrip())
        line = stop if stop < len(text) else -1
    return end


_CLOSING_TAG = re.compile(r"<\\{0,4}/(?P<name>[\w:.-]{0,96})")


def element(text: str, end: int) -> list[Span]:
    """Return the span of the content of an XML element without child elements.

    ``end``: a position in the opening tag behind the name. If the tag does not end there, return the span of
    a quoted value behind a separator.
    """
    tag = _ELEMENT.match(text, end)
    if tag is None:
        attribute = SEPARATOR.match(text, end)
        opening = OPEN_QUOTE.match(text, attribute.end()) if attribute else None
        return [quoted_value(text, opening, end)] if opening else []
    start = tag.end()
    while text.startswith("<!--", start):
        comment = text.find("-->", start, start + LONGEST)
        if comment < 0:
            return []
        start = SPACE.match(text, comment + 3).end()  # type: ignore[union-attr] # it matches nothing too
    if text.startswith("<![CDATA[", start):
        start += len("<![CDATA[")
        close = text.find("]]>", start, start + LONGEST)
        return [(start, close if close >= 0 else min(len(text), start + LONGEST))]
    close = text.find("<", start, start + LONGEST)
    closing = _CLOSING_TAG.match(text, close) if close >= 0 else None
    if closing is None:
        return []
    # A piece of a tag from another text of a recording closes no element. For an attribute's value
    # (``<entry key="password">``), the name of the tag is unknown.
    is_keyed = any(mark in "\\\"'" for mark in text[max(0, end - 1) : end + 1])
    if closing.end() < len(text) and not (is_keyed and closing["name"]):
        tail = closing["name"][-3:]
        if not tail or not text.endswith(tail, 0, end):
            return []
    return [(start, trimmed(text, start, close))]


def _option_value(text: str, end: int) -> list[Span]:
    """Return the span of the argument behind an option, unless it is a word of prose."""
    blank = re.compile(r"[ \t]{1,4}(?!-)").match(text, end)
    if blank is None:
        return []
    opening = OPEN_QUOTE.match(text, blank.end())
    if opening:
        return [_shell_word(text, opening, quoted_value(text, opening, end))]
    word = _SHELL_WORD.match(text, blank.end())
    return [word.span()] if word and not ORDINARY.fullmatch(word[0]) else []


def _directive(text: str, start: int, end: int) -> list[Span]:
    """Return the span of the value at the end of a line, behind a name and blanks; none for prose."""
    blank = _DIRECTIVE.match(text, end)
    if blank is None:
        return []
    line = _Line(text, start)
    if not line.is_first and not _OF_A_USER.search(line.text):
        return []
    opening = OPEN_QUOTE.match(text, blank.end())
    if opening:
        span = quoted_value(text, opening, start)
        return [span] if _DIRECTIVE_END.match(text, span[1]) else []
    word = _DIRECTIVE_WORD.match(text, blank.end())
    if word is None or "://" in word[0] or ORDINARY.fullmatch(word[0]):
        return []
    stop = word.end() - len(word[0]) + len(word[0].rstrip(",;"))
    if is_reference(word[0]) or re.fullmatch(r"v[0-9.]+", word[0]):
        return []
    return [(word.start(), stop)]


def _quote_around(text: str, start: int, end: int) -> str:
    """Return the quote, with its backslashes, on both sides of a name; empty if there is none."""
    if not start or text[start - 1] not in "\"'`":
        return ""
    quote_start = start - 1
    while quote_start > max(0, start - 32) and text[quote_start - 1] == "\\":
        quote_start -= 1
    token = text[quote_start:start]
    return token if text.startswith(token, end) else ""


def _is_upper(lead: str) -> bool:
    """Return whether the name before an equals sign is in capital letters."""
    name = re.search(r"([\w.-]+)[ \t]*[:+?]?=[ \t]*\Z", lead)
    return name is not None and name[1].isupper()


def _end_of(pattern: re.Pattern[str], text: str, start: int, stop: int) -> int:
    match = pattern.match(text, start, stop)
    return match.end() if match else start
