"""The words of the recording format and of the policy. A secret that equals one is not searched for.

A search for such a secret would find it in every recording, and the final scan would refuse them all.
"""

from __future__ import annotations

import inspect
import re
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tracer import model

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tracer.redaction.policy import PolicyFile

__all__ = ["Vocabulary", "of_catalogue", "of_model", "of_policy"]

_CATALOG = Path(model.__file__).parent / "sequences" / "catalog"
_PIECE = re.compile(r"[\w.-]*\w[\w.-]*")
_WORD = re.compile(r"\w+(?:-\w+)*")
_SHORTEST_PART = 4  # characters: of a shorter piece the whole must be a word


class Vocabulary:
    """The words of the recording format and of a policy, in any letter case."""

    def __init__(self, words: Iterable[str]) -> None:
        self._text = "\n".join(sorted({word.lower() for word in words}))
        self._words = frozenset(_WORD.findall(self._text))

    def __contains__(self, value: str) -> bool:
        """Return whether ``value`` consists of such words, parts of them, numbers, and punctuation."""
        low = value.lower()
        if low in self._text:
            return True
        pieces = [piece.strip("-.") for piece in _PIECE.findall(low)]
        named = [piece for piece in pieces if not piece.replace(".", "").isdecimal()]
        return bool(named) and all(map(self._is_own, named))

    def _is_own(self, piece: str) -> bool:
        return piece in self._words or (len(piece) >= _SHORTEST_PART and piece in self._text)


def of_model() -> Iterator[str]:
    """Yield the names of all fields of a recording, and the literal values of their types."""
    for _, struct in inspect.getmembers(model, inspect.isclass):
        if issubclass(struct, msgspec.Struct) and struct.__module__ == model.__name__:
            for field in msgspec.structs.fields(struct):
                yield field.encode_name
                yield from _literals(field.type)


def of_catalogue() -> Iterator[str]:
    """Yield the names of the documented sequences, which the labels of recordings contain."""
    yield from (path.stem for path in _CATALOG.glob("*.yaml"))


def of_policy(files: Iterable[PolicyFile]) -> Iterator[str]:
    """Yield all texts of policy files except expressions: the counts in recordings contain names of rules."""
    for file in files:
        yield from _texts(msgspec.to_builtins(file))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.replace("[", "").replace("]", "") if value.startswith("--") else value
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("pattern", "hints"):
                yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _literals(annotation: object) -> Iterator[str]:
    for argument in typing.get_args(annotation):
        if isinstance(argument, str):
            yield argument
        else:
            yield from _literals(argument)
