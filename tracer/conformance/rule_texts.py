"""The meaning of each rule of ``tracer check`` and the advice to the reader, by language, as data."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read, typed

__all__ = ["RuleText", "RuleTexts", "plain_text", "rule_texts"]

_FILE = Path(__file__).with_name("rule_texts.yaml")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


class RuleText(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The meaning of a rule and the advice to the reader, as Markdown by language."""

    means: dict[str, str]
    remedy: dict[str, str]


class RuleTexts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The texts of the rules by name: of comparisons with sequences, and with the API."""

    check: dict[str, RuleText]
    api: dict[str, RuleText]


@functools.cache
def rule_texts() -> RuleTexts:
    """Return the texts of all rules."""
    return typed(yaml_text.load(read(_FILE), _FILE.name), RuleTexts, _FILE.name)


def plain_text(markdown: str) -> str:
    """Return a text without the links of Markdown, which lead nowhere outside of the documentation."""
    return _LINK.sub(r"\1", markdown).replace("`", "")
