"""The JSON Schema (draft 2020-12) of a type, with a description of each key."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec

from tracer.formats import yaml_text
from tracer.formats.data_files import read
from tracer.i18n import DEFAULT, check_language, pick
from tracer.schemas.key_texts import key_texts
from tracer.sequences.schema import TAG

__all__ = ["DRAFT", "json_schema"]

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_CONSTRAINTS = Path(__file__).with_name("constraints.yaml")


def json_schema(kind: Any, language: str = DEFAULT) -> dict[str, Any]:
    """Return the JSON Schema of ``kind`` with descriptions in ``language``, in English where one is missing.

    Raises InputError for an unknown language.
    """
    check_language(language)
    schema = msgspec.json.schema(kind)
    for name, definition in schema["$defs"].items():
        _remove_tag(definition)
        _merge(definition, _constraints().get(name, {}))
        _describe(name, definition, language)
    _remove_discriminators(schema)
    return {"$schema": DRAFT, **schema}


@functools.cache
def _constraints() -> dict[str, Any]:
    constraints = yaml_text.load(read(_CONSTRAINTS), _CONSTRAINTS.name)
    assert isinstance(constraints, dict), "the file ships with tracer"
    return constraints


def _describe(name: str, definition: dict[str, Any], language: str) -> None:
    """Replace the docstring of a struct by the description of the type, and describe each key."""
    texts = key_texts().get(name)
    if texts is None:  # a tuple has no keys
        definition.pop("description", None)
        return
    definition["description"] = pick(texts.text, language)
    for key, property_schema in definition["properties"].items():
        if key in texts.keys:
            definition["properties"][key] = _described(property_schema, pick(texts.keys[key], language))


def _described(schema: dict[str, Any], text: str) -> dict[str, Any]:
    return {"description": text, **schema}


def _merge(schema: dict[str, Any], addition: dict[str, Any]) -> None:
    for key, value in addition.items():
        if isinstance(value, dict) and isinstance(schema.get(key), dict):
            _merge(schema[key], value)
        else:
            schema[key] = value


def _remove_tag(definition: dict[str, Any]) -> None:
    """Remove the tag of an item of a sequence: files do not contain it."""
    properties = definition.get("properties", {})
    if len(properties.get(TAG, {}).get("enum", ())) == 1:  # a key of that name is no tag
        del properties[TAG]
        definition["required"].remove(TAG)


def _remove_discriminators(node: object) -> None:
    if isinstance(node, dict):
        node.pop("discriminator", None)
        for value in node.values():
            _remove_discriminators(value)
    elif isinstance(node, list):
        for value in node:
            _remove_discriminators(value)
