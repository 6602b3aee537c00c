"""Locations of secrets in JSON documents: path patterns, matched one step at a time.

One automaton matches all patterns. Its states are created on demand, so a step costs one dictionary look-up
for any number of patterns and any depth of the document.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Machine", "Node", "Pattern", "parse", "wildcard"]

R = TypeVar("R")

_ROOT = "$"
_ANY = "*"
_DEEP = "**"
_INDEX = "[]"
_MOST_STEPS = 50_000  # cached; beyond this limit, a hostile document costs time, not memory

_SEPARATORS = re.compile(r"[*~/]")  # wild cards, and characters that a JSON Pointer escapes (RFC 6901)
_ELEMENT = re.compile(r"\$|\*\*|\[\]|[^.\[\]$]+")


class Pattern(NamedTuple):
    """A parsed path pattern: its elements, without the ``$`` that anchors it to the document itself."""

    text: str
    elements: tuple[str, ...]
    anchored: bool

    @property
    def weight(self) -> int:
        """Return the specificity of the pattern. Among matching patterns, the heaviest wins."""
        return sum(0 if e in (_ANY, _DEEP) else 1 if "*" in e or e == _INDEX else 4 for e in self.elements)

    @property
    def word(self) -> str:
        """Return a required word of documents with a match, in lower case; may be empty."""
        pieces = [piece for e in self.elements if e != _INDEX for piece in _SEPARATORS.split(e)]
        return max(pieces, key=len, default="")


def parse(text: str) -> Pattern:
    """Return the pattern for ``text``, see policy.toml. Raises ``ValueError`` if ``text`` is no pattern."""
    parts: list[str] = []
    for piece in text.split("."):
        name = piece
        while name.endswith(_INDEX):
            name = name.removesuffix(_INDEX)
        indexes = (len(piece) - len(name)) // 2
        if (not name and not indexes) or (name and not _ELEMENT.fullmatch(name)):
            raise ValueError(f"not a path: {text!r}")
        parts += [name] if name else []
        parts += [_INDEX] * indexes
    anchored = parts[0] == _ROOT
    elements = tuple(part.lower() for part in parts[anchored:])
    if not elements or _ROOT in elements:
        raise ValueError(f"not a path: {text!r}")
    return Pattern(text, elements, anchored)


def wildcard(name: str) -> re.Pattern[str]:
    """Return a regular expression for a name in any letter case; ``*`` matches any characters."""
    return re.compile(".*".join(map(re.escape, name.split("*"))), re.IGNORECASE | re.DOTALL)


class Node(dict[str | int, "Node[R]"], Generic[R]):
    """A location in a document; ``node[key or index]`` is a location below it, ``rule`` the rule for it.

    ``positions``: the positions in patterns, without those of every location. ``named``: the rule by name.
    """

    __slots__ = ("_machine", "named", "positions", "rule")

    def __init__(
        self, machine: Machine[R], positions: frozenset[tuple[int, int]], rule: R | None, named: R | None
    ) -> None:
        super().__init__()
        self._machine = machine
        self.positions = positions
        self.rule = rule
        self.named = named

    def __missing__(self, step: str | int) -> Node[R]:
        return self._machine.step(self, step)


class Machine(Generic[R]):
    """An automaton for all patterns. ``rules``: a pattern, the rule for its matches, and a rank.

    Among matching patterns, the highest rank wins, then a pattern that names the location itself
    (``**.password``, not ``driver_info.**``), then the weight, then the first pattern. A rule of None marks
    a location without a secret. Without a match, ``names`` returns the rule for a key, or for the key of the
    list around a value. ``is_listed`` returns whether a rule applies only to items of a list.
    """

    def __init__(
        self,
        rules: Iterable[tuple[Pattern, R | None, int]],
        *,
        names: Callable[[str], R | None] = lambda _: None,
        is_listed: Callable[[R], bool] = lambda _: False,
    ) -> None:
        self._names = names
        self._is_listed = is_listed
        self._rules = list(rules)
        elements = {e for p, _, _ in self._rules for e in p.elements} - {_ANY, _DEEP, _INDEX}
        self._literals = {e for e in elements if "*" not in e}
        self._globs = [(e, wildcard(e)) for e in elements if "*" in e]
        self._nodes: dict[tuple[frozenset[tuple[int, int]], R | None, bool], Node[R]] = {}
        self._budget = _MOST_STEPS
        anchored = [(i, 0) for i, (p, _, _) in enumerate(self._rules) if p.anchored]
        starts = [(i, 0) for i, (p, _, _) in enumerate(self._rules) if not p.anchored]
        self._everywhere = self._closed(starts)
        self._hold_everywhere = self._ends(self._everywhere)
        self._from_everywhere: dict[str, set[tuple[int, int]]] = {}
        for i, index in self._everywhere:
            for element in self._rules[i][0].elements[index : index + 1]:
                self._from_everywhere.setdefault(element, set()).add((i, index + 1))
        self.root = self._node(self._closed(anchored))

    def step(self, node: Node[R], step: str | int) -> Node[R]:
        """Return the location below ``node`` at a key or an index."""
        if isinstance(step, int):
            symbol = {_INDEX}
        else:
            low = step.lower()
            symbol = {_ANY} | ({low} & self._literals)
            symbol.update(element for element, glob in self._globs if glob.fullmatch(low))
        reached = set[tuple[int, int]]().union(
            *(self._from_everywhere.get(element, ()) for element in symbol)
        )
        for rule, index in node.positions:
            elements = self._rules[rule][0].elements
            if index == len(elements):
                if _INDEX in symbol:  # the items of a secret list are secrets
                    reached.add((rule, index))
            elif elements[index] == _DEEP:
                reached.add((rule, index))
            elif elements[index] in symbol:
                reached.add((rule, index + 1))
        listed = isinstance(step, int)
        named = node.named if isinstance(step, int) else self._names(step)
        child = self._node(self._closed(reached), named, listed=listed)
        if self._budget > 0:
            self._budget -= 1
            node[step] = child
        return child

    def _closed(self, positions: Iterable[tuple[int, int]]) -> frozenset[tuple[int, int]]:
        """Return ``positions`` with the positions behind each ``**``, as ``**`` also matches no step."""
        closed = set()
        for rule, start in positions:
            elements = self._rules[rule][0].elements
            index = start
            closed.add((rule, index))
            while index < len(elements) and elements[index] == _DEEP:
                index += 1
                closed.add((rule, index))
        return frozenset(closed)

    def _ends(self, positions: Iterable[tuple[int, int]]) -> list[int]:
        return [i for i, index in positions if index == len(self._rules[i][0].elements)]

    def _precedence(self, index: int) -> tuple[int, bool, int, int]:
        pattern, _, rank = self._rules[index]
        return rank, pattern.elements[-1] not in (_ANY, _DEEP), pattern.weight, -index

    def _node(
        self, positions: frozenset[tuple[int, int]], named: R | None = None, *, listed: bool = False
    ) -> Node[R]:
        holds = named if named is not None and (listed or not self._is_listed(named)) else None
        cached = self._nodes.get((positions, named, holds is None))
        if cached is not None:
            return cached
        best = max(self._ends(positions) + self._hold_everywhere, key=self._precedence, default=None)
        node = Node(self, positions, holds if best is None else self._rules[best][1], named)
        if self._budget > 0:
            self._nodes[positions, named, holds is None] = node
        return node
