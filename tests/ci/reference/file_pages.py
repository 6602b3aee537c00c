"""The pages of the file formats, and their JSON Schemas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.ci.reference.markdown import code, head, join, prose, table
from tests.ci.reference.translation import data
from tracer.cli.schema import file_schemas
from tracer.documentation import page_suffix
from tracer.formats.json_text import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.translation import Texts

__all__ = ["example_of", "file_pages", "schema_files"]

_ROOT = Path(__file__).parents[3]
_TOP = "../../.."  # from a page to the root of the repository
_LONGEST_ENUM = 12
_LANGUAGE_TEXT = re.compile(r"by language|언어별")


def schema_files() -> dict[str, str]:
    """Return the JSON Schema of each format, by the name of the format."""
    return {name: dump(make("en")) for name, make in file_schemas().items()}


def file_pages(texts: Texts, language: str) -> dict[str, str]:
    """Return the page of each format and the page of all formats, by name."""
    formats: dict[str, Any] = data("files")
    for name in file_schemas():
        if name not in formats:
            texts.lacks(f"files.yaml: {name}")
    pages = {
        name: join(*_page(name, formats[name], texts, language)) + "\n"
        for name in file_schemas()
        if name in formats
    }
    return pages | {"index": join(*_index(formats, texts, language)) + "\n"}


def example_of(entry: dict[str, Any]) -> tuple[str, str]:
    """Return the example of a format and its syntax."""
    if "path" not in entry:
        return str(entry["example"]), str(entry["syntax"])
    first, last = entry["lines"]
    lines = (_ROOT / entry["path"]).read_text("utf-8").splitlines()
    return "\n".join(lines[first - 1 : last]) + "\n", Path(entry["path"]).suffix.removeprefix(".")


def _index(formats: dict[str, Any], texts: Texts, language: str) -> Iterator[str]:
    yield head(texts, language, "index", texts.frame("files_title", language))
    yield texts.frame("files_intro", language)
    rows = [
        (
            f"[{entry['title'][language]}]({name}{page_suffix(language)})",
            code(entry["file"]),
            f"[`{name}`](../schemas/{name}.json)",
        )
        for name, entry in formats.items()
    ]
    yield table([texts.frame(key, language) for key in ("format", "file", "schema")], rows)


def _page(name: str, entry: dict[str, Any], texts: Texts, language: str) -> Iterator[str]:
    yield head(texts, language, name, entry["title"][language])
    yield entry["intro"][language].strip()
    yield f"{texts.frame('file', language)}: {code(entry['file'])}"
    yield f"## {texts.frame('example', language)}"
    example, syntax = example_of(entry)
    if "path" in entry:
        yield texts.frame("from_file", language, label=entry["path"], link=f"{_TOP}/{entry['path']}")
    yield f"```{syntax}\n{example.rstrip()}\n```"
    schema = file_schemas()[name](language)
    if "$defs" in schema:
        yield f"## {texts.frame('keys', language)}"
        for kind, definition in schema["$defs"].items():
            yield from _keys(kind, definition, texts, language)
    else:
        yield f"## {texts.frame('keys', language)}"
        rows = _tables(schema["properties"])
        yield table([texts.frame(each, language) for each in ("table", "keys")], rows)
    yield f"## {texts.frame('schema', language)}"
    yield texts.frame("schema_text", language, name=name, link=f"../schemas/{name}.json")


def _tables(properties: dict[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name of each table of a TOML file with its keys."""
    inner = {key: schema["properties"] for key, schema in properties.items() if "properties" in schema}
    own = [code(key) for key, schema in properties.items() if key not in inner and "deprecated" not in schema]
    if own:
        yield code(f"[{name}]") if name else "", ", ".join(own)
    for key, values in inner.items():
        yield from _tables(values, f"{name}.{key}".removeprefix("."))


def _keys(kind: str, definition: dict[str, Any], texts: Texts, language: str) -> Iterator[str]:
    if "properties" not in definition:
        return
    yield f"### {kind}"
    yield prose(definition["description"])
    rows = [
        (
            code(key),
            _type(schema, texts, language),
            prose(schema["description"]),
            _default(key, schema, definition, texts, language),
        )
        for key, schema in definition["properties"].items()
    ]
    yield table([texts.frame(each, language) for each in ("key", "type", "meaning", "default")], rows)


def _default(
    key: str, schema: dict[str, Any], definition: dict[str, Any], texts: Texts, language: str
) -> str:
    if key in definition.get("required", ()):
        return f"({texts.frame('required', language)})"
    default = schema.get("default")
    if isinstance(default, dict | list | tuple) or default in (None, ""):
        return ""
    return code(str(default).lower() if isinstance(default, bool) else str(default))


def _type(schema: dict[str, Any], texts: Texts, language: str) -> str:
    """Return the type of a value in words, with links to the types on the page."""
    if "$ref" in schema:
        kind = schema["$ref"].rsplit("/", 1)[-1]
        return (
            f"[{kind}](#{kind.lower()})"
            if kind != "ProcessIdentity"
            else texts.frame("list_of", language, items=texts.frame("any", language))
        )
    if "anyOf" in schema:
        kinds = [_type(each, texts, language) for each in schema["anyOf"] if each.get("type") != "null"]
        return f" {texts.frame('or', language)} ".join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(code(str(value)) for value in values[:_LONGEST_ENUM])
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items") or schema.get("prefixItems", [{}])[0]
        return texts.frame("list_of", language, items=_type(items, texts, language))
    if kind == "object":
        values = schema.get("additionalProperties", {})
        if values == {"type": "string"} and _LANGUAGE_TEXT.search(schema.get("description", "")):
            return texts.frame("text_by_language", language)
        return texts.frame(
            "map_of", language, items=_type(values if isinstance(values, dict) else {}, texts, language)
        )
    words = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
    return texts.frame(words.get(str(kind), "any"), language)
