"""Which font a picture is painted with: the engine takes one for all of it, and brings none for Korean."""

from __future__ import annotations

import functools
import unicodedata

__all__ = ["PACKAGE", "family_for", "unpaintable", "width"]

PACKAGE = "fonts-noto-cjk"
"""The package of Debian and Ubuntu with a font for Korean, Chinese and Japanese."""

# What Mermaid's own themes ask for.
_USUAL = '"trebuchet ms", verdana, arial, sans-serif'
# The one that comes with the engine.
_BROUGHT = "DejaVu Sans"
# It, and those that hold Hangul and Latin letters, as the systems call them.
_FAMILIES = (
    _BROUGHT, "Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Nanum Gothic", "Apple SD Gothic Neo",
    "AppleGothic",
    "Malgun Gothic", "Source Han Sans KR", "Baekmuk Gulim", "UnDotum", "Noto Sans CJK JP", "Noto Sans CJK SC",
    "Unifont",
)  # fmt: skip


def family_for(text: str) -> str | None:
    """The installed font family that has most of the signs of ``text``; None if the usual one has them."""
    needed = frozenset(text) - _signs(_USUAL)
    if not needed:
        return None
    best = max(_FAMILIES, key=lambda family: len(needed & _signs(family)))
    return best if needed & _signs(best) else None


def unpaintable(text: str) -> str:
    """The signs of ``text`` that no known font has here: a picture shows a box in their place."""
    return "".join(sorted(frozenset(text) - _signs(family_for(text) or _USUAL)))


def width(text: str, size: float) -> float:
    """How wide ``text`` is in pixels at a font size, whatever is installed: as wide as fonts usually are."""
    import mermaidx  # type: ignore[import-untyped]  # noqa: F401 - it loads its font
    import novasvg.fonts  # type: ignore[import-untyped]

    font = novasvg.fonts.Font(novasvg.fonts.get_font_face(_BROUGHT), size)
    wide = sum(unicodedata.east_asian_width(sign) in "WF" for sign in text)
    narrow = "".join(sign for sign in text if unicodedata.east_asian_width(sign) not in "WF")
    return float(font.measure_text(narrow)) + wide * size


@functools.cache
def _signs(families: str) -> frozenset[str]:
    """The signs that the first installed one of ``families`` has, and those that need no glyph."""
    # The engine loads the font that it brings, which a picture is painted with where there is no other.
    import mermaidx  # noqa: F401
    import novasvg.fonts

    face = novasvg.fonts.get_font_face_for_family_stack(families)
    return frozenset("\n\t") | (frozenset() if face.is_null() else frozenset(map(chr, face.codepoints())))
