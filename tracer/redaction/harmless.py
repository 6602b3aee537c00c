"""Values that are no secrets: pseudonyms, masks, public certificates, and placeholders in a text.

``is_stand_in`` tests a complete value, ``stands_in`` a value with an uncertain end in a text. ``stands_in``
accepts each value that ``is_stand_in`` accepts. So the final scan accepts each value that capture keeps.

Sources: RFC 7468 (PEM labels); oslo.utils ``mask_password`` and keystoneauth's debug log (masks).
"""

from __future__ import annotations

import re

from tracer.redaction.pseudonyms import NUMBERED

__all__ = ["is_location", "is_placeholder", "is_stand_in", "stands_in"]

_SAID = r"redacted|removed|masked|hidden|sanitized|filtered|omitted|scrubbed"
# Masks of clients, services, and pages. Each pattern must match the whole value.
_MASKS = rf"""
    [*•…]{{2,}} | … | [xX]{{3,}} | \.{{3,}}
  | \*{{8}}[ ]\({NUMBERED}\)
  | [*_]*[<\[({{](?i:{_SAID})[>\])}}][*_]*
  | [*_]*(?:{_SAID.upper()})[*_]*
  | <[a-z]+(?:[ _-][a-z]+)*> | --[a-z]+(?:[_-][a-z]+)*--
  | \{{SHA(?:1|256|512)\}}[0-9a-f]{{40,128}}
  | \$\{{?[A-Z][A-Z_]{{2,}}\}}?
"""
_MASK = re.compile(rf"['\"]?(?:{_MASKS})['\"]?", re.VERBOSE)
_PUBLIC = r"(?:[A-Z0-9]{1,16} ){0,3}?(?:PUBLIC KEY(?: BLOCK)?|CERTIFICATE(?: REQUEST)?|X509 CRL)"
_PUBLIC_PEM = re.compile(
    rf"\s*+(?:-----BEGIN ({_PUBLIC})-----(?>(?:[A-Za-z0-9+/=:,. ()\s\\]|-(?!----))*)-----END \1-----"
    r"(?>(?:\s|\\[nr])*))+"
)
_LONGEST = 1_000_000
_LONGEST_MASK = 256

_OPEN = r"(?:\\{0,2}<|&lt;|&\#60;|&\#x3[cC];|\#lt;|\#60;|%3[cC]|\\{1,9}u003[cC])"
_CLOSE = r"(?:\\{0,2}>|&gt;|&\#62;|&\#x3[eE];|\#gt;|\#62;|%3[eE]|\\{1,9}u003[eE])"
_IN_TEXT = re.compile(
    rf"""[\\"'(\[]{{0,200}}(?:
      (?P<pseudonym>{_OPEN}(?:{NUMBERED}|removed){_CLOSE})
    | (?:{_MASKS}
      | [*.•…]+ | gA{{0,5}}…[0-9]{{1,7}}
      | <[\w\ ./-]+> | \$\{{?[A-Z_][A-Z0-9_]*\}}? | \{{\{{?[\w\ .-]+\}}?\}} | \{{SHA(?:1|256)\}}[0-9a-f]+
      | %(?:\(\w+\))?s | null | None | true | false
      )(?:$|[\\"'\s,;)&<|}}\]]))""",
    re.VERBOSE,
)
_BEHIND = "\\\"'),;&.]} \t\r\n"  # what may follow in a text
_TEMPLATE = r"\{\{[^\n]*\}\}|\{%[^\n]*%\}|%\(\w+\)[sdr]|%[sdr]"
_COMMENT = r"<!--[^<>\n]{0,200}>?"
_QUOTED_PLACEHOLDER = re.compile(rf"{_TEMPLATE}|{_COMMENT}|[\W_]|[\s{{}}\[\],:\"'\\]+")
_PLACEHOLDER = re.compile(
    rf"<[^<>\n]{{0,200}}>|{_COMMENT}|\[[A-Z][A-Z _-]*\]|\$\{{[\w.\[\]:]+\}}|\$[A-Z_][A-Z0-9_]*|\$\([^\n]*\)"
    rf"|\$env:\w+|\$\{{\{{[^\n]*\}}\}}"
    rf"|{_TEMPLATE}|\{{[\w.!:]*\}}|#\{{[^\n]*\}}|%\{{\w+\}}|%\w+%"
    r"|@@\w+@@|@[A-Z_]+@|__[A-Z_]+__"
    r"|[\W_]|[*•….#_\-]+|[\s{}\[\],:\"'\\\\]+|[xX]{3,}|&[lL][tT];[\w .:/-]{0,200}&[gG][tT];"
    r"|(?:None|null|True|False|\[\]|\{\}) (?:is|was|are|has|does)\b[^\n]*"
    r"|\{[ ]?(?:get_param|get_attr|get_resource|get_file|Ref|Fn::\w+)\b.*",
    re.DOTALL,
)
_LOCATION = re.compile(r"""https?:(?:\\{0,4}/){2}[^\s"'<>@]{1,4096}""")
_QUOTES = "\\\"'` \t\r\n"


def is_stand_in(value: str) -> bool:
    """Return whether ``value`` is a mask, or consists of public PEM blocks, at any location."""
    if value.lstrip()[:11] == "-----BEGIN ":
        return len(value) <= _LONGEST and _PUBLIC_PEM.fullmatch(value) is not None
    return len(value) <= _LONGEST_MASK and _MASK.fullmatch(value) is not None


def stands_in(text: str, start: int, end: int) -> bool:
    """Return whether the value from ``start`` to ``end`` of a text is a pseudonym or a mask.

    A mask may end up to eight characters after ``end``, since its last characters can look like a delimiter.
    """
    if end - start <= _LONGEST_MASK and _MASK.fullmatch(text, start, end):
        return True
    match = _IN_TEXT.match(text[start : end + 8])
    if match is None:
        return False
    return match["pseudonym"] is not None or not text[start + match.end() : end].strip(_BEHIND)


def is_placeholder(value: str, words: frozenset[str], *, quoted: bool) -> bool:
    """Return whether ``value`` is a placeholder for a value.

    ``words``: placeholders in lower case. ``quoted``: the value is in quotes, so fewer forms are accepted.
    """
    bare = value.strip(_QUOTES).rstrip(",;")
    if not bare or bare.lower().strip("*_") in words:
        return True
    return (_QUOTED_PLACEHOLDER if quoted else _PLACEHOLDER).fullmatch(bare) is not None


def is_location(value: str) -> bool:
    """Return whether ``value`` is a URL without credentials, which is no token even under a token's name."""
    return _LOCATION.fullmatch(value) is not None
