"""Print the expressions of tracer that Python before 3.11.5 matches wrongly, as JSON.

There, a possessive repetition of a group goes on behind the part of the group that matched last, also if the
rest of the group did not match (https://github.com/python/cpython/issues/106052). An atomic group around an
ordinary repetition, ``(?>(?:…)*)``, is right everywhere.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = {
    "tracer.api_reference.build.extraction",  # it loads Sphinx, whose expressions would be taken for ours
    "tracer.cloud.adapters.neutron_binding",  # it needs Neutron, as only the environment of a cloud has it
    "tracer.cloud.launcher",  # a program
    "tracer.matrix.worker",  # a program
}

_compiler: Any = importlib.import_module("re._compiler")
_parser: Any = importlib.import_module("re._parser")


def main() -> None:
    """Import all of tracer, use its policy, and look at every expression that was compiled."""
    seen: dict[str, int] = {}
    compile_expression = _compiler.compile

    def watch(expression: object, flags: int = 0) -> object:
        if isinstance(expression, str):
            seen[expression] = flags
        return compile_expression(expression, flags)

    _compiler.compile = watch
    re.purge()
    tracer = importlib.import_module("tracer")
    for module in pkgutil.walk_packages(tracer.__path__, "tracer."):
        if module.name not in _SKIPPED:
            importlib.import_module(module.name)
    redaction = importlib.import_module("tracer.redaction")
    redaction.Redactor(redaction.load_policy()).text('password: x {"a": "curl -u a:b"} kind: Secret')
    assert len(seen) > 300
    wrong = [text for text, flags in seen.items() if _is_wrong(_parser.parse(text, flags))]
    sys.stdout.write(json.dumps(wrong))


def _is_wrong(parsed: Any) -> bool:
    return any(
        str(operator) == "POSSESSIVE_REPEAT" and argument[2].getwidth()[1] > 1 and not _is_string(argument[2])
        for operator, argument in _operations(parsed)
    )


def _is_string(group: Any) -> bool:
    """Return whether a group is a character or an escape, as in a string.

    Only a lone backslash matches in part. It is the last character of a text or a line.
    """
    text = str(group)
    return text.count("BRANCH") == 1 and "NEGATE" in text and text.count("(LITERAL, 92)") == 2


def _operations(parsed: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every operation of a parsed expression, those within groups too."""
    for operator, argument in parsed:
        yield operator, argument
        yield from _inner(argument)


def _inner(argument: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(argument, _parser.SubPattern):
        yield from _operations(argument)
    elif isinstance(argument, (tuple, list)):
        for item in argument:
            yield from _inner(item)


if __name__ == "__main__":
    main()
