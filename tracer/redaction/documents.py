"""Redaction of JSON documents by path, also of JSON in JSON strings."""

from __future__ import annotations

import json
import operator
import re
from typing import TYPE_CHECKING

from tracer.formats import json_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from tracer.redaction.patches import At
    from tracer.redaction.rules import LocationRule
    from tracer.redaction.substitutions import SecretReplacer

__all__ = ["document", "literal_at", "scrubbed", "torn"]

_INNER = re.compile(r'"(?:\ufeff|\\u[fF][eE][fF][fF])?(?:[ ]|\\[nrt])*[\[{]')


def document(text: str, root: At[LocationRule], ledger: SecretReplacer, *, verbatim: bool = False) -> str:
    """Return ``text`` with its secrets replaced and with new indent; with ``verbatim``, in its own layout.

    Raises ``ValueError`` if ``text`` is not JSON. Secrets before the error may be registered already.
    """
    if ledger.policy.prefilter.may_hold_secret(text):
        return _exchanged(text, root, ledger, verbatim=verbatim)
    laid_out = json_text.rewrite(text)
    return text if verbatim else laid_out


def torn(text: str, root: At[LocationRule], ledger: SecretReplacer) -> str:
    """Return ``text``, a torn JSON document, with the secrets replaced that still have a location."""

    def replace(at: At[LocationRule], literal: str) -> str | None:
        if at.rule is None or (literal[0] not in "\"'" and not literal[0].isdigit()):
            return None
        value = json_text.string(literal) if literal[0] in "\"'" else literal
        new = ledger.take(at.rule, value)
        return None if new == value else json.dumps(new)

    return json_text.rewrite_torn(text, root, operator.getitem, replace)


def literal_at(at: At[LocationRule], literal: str, ledger: SecretReplacer) -> str | None:
    """Return the literal of a scalar with its secrets replaced; None if nothing changes."""
    place = at.rule
    if literal[0] == '"':
        if (place is None or place.follow) and _INNER.match(literal):
            inner = _inner(at, literal, ledger)
            if inner is not None:
                return inner
        if place is None:
            return None
        value = json_text.string(literal)
        new = ledger.take(place, value)
        return None if new == value else json.dumps(new)
    if place is not None and place.numbers and literal[0] in "-0123456789":
        return json.dumps(ledger.take(place, literal))
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


def _exchanged(text: str, at: At[LocationRule], ledger: SecretReplacer, *, verbatim: bool) -> str:
    def replace(at: At[LocationRule], literal: str) -> str | None:
        return literal_at(at, literal, ledger)

    return json_text.rewrite_from(text, at, operator.getitem, replace, verbatim=verbatim)


def _changed(literal: str, scrub: Callable[[str], str]) -> str | None:
    value = json_text.string(literal)
    new = scrub(value)
    return None if new == value else json.dumps(new)


def _inner(at: At[LocationRule], literal: str, ledger: SecretReplacer) -> str | None:
    """Return the redacted literal of a string with JSON; None for another string.

    In torn JSON, replace the secrets that still have a location, unless the string itself has a rule.
    """
    value = json_text.string(literal)
    try:
        json_text.rewrite(value, indent=None)
    except ValueError:
        if at.rule is not None:
            return None
        new = torn(value, at, ledger)
        return None if new == value else json.dumps(new)
    new = _exchanged(value, at, ledger, verbatim=True)
    return literal if new == value else json.dumps(new)
