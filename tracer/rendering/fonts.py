"""The font of a picture: the engine uses a single font for all texts, and includes none for Korean."""

from __future__ import annotations

import functools
import unicodedata

__all__ = ["PACKAGE", "family_for", "unpaintable", "width"]

PACKAGE = "fonts-noto-cjk"
"""The package of Debian and Ubuntu with a font for Korean, Chinese, and Japanese."""

# The font families of Mermaid's own themes.
_USUAL = '"trebuchet ms", verdana, arial, sans-serif'
# The font that comes with the engine.
_BROUGHT = "DejaVu Sans"
# That font, and fonts with Hangul and Latin letters by their names on common systems.
_FAMILIES = (
    _BROUGHT, "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Nanum Gothic", "Apple SD Gothic Neo",
    "AppleGothic",
    "Malgun Gothic", "Source Han Sans KR", "Baekmuk Gulim", "UnDotum", "Noto Sans CJK JP", "Noto Sans CJK SC",
    "Unifont",
)  # fmt: skip


def family_for(text: str) -> str | None:
    """Return the installed font family with most of the characters that the usual font lacks.

    Return None if the usual font has all characters of ``text``, or if no installed font has the others.
    """
    needed = frozenset(text) - _signs(_USUAL)
    if not needed:
        return None
    best = max(_FAMILIES, key=lambda family: len(needed & _signs(family)))
    return best if needed & _signs(best) else None


def unpaintable(text: str) -> str:
    """Return the characters of ``text`` that its font lacks. A picture shows a box for each of them."""
    return "".join(sorted(frozenset(text) - _signs(family_for(text) or _USUAL)))


def width(text: str, size: float) -> float:
    """Return the usual width of ``text`` in pixels at a font size, independent of the installed fonts."""
    import mermaidx  # type: ignore[import-untyped]  # noqa: F401 - the import loads the font
    import novasvg.fonts  # type: ignore[import-untyped]

    font = novasvg.fonts.Font(novasvg.fonts.get_font_face(_BROUGHT), size)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    narrow = "".join(sign for sign in text if unicodedata.east_asian_width(sign) not in "WF")
    return float(font.measure_text(narrow)) + wide * size


@functools.cache
def _signs(families: str) -> frozenset[str]:
    """Return the characters of the first installed font of ``families``, and those that need no glyph."""
    # The import loads the font of the engine, the last resort for a picture.
    import mermaidx  # noqa: F401
    import novasvg.fonts

    face = novasvg.fonts.get_font_face_for_family_stack(families)
    return frozenset("\n\t") | (frozenset() if face.is_null() else frozenset(map(chr, face.codepoints())))
