"""Redaction of JSON documents by path, also of JSON in JSON strings."""

from __future__ import annotations

import json
import operator
import re
from typing import TYPE_CHECKING

from tracer.formats import json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.location_rules import LocationRule
    from tracer.redaction.patches import At
    from tracer.redaction.substitutions import SecretReplacer

__all__ = ["document", "literal_at", "scrubbed", "torn"]

_INNER = re.compile(r'"(?:\ufeff|\\u[fF][eE][fF][fF])?(?:[ ]|\\[nrt])*[\[{]')


def document(text: str, root: At[LocationRule], replacer: SecretReplacer, *, verbatim: bool = False) -> str:
    """Return ``text`` with its secrets replaced and with new indent; with ``verbatim``, in its own layout.

    Raises ``ValueError`` if ``text`` is not JSON. Secrets before the error may be registered already.
    """
    if replacer.policy.prefilter.may_hold_secret(text):
        return _rewrite(text, root, replacer, verbatim=verbatim)
    laid_out = json_text.rewrite(text)
    return text if verbatim else laid_out


def torn(text: str, root: At[LocationRule], replacer: SecretReplacer) -> str:
    """Return ``text``, a torn JSON document, with the secrets replaced that still have a location."""

    def replace(at: At[LocationRule], literal: str) -> str | None:
        if at.rule is None or (literal[0] not in "\"'" and not literal[0].isdigit()):
            return None
        value = json_text.string(literal) if literal[0] in "\"'" else literal
        new = replacer.take(at.rule, value)
        return None if new == value else json.dumps(new)

    return json_text.rewrite_torn(text, root, operator.getitem, replace)


def literal_at(at: At[LocationRule], literal: str, replacer: SecretReplacer) -> str | None:
    """Return the literal of a scalar with its secrets replaced; None if nothing changes."""
    rule = at.rule
    if literal[0] == '"':
        if (rule is None or rule.follow) and _INNER.match(literal):
            inner = _inner(at, literal, replacer)
            if inner is not None:
                return inner
        if rule is None:
            return None
        value = json_text.string(literal)
        new = replacer.take(rule, value)
        return None if new == value else json.dumps(new)
    if rule is not None and rule.numbers and literal[0] in "-0123456789":
        return json.dumps(replacer.take(rule, literal))
    return None


def scrubbed(text: str, scrub: Callable[[str], str]) -> str:
    """Apply ``scrub`` to each key and scalar of a JSON text. The result is JSON with the same layout."""

    def replace(_: None, literal: str) -> str | None:
        if literal[0] != '"':
            new = scrub(literal)
            return None if new == literal else json.dumps(new)
        return _changed(literal, scrub)

    def rename(key: str) -> str:
        return _changed(key, scrub) or key

    return json_text.rewrite_from(text, None, lambda _, __: None, replace, rename=rename, verbatim=True)


def _rewrite(text: str, at: At[LocationRule], replacer: SecretReplacer, *, verbatim: bool) -> str:
    def replace(at: At[LocationRule], literal: str) -> str | None:
        return literal_at(at, literal, replacer)

    return json_text.rewrite_from(text, at, operator.getitem, replace, verbatim=verbatim)


def _changed(literal: str, scrub: Callable[[str], str]) -> str | None:
    value = json_text.string(literal)
    new = scrub(value)
    return None if new == value else json.dumps(new)


def _inner(at: At[LocationRule], literal: str, replacer: SecretReplacer) -> str | None:
    """Return the redacted literal of a string with JSON; None for another string.

    In torn JSON, replace the secrets that still have a location, unless the string itself has a rule.
    """
    value = json_text.string(literal)
    try:
        json_text.rewrite(value, indent=None)
    except ValueError:
        if at.rule is not None:
            return None
        new = torn(value, at, replacer)
        return None if new == value else json.dumps(new)
    new = _rewrite(value, at, replacer, verbatim=True)
    return literal if new == value else json.dumps(new)
