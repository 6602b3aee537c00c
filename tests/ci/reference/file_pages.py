"""The pages of the file formats, and their JSON Schemas."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.ci.reference.markdown import code, head, join, prose, table
from tests.ci.reference.translation import load_data
from tracer.cli.schema import file_schemas
from tracer.documentation import page_suffix
from tracer.formats.json_text import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.ci.reference.translation import Frames, Texts

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
    say = texts.frames[language]
    formats: dict[str, Any] = load_data("files")
    for name in file_schemas():
        if name not in formats:
            texts.lacks(f"files.yaml: {name}")
    pages = {
        name: join(*_page(name, formats[name], say)) + "\n" for name in file_schemas() if name in formats
    }
    return pages | {"index": join(*_index(formats, say)) + "\n"}


def example_of(entry: dict[str, Any]) -> tuple[str, str]:
    """Return the example of a format and its syntax."""
    if "path" not in entry:
        return str(entry["example"]), str(entry["syntax"])
    first, last = entry["lines"]
    lines = (_ROOT / entry["path"]).read_text("utf-8").splitlines()
    return "\n".join(lines[first - 1 : last]) + "\n", Path(entry["path"]).suffix.removeprefix(".")


def _index(formats: dict[str, Any], say: Frames) -> Iterator[str]:
    yield head(say, "index", say("files_title"))
    yield say("files_intro")
    rows = [
        (
            f"[{entry['title'][say.language]}]({name}{page_suffix(say.language)})",
            code(entry["file"]),
            f"[`{name}`](../schemas/{name}.json)",
        )
        for name, entry in formats.items()
    ]
    yield table([say(key) for key in ("format", "file", "schema")], rows)


def _page(name: str, entry: dict[str, Any], say: Frames) -> Iterator[str]:
    yield head(say, name, entry["title"][say.language])
    yield entry["intro"][say.language].strip()
    yield f"{say('file')}: {code(entry['file'])}"
    yield f"## {say('example')}"
    example, syntax = example_of(entry)
    if "path" in entry:
        yield say("from_file", label=entry["path"], link=f"{_TOP}/{entry['path']}")
    yield f"```{syntax}\n{example.rstrip()}\n```"
    schema = file_schemas()[name](say.language)
    if "$defs" in schema:
        yield f"## {say('keys')}"
        for kind, definition in schema["$defs"].items():
            yield from _keys(kind, definition, say)
    else:
        yield f"## {say('keys')}"
        rows = _tables(schema["properties"])
        yield table([say(each) for each in ("table", "keys")], rows)
    yield f"## {say('schema')}"
    yield say("schema_text", name=name, link=f"../schemas/{name}.json")


def _tables(properties: dict[str, Any], name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the name of each table of a TOML file with its keys."""
    inner = {key: schema["properties"] for key, schema in properties.items() if "properties" in schema}
    own = [code(key) for key, schema in properties.items() if key not in inner and "deprecated" not in schema]
    if own:
        yield code(f"[{name}]") if name else "", ", ".join(own)
    for key, values in inner.items():
        yield from _tables(values, f"{name}.{key}".removeprefix("."))


def _keys(kind: str, definition: dict[str, Any], say: Frames) -> Iterator[str]:
    if "properties" not in definition:
        return
    yield f"### {kind}"
    yield prose(definition["description"])
    rows = [
        (
            code(key),
            _type(schema, say),
            prose(schema["description"]),
            _default(key, schema, definition, say),
        )
        for key, schema in definition["properties"].items()
    ]
    yield table([say(each) for each in ("key", "type", "meaning", "default")], rows)


def _default(key: str, schema: dict[str, Any], definition: dict[str, Any], say: Frames) -> str:
    if key in definition.get("required", ()):
        return f"({say('required')})"
    default = schema.get("default")
    if isinstance(default, dict | list | tuple) or default in (None, ""):
        return ""
    return code(str(default).lower() if isinstance(default, bool) else str(default))


def _type(schema: dict[str, Any], say: Frames) -> str:
    """Return the type of a value in words, with links to the types on the page."""
    if "$ref" in schema:
        kind = schema["$ref"].rsplit("/", 1)[-1]
        return f"[{kind}](#{kind.lower()})" if kind != "ProcessIdentity" else say("list_of", items=say("any"))
    if "anyOf" in schema:
        kinds = [_type(each, say) for each in schema["anyOf"] if each.get("type") != "null"]
        return f" {say('or')} ".join(dict.fromkeys(kinds))
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(code(str(value)) for value in values[:_LONGEST_ENUM])
    kind = schema.get("type")
    if kind == "array":
        items = schema.get("items") or schema.get("prefixItems", [{}])[0]
        return say("list_of", items=_type(items, say))
    if kind == "object":
        values = schema.get("additionalProperties", {})
        if values == {"type": "string"} and _LANGUAGE_TEXT.search(schema.get("description", "")):
            return say("text_by_language")
        return say("map_of", items=_type(values if isinstance(values, dict) else {}, say))
    words = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
    return say(words.get(str(kind), "any"))
