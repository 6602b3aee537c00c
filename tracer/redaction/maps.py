"""Fields of a map under a name, in syntaxes other than JSON and YAML.

``passwords = {root = "…"}`` in TOML and Python, ``[passwords]`` in ini files, ``$passwords["root"] = …``,
``array("root" => …)``, ``<passwords><root>…</root></passwords>``. A map within the map is read as well.
For JSON and YAML see ``objects``.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from tracer.redaction.names import normal_form
from tracer.redaction.siblings import Field
from tracer.redaction.values import SEPARATOR, element, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tracer.redaction.scalars import Span

__all__ = ["map_fields"]

_MOST_FIELDS = 256
_MOST_TOKENS = 1024
_LONGEST = 65_536  # characters of a map
_CLOSING = {"{": "}", "(": ")", "[": "]"}

_SECTION = re.compile(r"[ \t]*\[{1,2}[\w. -]{0,80}\Z")
_SECTION_END = re.compile(r"[\w. -]{0,80}\]{1,2}[ \t]*(?:[#;][^\n]*)?\r?\n")
_SECTION_LINE = re.compile(r"""[ \t]*(?:(?P<next>\[)|(?P<quote>["']?)(?P<key>[\w.-]{1,80})(?P=quote))?""")
_OPENING = re.compile(r"""\\*["']?\]?\s{0,8}=>?\s{0,80}(?:\w{1,20}[ \t]{0,4})?(?P<sign>[{(\[])""")
_TOKEN = re.compile(
    r"""\[(?P<item>[\w.-]{1,60})\](?==)"""
    r"""|(?P<text>"(?:[^"\\\n]|\\[^\n])*+"|'(?:[^'\\\n]|\\[^\n])*+')|(?P<sign>[{}\[\]()])"""
    r"|:?(?P<word>(?<![\w.-])[A-Za-z_][\w.-]{0,60})(?=[ \t]{0,8}[:=])"
)
_STEP = re.compile(
    r"""(?:\.|\[\\*["']?|["']\]\[\\*["']?)(?P<key>[\w-]{1,80})(?:\\*["']?\])?(?=[ \t]{0,40}=)"""
)
_TAG = re.compile(r"<(?:[\w.-]{1,40}:){0,2}\Z")
_TAG_END = re.compile(r"(?:\s[^<>]{0,2000})?(?<!/)>")
_CHILD = re.compile(r"\s{0,200}<(?P<key>[\w:.-]{1,60})(?=[\s>])")


def map_fields(text: str, start: int, end: int) -> tuple[int, list[Field]]:
    """Return the end of the map with its name from ``start`` up to ``end``, and the map's fields.

    For a map in brackets, the fields include those of inner maps. For other maps, return ``end`` itself.
    """
    lead = text[max(0, start - 200) : start].rpartition("\n")[2]
    section = _SECTION_END.match(text, end) if _SECTION.match(lead) else None
    if section:
        return end, list(_lines(text, section.end()))
    if _TAG.search(lead) and (tag := _TAG_END.match(text, end)):
        return end, list(_children(text, tag.end()))
    if opening := _OPENING.match(text, end):
        return _in_brackets(text, opening.start("sign"))
    if (step := _STEP.match(text, end)) and (separator := SEPARATOR.match(text, step.end())):
        return end, [_field(text, step["key"], step.start("key"), separator, quoted=False)]
    return end, []


def _lines(text: str, start: int) -> Iterator[Field]:
    """Yield the fields of a section of an ini file or of TOML, up to the next section."""
    for _ in range(_MOST_FIELDS):
        line = _SECTION_LINE.match(text, start)
        if line is None or line["next"]:
            return
        separator = SEPARATOR.match(text, line.end()) if line["key"] else None
        if separator:
            yield _field(text, line["key"], line.start("key"), separator, quoted=False)
        start = text.find("\n", start) + 1
        if not start:
            return


def _in_brackets(text: str, opening: int) -> tuple[int, list[Field]]:
    """Return the end of the bracket at ``opening``, or of the last token read, and the fields before it."""
    sign, depth, end = text[opening], 0, opening
    fields: list[Field] = []
    tokens = _TOKEN.finditer(text, opening, min(len(text), opening + _LONGEST))
    for token in islice(tokens, _MOST_TOKENS):
        end = token.end()
        if token["sign"]:
            depth += (token["sign"] == sign) - (token["sign"] == _CLOSING[sign])
            if not depth:
                break
        elif separator := SEPARATOR.match(text, end):
            key = token["item"] or token["word"] or token["text"][1:-1]
            fields.append(_field(text, key, token.start(), separator, quoted=token["text"] is not None))
    return end, fields


def _children(text: str, start: int) -> Iterator[Field]:
    """Yield consecutive XML elements from ``start`` on."""
    for _ in range(_MOST_FIELDS):
        child = _CHILD.match(text, start)
        spans = element(text, child.end()) if child else []
        if child is None or not spans:
            return
        yield Field(normal_form(child["key"].rpartition(":")[2]), spans, child.start("key"))
        start = text.find(">", text.find("</", spans[-1][1])) + 1


def _field(text: str, key: str, start: int, separator: re.Match[str], *, quoted: bool) -> Field:
    spans: list[Span] = read(text, start, separator, quoted=quoted)
    return Field(normal_form(key), spans, start)
