"""Names of secrets in any spelling: ``db_password``, ``dbPassword``, ``DB-PASS``, ``requirepass``.

The last word of a name decides: a *password file* is a file. Neutral words at the end (``_2``, ``_value``)
are skipped. The words are data, see policy.toml.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from tracer.redaction.paths import wildcard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LONGEST", "SecretNames", "Word", "normal_form", "words_of"]

P = TypeVar("P")

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^\W\d_A-Za-z]+")
LONGEST = 96
"""The maximum number of characters of a name in a text."""

_TAIL = re.compile(r"[\w-]++(?:\.[\w-]++)*\Z")
_NAME = re.compile(r"[\w.:@$/ \[\]-]{1,128}")
_FREQUENT = "key"
_MOST_NAMES = 4096  # cached


class Word(NamedTuple, Generic[P]):
    """One or more words at the end of a secret's name, and the rule for such names.

    ``whole``: the end of a longer word does not count. ``opens``: any word may follow, except words of
    ``about``, see ``SecretNames``.
    """

    words: tuple[str, ...]
    rule: P
    whole: bool = False
    opens: bool = False


class SecretNames(Generic[P]):
    """The names of secrets. ``given``: pairs of a name, possibly with wild cards, and its rule.

    For a repeated name, the last rule counts. A rule of None marks a name of no secret. ``after``: neutral
    words behind the words of a secret. ``about``: words that turn the name of a secret into the name of
    something about it. ``alike``: words that end like the word of a secret by chance.
    """

    def __init__(
        self,
        given: Iterable[tuple[str, P | None]],
        words: Iterable[Word[P]] = (),
        *,
        after: Iterable[str] = (),
        about: Iterable[str] = (),
        alike: Iterable[str] = (),
    ) -> None:
        self._exact: dict[str, P | None] = {}
        self._headings: dict[str, set[str]] = {}
        self._globs: dict[str, tuple[re.Pattern[str], P | None]] = {}
        for name, rule in given:
            if "*" not in name:
                form = normal_form(name)
                self._exact[form] = rule
                if "-" in name or name.isupper():  # header fields and variables are spelled in few ways
                    self._headings.setdefault(form, set()).update({name.lower(), form})
            else:
                self._globs[name.lower()] = (wildcard(name.replace("-", "_")), rule)
        self._words = list(words)
        self._after, self._about, self._alike = frozenset(after), frozenset(about), frozenset(alike)
        self._cache: dict[str, P | None] = {}

    def find(self, name: str) -> P | None:
        """Return the rule for a value beside ``name``; None if ``name`` is no name of a secret."""
        if name not in self._cache:
            if len(self._cache) >= _MOST_NAMES:
                self._cache.clear()
            self._cache[name] = self._look_up(name) if _NAME.fullmatch(name) else None
        return self._cache[name]

    def find_key(self, key: str) -> P | None:
        """Return the rule for a value beside ``key``, a name or a text that ends with a name."""
        rule = self.find(key)
        if rule is None:
            tail = _TAIL.search(key, max(0, len(key) - 2 * LONGEST))
            rule = self.find(tail[0][-LONGEST:]) if tail else None
        return rule

    def stems(self) -> Iterator[str]:
        """Yield stems in lower case. Each spelling of a secret's name contains at least one of them."""
        for form, rule in self._exact.items():
            if rule is not None:
                yield from self._headings.get(form) or _spellings(form.split("_"))
        for name, (_, rule) in self._globs.items():
            if rule is not None:
                yield from _spellings(words_of(max(name.split("*"), key=len)))
        for word in self._words:
            yield from _spellings(word.words)

    def _look_up(self, name: str) -> P | None:
        words = words_of(name)
        form = "_".join(words)
        if form in self._exact:
            return self._exact[form]
        bare = name.replace("-", "_")
        matching = [
            rule for glob, rule in self._globs.values() if glob.fullmatch(bare) or glob.fullmatch(form)
        ]
        if matching:
            return None if None in matching else matching[0]
        while words and (words[-1].isdecimal() or words[-1] in self._after):
            words.pop()
        return next((word.rule for word in self._words if self._matches_word(word, words)), None)

    def _matches_word(self, word: Word[P], words: list[str]) -> bool:
        """Return whether ``words`` form a name of a secret that ends with ``word``."""
        for end in range(len(words), 0, -1):
            if self._ends_with(word, words[:end]):
                return not self._about.intersection(words[end:])
            if not word.opens:
                break
        return False

    def _ends_with(self, word: Word[P], words: list[str]) -> bool:
        if words[-1] in self._alike:
            return False
        joined = "".join(word.words)
        first, *rest = words[-len(word.words) :]
        if rest == list(word.words[1:]) and _is_or_ends(first, word.words[0], whole=word.whole):
            return True
        return _is_or_ends(words[-1], joined, whole=word.whole)


def _is_or_ends(text: str, word: str, *, whole: bool) -> bool:
    return text == word or (not whole and text.endswith(word))


def words_of(name: str) -> list[str]:
    """Return the words of a name, in lower case."""
    return [word.lower() for word in _WORD.findall(name)]


def normal_form(name: str) -> str:
    """Return the name in snake_case, from any spelling."""
    return "_".join(words_of(name))


def _spellings(words: Iterable[str]) -> Iterator[str]:
    """Yield a few stems. Each spelling of a name contains at least one of them."""
    *first, last = words
    if not first:
        yield last
    elif last == _FREQUENT:
        # Many names end with this word, so one character before it is enough.
        yield from (f"{between}{last}" for between in ("_", "-", ".", first[-1][-1:]))
    else:
        yield from (between.join([*first, last]) for between in ("_", "-", ""))
