"""The YAML adapter: text to plain values and back, and nothing that YAML could smuggle in.

Reading is safe (the C loader, no tags, no aliases: a few lines of aliases can stand for
gigabytes), and times stay text, so that what was written is what is read. Writing puts
text of several lines into literal blocks, and short collections on one line where the
caller asks for it with ``Flow``.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import Any

import yaml

from tracer.errors import InputError

__all__ = ["Flow", "dump", "load"]

MAX_NESTING = 100

_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_ALIAS_CANDIDATE = re.compile(r"(?:^|[\s\[{,])[*&][^\s,\]}]", re.MULTILINE)
_BRACKET = re.compile(r"[\[\]{}]")
_NESTED_INLINE = re.compile(r"(?:[-?]\s+){100}")
_LITERAL = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]*\Z")
_TRAILING_SPACE = re.compile(r" (?:\n|\Z)")


class Flow:
    """A dict or list to be written on one line, ``{a: 1}`` or ``[7, 8]``."""

    __slots__ = ("value",)

    def __init__(self, value: dict[str, Any] | list[Any]) -> None:
        self.value = value


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [(tag, regexp) for tag, regexp in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        if len(set(keys)) != len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {twice!r} stands twice", node.start_mark
            )
        return super().construct_mapping(node, deep)


class _Dumper(yaml.CSafeDumper):
    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _represent_text(dumper: yaml.CSafeDumper, text: str) -> yaml.Node:
    literal = "\n" in text and _LITERAL.match(text) and not _TRAILING_SPACE.search(text)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if literal else None)


def _represent_flow(dumper: yaml.CSafeDumper, flow: Flow) -> yaml.Node:
    node = dumper.represent_data(flow.value)
    assert isinstance(node, yaml.CollectionNode)
    node.flow_style = True
    return node


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(Flow, _represent_flow)


def load(text: str, source: str) -> object:
    """The plain value (dict, list, str, int, float, bool, None) of one YAML document.

    Raises InputError, naming ``source`` and the line, for anything that isn't one.
    """
    try:
        _refuse_unsafe(text, source)
        return yaml.load(text, Loader=_Loader)  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}" if mark else ""
        raise InputError(source, f"not YAML: {error.problem or error.context}", place) from None
    except yaml.YAMLError as error:
        raise InputError(source, f"not YAML: {' '.join(str(error).split())}") from None
    except ValueError as error:
        raise InputError(source, f"not YAML: {error}") from None


def dump(value: object) -> str:
    """One YAML document, keys in their order, as block collections."""
    return str(
        yaml.dump(
            value,
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=2**30,
        )
    )


def _may_nest_deeply(text: str) -> bool:
    # libyaml's composer recurses on the C stack: some 100,000 levels end the process without an exception.
    if _NESTED_INLINE.search(text):
        return True
    levels = accumulate(1 if bracket in "[{" else -1 for bracket in _BRACKET.findall(text))
    return max(levels, default=0) > MAX_NESTING


def _refuse_unsafe(text: str, source: str) -> None:
    if not _may_nest_deeply(text) and not _ALIAS_CANDIDATE.search(text):
        return
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise InputError(source, "an alias (*) is not accepted", _line(event))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_NESTING:
                raise InputError(source, f"nested deeper than {MAX_NESTING} levels", _line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _line(event: yaml.Event) -> str:
    return f"line {event.start_mark.line + 1}" if event.start_mark else ""
