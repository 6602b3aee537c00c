"""Headers, bodies and output as blocks of code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tracer.rendering.markdown_escapes import Md, code, cut, fence, masked

if TYPE_CHECKING:
    from tracer.model import Body, Headers
    from tracer.rendering.pages.wording import Wording

__all__ = ["CodeBlock", "block", "body_block", "header_lines"]

_INDENT = 4
_LANGUAGES = (("json", "json"), ("html", "html"), ("xml", "xml"), ("yaml", "yaml"))


class CodeBlock(NamedTuple):
    """A block of code with a remark about it."""

    text: Md
    remark: Md


def header_lines(headers: Headers) -> str:
    """Return the header fields as on the wire, each on its own line."""
    return "\n".join(
        f"{name}: {value}"
        for name, values in headers.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def block(text: str, language: str, heading: str, say: Wording, indent: int = 0) -> CodeBlock:
    """Return ``text`` as a block of code, pseudonyms masked. If the text is cut, the remark says so."""
    beginning, shown, total = cut(masked(text))
    remark = Md()
    if shown < total:
        remark = say("body.cut", shown=shown, total=total)
    elif len(beginning) < len(masked(text)):
        remark = say("body.cut-line")
    return CodeBlock(fence(beginning, language, heading, indent), remark)


def body_block(body: Body | None, say: Wording) -> CodeBlock:
    """Return the content of a message as a block, indented for a tab."""
    if body is None or (body.omitted is None and not body.size and not (body.json or body.text)):
        return CodeBlock(fence(say("body.none"), "text", indent=_INDENT), Md())
    if body.omitted is not None:
        digest = say("body.digest", sha256=code(body.sha256)) if body.sha256 else Md()
        why = say(f"body.why.{body.omitted}")
        return CodeBlock(Md(), say("body.omitted", why=why, size=_size(body, say), digest=digest))
    if body.json is not None:
        return block(body.json, "json", "", say, _INDENT)
    if body.text is not None:
        return block(body.text, _language(body.type), "", say, _INDENT)
    encoded = block(body.base64 or "", "text", "", say, _INDENT)
    return encoded._replace(
        remark=Md(f"{say('body.binary', size=_size(body, say))} {encoded.remark}".strip())
    )


def _size(body: Body, say: Wording) -> Md:
    return say.count("body.bytes", body.size, count=f"{body.size:,}")


def _language(media_type: str) -> str:
    return next((name for word, name in _LANGUAGES if word in media_type.lower()), "text")
