"""The page of all verdicts, rules, differences, and volatile values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from tests.ci.reference.markdown import code, head, join
from tests.ci.reference.translation import load_data
from tracer.comparison import Kind, reasons, whys
from tracer.comparison.severities import rules
from tracer.conformance.api import ApiRule
from tracer.conformance.findings import Rule
from tracer.conformance.rule_texts import RuleText, rule_texts
from tracer.documentation import Group, anchor
from tracer.model import ExchangeVerdict, RunVerdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.translation import Frames, Texts

__all__ = ["findings_page", "names_in_code"]


def names_in_code() -> dict[str, list[str]]:
    """Return all names that tracer uses, by the group of the page."""
    return {
        "verdict": _literals(ExchangeVerdict),
        "run": _literals(RunVerdict),
        "rule": _literals(Rule),
        "api": _literals(ApiRule),
        "difference": _literals(Kind),
        "severity": list(dict.fromkeys(rule.name for rule in rules())),
        "volatile": list(reasons()),
    }


def findings_page(texts: Texts, language: str) -> str:
    """Return the page in a language."""
    return join(*_page(texts, language)) + "\n"


def _page(texts: Texts, language: str) -> Iterator[str]:
    entries: dict[str, dict[str, Any]] = load_data("findings")
    say = texts.frames[language]
    yield head(say, "findings", say("findings_title"))
    yield say("findings_intro")
    for group, names in names_in_code().items():
        yield f'<a id="{group}"></a>'
        yield f"## {say(f'findings_{group}')}"
        yield say(f"findings_{group}_intro")
        for name in names:
            if name not in entries[group]:
                texts.lacks(f"findings.yaml: {group}: {name}")
                continue
            yield from _entry(group, name, entries[group][name], say)
        for name in entries[group].keys() - set(names):
            texts.lacks(f"findings.yaml has an unknown name: {group}: {name}")


def _entry(group: str, name: str, entry: dict[str, Any], say: Frames) -> Iterator[str]:
    yield f'<a id="{anchor(cast("Group", group), name)}"></a>'
    yield f"### {name}"
    yield _meaning(group, name, entry, say.language)
    example = entry["example"]
    shown = example[say.language] if isinstance(example, dict) else code(example)
    yield say("example_is", example=shown)
    remedy = rule.remedy if (rule := _rule_text(group, name)) else entry.get("remedy")
    if remedy:
        yield say("remedy_is", remedy=remedy[say.language])


def _meaning(group: str, name: str, entry: dict[str, Any], language: str) -> str:
    """Return the meaning. The data files of checks and comparisons have the texts of their names."""
    if rule := _rule_text(group, name):
        return rule.means[language]
    if group == "severity":
        severity = next(rule.severity for rule in rules() if rule.name == name)
        return f"{code(severity)}: {whys()[name][language]}."
    if group == "volatile":
        text: str = reasons()[name][language]
        return f"{text[:1].upper()}{text[1:]}."
    return str(entry["means"][language])


def _rule_text(group: str, name: str) -> RuleText | None:
    texts = {"rule": rule_texts().check, "api": rule_texts().api}
    return texts[group][name] if group in texts else None


def _literals(kind: Any) -> list[str]:
    """Return the values of a Literal, or of a union of them."""
    values = []
    for argument in get_args(kind):
        values += [argument] if isinstance(argument, str) else _literals(argument)
    return values
