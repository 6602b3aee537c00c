"""What stands in the place of a secret: pseudonyms, masks, and what people write who do not write one."""

from __future__ import annotations

import re

__all__ = ["is_placeholder", "is_stand_in"]

_OPEN = r"(?:\\{0,2}<|&lt;|&#60;|&#x3[cC];|#lt;|#60;|%3[cC]|\\+u003[cC])"
_CLOSE = r"(?:\\{0,2}>|&gt;|&#62;|&#x3[eE];|#gt;|#62;|%3[eE]|\\+u003[eE])"
_NUMBERED = "[a-z]+(?:-[a-z]+)*-[0-9]+"
_STAND_IN = re.compile(
    rf"""[\\"'(\[]*(?:(?P<pseudonym>{_OPEN}(?:{_NUMBERED}|removed){_CLOSE})"""
    # What pages, people, and clients that mask by themselves, write in the place of a value: of all of it.
    rf"""|(?:[*]{{8}}[ ][(]{_NUMBERED}[)]|"""
    r"""[*.•…]+|[xX]{3,}|gA{0,5}…[0-9]{1,7}"""
    r"""|<[\w ./-]+>|\$\{?[A-Z_][A-Z0-9_]*\}?|\{\{?[\w .-]+\}?\}|\{SHA(?:1|256)\}[0-9a-f]+"""
    r"""|%(?:\(\w+\))?s|null|None|true|false)(?:$|[\\"'\s,;)&]))"""
)
_BEHIND = "\\\"'),;&.]} \t\r\n"  # what may follow in a text
_PLACEHOLDER = re.compile(
    r"<[^<>\n]{0,200}>|\[[A-Z][A-Z _-]*\]|\$\{[\w.\[\]:]+\}|\$[A-Z_][A-Z0-9_]*|\$\([^\n]*\)"
    r"|\$env:\w+|\$\{\{[^\n]*\}\}"
    r"|\{\{[^\n]*\}\}|\{%[^\n]*%\}|\{[\w.!:]*\}|#\{[^\n]*\}|%\(\w+\)[sdr]|%[sdr]|%\{\w+\}|%\w+%"
    r"|@@\w+@@|@[A-Z_]+@|__[A-Z_]+__"
    r"|[\W_]|[*•….#_\-]+|[\s{}\[\],:\"'\\\\]+|[xX]{3,}|&[lL][tT];[\w .:/-]{0,200}&[gG][tT];"
    r"|\{[ ]?(?:get_param|get_attr|get_resource|get_file|Ref|Fn::\w+)\b.*",
    re.DOTALL,
)
_QUOTES = "\\\"'` \t\r\n"


def is_stand_in(text: str, start: int, end: int) -> bool:
    """Return whether the value from ``start`` up to ``end`` stands for a secret rather than being one.

    Its last characters may stand behind ``end``: what ends a value may be part of them.
    """
    match = _STAND_IN.match(text[start : end + 8])
    if match is None:
        return False
    return match["pseudonym"] is not None or not text[start + match.end() : end].strip(_BEHIND)


def is_placeholder(value: str, words: frozenset[str]) -> bool:
    """Return whether ``value`` only tells where a value belongs. ``words`` are such words, in lower case."""
    bare = value.strip(_QUOTES).rstrip(",;")
    return not bare or bare.lower() in words or _PLACEHOLDER.fullmatch(bare) is not None
