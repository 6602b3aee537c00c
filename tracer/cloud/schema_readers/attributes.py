"""Attribute maps of Neutron as JSON Schemas: which attributes a request may have, and a response has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["request_schema", "response_schema"]

_PROJECT = frozenset({"tenant_id", "project_id"})
"""The names of the project, which Neutron takes from the token if a request has none."""

_TYPES = {
    "boolean": ("boolean",),
    "dict": ("object",),
    "ethertype": ("string",),
    "fixed_ips": ("array",),
    "hostroutes": ("array",),
    "integer": ("integer",),
    "ip_address": ("string",),
    "ip_or_subnet": ("string",),
    "ip_pools": ("array",),
    "list_of_any_key_specs": ("array",),
    "list_of_dict": ("array",),
    "list_of_regex": ("array",),
    "list_of_subnet_service_types": ("array",),
    "list_of_subnets": ("array",),
    "list_of_unique_strings": ("array",),
    "mac_address": ("string",),
    "name_string": ("string",),
    "name_string_not_default": ("string",),
    "nameservers": ("array",),
    "non_negative": ("integer",),
    "not_empty_name_string": ("string",),
    "not_empty_string": ("string",),
    "oneline_not_empty_string": ("string",),
    "range": ("integer",),
    "regex": ("string",),
    "service_plugin_type": ("string",),
    "string": ("string",),
    "subnet": ("string",),
    "subnet_list": ("array",),
    "subnetpool_id": ("string",),
    "subports": ("array",),
    "uuid": ("string",),
    "uuid_list": ("array",),
    "uuid_list_non_empty": ("array",),
}
"""The types of an attribute by its validator, without the words for null at the end of the name."""

_NULL_WORDS = ("_or_none", "_or_nodata", "_or_empty")

_CONVERTED = {
    "convert_to_boolean": ("boolean",),
    "convert_to_boolean_if_not_none": ("boolean",),
    "convert_to_int": ("integer",),
    "convert_to_int_if_not_none": ("integer",),
    "convert_none_to_empty_list": ("array",),
    "convert_none_to_empty_dict": ("object",),
    "convert_none_to_empty_string": ("string",),
    "convert_cidr_to_canonical_format": ("string",),
    "convert_to_sanitized_mac_address": ("string",),
    "convert_to_mac_if_none": ("string",),
    "convert_string_to_case_insensitive": ("string",),
}
"""The types of an attribute by its conversion. Of other conversions, the type is not known."""

_KEEPING = frozenset({"convert_ip_to_canonical_format"})
"""Conversions that keep the type of a value: zed's pools of a subnet have one, and stay lists."""

_SPELLED = {"boolean": ("string", "integer"), "integer": ("string",)}
"""What a request may have in place of a type: Neutron converts it."""


def request_schema(attributes: Mapping[str, Any], own: frozenset[str], allowed: str) -> dict[str, Any]:
    """Return the schema of a resource in a request.

    ``allowed`` is ``allow_post`` or ``allow_put``. Only attributes in ``own`` are required: the others are
    those of extensions, which a cloud may not have.
    """
    chosen = _chosen(attributes, allowed)
    required = [
        name
        for name, each in chosen.items()
        if allowed == "allow_post" and name in own and "default" not in each and name not in _PROJECT
    ]
    return {
        "type": "object",
        "properties": {name: _in_request(each) for name, each in chosen.items()},
        "required": sorted(required),
        "additionalProperties": False,
    }


def response_schema(attributes: Mapping[str, Any], own: frozenset[str]) -> dict[str, Any]:
    """Return the schema of a resource in a response. All visible attributes in ``own`` are required."""
    chosen = _chosen(attributes, "is_visible")
    return {
        "type": "object",
        "properties": {name: _in_response(each) for name, each in chosen.items()},
        "required": sorted(name for name in chosen if name in own),
        "additionalProperties": False,
    }


def _chosen(attributes: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the attributes with this key, and the project under both of its names."""
    chosen = {name: each for name, each in attributes.items() if isinstance(each, dict) and each.get(key)}
    project = next((chosen[name] for name in sorted(_PROJECT) if name in chosen), None)
    return {**chosen, **(dict.fromkeys(_PROJECT, project) if project else {})}


def _in_request(attribute: Mapping[str, Any]) -> dict[str, Any]:
    types = _types(attribute)
    if not types:
        return {}
    spelled = [each for name in types for each in _SPELLED.get(name, ())]
    null = ["null"] if _may_be_null(attribute) else []
    schema: dict[str, Any] = {"type": sorted({*types, *spelled, *null})}
    limit = _limit(attribute)
    if limit and "string" in types:
        schema["maxLength"] = limit
    return schema


def _in_response(attribute: Mapping[str, Any]) -> dict[str, Any]:
    types = _types(attribute)
    return {"type": sorted({*types, "null"})} if types else {}


def _types(attribute: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the types of an attribute, empty if they are not known."""
    conversion = attribute.get("convert_to")
    converter = getattr(conversion, "__name__", "")
    if conversion is not None and converter not in _KEEPING:
        return _CONVERTED.get(converter, ())
    if "convert_list_to" in attribute and not _validators(attribute):
        return ()
    kinds = {_TYPES.get(_without_null(name), ()) for name in _validators(attribute)}
    return kinds.pop() if len(kinds) == 1 else ()


def _validators(attribute: Mapping[str, Any]) -> list[str]:
    return [name.removeprefix("type:") for name in attribute.get("validate") or {}]


def _without_null(name: str) -> str:
    for words in _NULL_WORDS:
        name = name.removesuffix(words)
    return name


def _may_be_null(attribute: Mapping[str, Any]) -> bool:
    conversion = getattr(attribute.get("convert_to"), "__name__", "")
    return (
        attribute.get("default", "") is None
        or bool(attribute.get("default_overrides_none"))
        or "none" in conversion
        or any(name.endswith(_NULL_WORDS) for name in _validators(attribute))
        # Without a validator, Neutron takes any value.
        or not _validators(attribute)
    )


def _limit(attribute: Mapping[str, Any]) -> int | None:
    """Return the greatest length of a text."""
    limits = (attribute.get("validate") or {}).values()
    return next((each for each in limits if isinstance(each, int) and not isinstance(each, bool)), None)
