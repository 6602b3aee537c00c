"""Removal of quoted lines from parser errors. Any part of a line that a parser refuses may be a secret.

mitmproxy, h11 and h2 quote lines and fields as Python literals: ``Invalid header line: b'X-Auth-Token …'``.
"""

from __future__ import annotations

import re

from tracer.redaction.pseudonyms import REMOVED

__all__ = ["without_quotations"]

_LITERAL = re.compile(
    r"""(?<!\w)(?P<bytes>b?)(?:(?P<quote>')(?P<text>(?:[^'\\]|\\.)*)(?:'|$)|"(?P<wide>(?:[^"\\]|\\.)*)(?:"|$))""",
    re.DOTALL,
)
_REQUEST = re.compile(
    r"[A-Z]{1,20} +(?:https?://(?:[^\s/?#@]*@)?[\w.\[\]-]+(?::[0-9]{1,5})?(?:[/?#]\S*)?|/\S*|[\w.-]+:[0-9]{1,5}|\*)"
    r"(?: +HTTP/[0-9](?:\.[0-9])?)?"
)
_METHOD = re.compile(r"[A-Z]{1,20} ")
_FIELD = re.compile(r"(?P<name>:?[A-Za-z][A-Za-z0-9-]{0,63}) {0,8}: ?(?=.)", re.DOTALL)
_USERINFO = re.compile(r"(?<![^\s'\"(<])[^\s@/'\"(<>]{1,1024}@(?=[A-Za-z0-9.\[-]+(?:[:/\s'\")]|$))")


def without_quotations(text: str) -> str:
    """Return an error message without the parts of quoted lines that may be secrets.

    A request line keeps method, target and version, and a field keeps its name; the caller must search the
    target for secrets. Bytes literals are reduced in every message, strings only in messages about headers.
    """
    about_fields = "header" in text.lower()

    def replace(match: re.Match[str]) -> str:
        wide = match["wide"] is not None
        quoted = match["wide"] if wide else match["text"]
        if not match["bytes"] and not about_fields:
            return match[0]
        quote = '"' if wide else "'"
        return f"{match['bytes']}{quote}{_reduce_line(quoted)}{quote}"

    text = _LITERAL.sub(replace, text)
    return _USERINFO.sub(f"{REMOVED}@", text)


def _reduce_line(quoted: str) -> str:
    """Return the harmless part of a refused line, with a mark for the rest."""
    if _REQUEST.fullmatch(quoted) is not None:
        return quoted
    head = _METHOD.match(quoted) or _FIELD.match(quoted)
    return f"{head[0] if head else ''}{REMOVED}"
