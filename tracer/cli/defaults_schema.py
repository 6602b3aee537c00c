"""The JSON Schema of ``tracer.toml``, made from the options of all verbs."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from tracer.cli.app import parser_of, verbs
from tracer.cli.defaults import COMMON, options_of
from tracer.cli.options import Alias
from tracer.cli.parsing import verbs_of
from tracer.i18n import DEFAULT, check_language, pick
from tracer.rendering.format_tables import FormatTable
from tracer.schemas.json_schema import DRAFT
from tracer.schemas.key_texts import key_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["defaults_schema"]


def defaults_schema(language: str = DEFAULT) -> dict[str, Any]:
    """Return the JSON Schema of ``tracer.toml``, with descriptions in ``language``.

    The descriptions of the options of a verb are their help texts, in English.
    Raises InputError for an unknown language.
    """
    check_language(language)
    parsers = {verb: parser_of(verb) for verb in verbs()}
    tables = {verb: _table(parser) for verb, parser in parsers.items()}
    shared: dict[str, argparse.Action] = {}
    for parser in parsers.values():
        for each in (parser, *verbs_of(parser).values()):
            shared = {name: action for name, action in options_of(each).items() if name in COMMON} | shared
    texts = key_texts()["Defaults"]
    common = {
        name: _option(action) | {"description": pick(texts.keys[name], language)}
        for name, action in sorted(shared.items())
    }
    return {
        "$schema": DRAFT,
        "title": "tracer.toml",
        "description": pick(texts.text, language),
        **_object(common | tables),
    }


def _table(parser: argparse.ArgumentParser) -> dict[str, Any]:
    options = {name: _option(action) for name, action in options_of(parser).items()}
    return _object(options | {name: _table(inner) for name, inner in verbs_of(parser).items()})


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "additionalProperties": False}


def _option(action: argparse.Action) -> dict[str, Any]:
    """Return the schema of the value of an option, which ``tracer.cli.defaults`` converts."""
    option = action.option if isinstance(action, Alias) else action
    described: dict[str, Any] = {"description": option.help % vars(option)} if option.help else {}
    if isinstance(action, Alias):
        described["deprecated"] = True
    if option.nargs == 0:
        return {**described, "type": "boolean"}
    value: dict[str, Any] = {"type": ["string", "number"]}
    # A plug-in may add formats, and a type may convert an earlier name of a choice.
    if option.choices is not None and not isinstance(option.choices, FormatTable) and option.type is None:
        value = {"enum": list(option.choices)}
    if isinstance(option, argparse._AppendAction):  # noqa: SLF001 - argparse has no public name for it
        return {**described, "anyOf": [value, {"type": "array", "items": value}]}
    return {**described, **value}
