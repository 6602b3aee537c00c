"""The texts of the pages: frames in both languages, and the Korean translation of help texts."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from tracer.documentation import LANGUAGES
from tracer.i18n.translator import Translator

__all__ = ["Frames", "Texts", "load_data", "sentences"]

_HERE = Path(__file__).parent
_SENTENCES = re.compile(r"(?<=[.?])\s+|(?<=;)\s+(?=[A-Z-])")
_SIMILAR = 0.7

Frames = Translator[str]
"""The frames of the pages in one language."""


def load_data(name: str) -> Any:
    """Return the content of a data file in this folder."""
    return yaml.safe_load((_HERE / f"{name}.yaml").read_text("utf-8"))


def sentences(text: str) -> list[str]:
    """Return the sentences of a help text."""
    return _SENTENCES.split(" ".join(text.split()))


class Texts:
    """All texts, with a list of those that are missing or not used. ``frames`` are by language."""

    def __init__(self) -> None:
        frames: dict[str, dict[str, str]] = load_data("frames")
        self.frames: dict[str, Frames] = {}
        for language in LANGUAGES:
            texts = {key: text[language] for key, text in frames.items()}
            self.frames[language] = Translator(language, texts, str, str.strip)
        self._korean: dict[str, str] = {pair["en"]: pair["ko"] for pair in load_data("korean")}
        self._used: set[str] = set()
        self._missing: list[str] = []
        self._absent: list[str] = []

    def translated(self, text: str, language: str) -> str:
        """Return a help text in ``language``: as a whole, or sentence by sentence; English if missing."""
        text = " ".join(text.split())
        if language == "en" or not text:
            return text
        if text in self._korean:
            self._used.add(text)
            return self._korean[text]
        return " ".join(self._sentence(sentence) for sentence in sentences(text))

    def lacks(self, entry: str) -> None:
        """Note a missing entry in a data file, such as ``exit_codes.yaml: record``."""
        if entry not in self._absent:
            self._absent.append(entry)

    def problems(self) -> list[str]:
        """Return a line for each text that is missing or not used, ready for ``korean.yaml``."""
        lines = [f"missing in tests/ci/reference/{entry}" for entry in self._absent]
        if self._missing:
            lines.append("missing in tests/ci/reference/korean.yaml:")
        unused = [text for text in self._korean if text not in self._used]
        for text in self._missing:
            near = get_close_matches(text, self._korean, 1, _SIMILAR)
            hint = f"  # earlier: {near[0]!r}: {self._korean[near[0]]!r}" if near else ""
            lines += [f"- en: {_quoted(text)}", f"  ko: ''{hint}"]
        lines += [f"not used in tests/ci/reference/korean.yaml: {text}" for text in unused]
        return lines

    def _sentence(self, sentence: str) -> str:
        if sentence in self._korean:
            self._used.add(sentence)
            return self._korean[sentence]
        if sentence not in self._missing:
            self._missing.append(sentence)
        return sentence


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
