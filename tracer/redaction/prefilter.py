"""The prefilter: a fast test of a text for possible secrets of the policy.

Most texts contain no secret, and a full search costs many times as much as this test. Each search requires a
word: a piece of a secret's name, of a path in a document, or of the match of an expression. One search finds
all words (Aho and Corasick, 1975). A text contains no secret if it contains none of the words, no escape that
may spell one, and no declaration of a hidden parameter.

Only this module makes the test. ``documents`` and ``locations`` call it before they read a document,
``Substitutions`` before it searches a text. ``PatternSet`` uses the words to select expressions. A known
secret has no words: ``KnownSecrets.find`` searches every text.

Two similar modules have other purposes. ``beginnings`` finds the positions of possible matches of an
expression. ``may_declare`` and ``may_patch`` test whether a text needs its own parser.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ahocorasick_rs import AhoCorasick, Implementation

from tracer.redaction.encodings import ENTITY
from tracer.redaction.heat import may_declare
from tracer.redaction.word_search import find_words

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Prefilter"]

# All escapes except those that JSON writes most and that decode to no character of a word. The four code
# points behind 00[2-7] are letters that equal ASCII letters if letter case is ignored.
_BACKSLASH = re.compile(r'\\(?!["\\/bfnrt]|u(?!00[2-7]|013[01]|017[fF]|212[aA]))')
_PERCENT = re.compile(r"%(?:25){0,6}(?:2[0DdEe]|3[0-9]|[4-7][0-9A-Fa-f])")
_LOOKALIKES = "\u0130\u0131\u017f\u212a"


class Prefilter:
    """The ``words`` of all searches, in lower case. With an empty word, any text may hold a secret.

    The test may be positive for a text without a secret. It is never negative if a search finds a secret.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._words = sorted(set(words))
        self._may_always = "" in self._words
        self._search = AhoCorasick(self._words[self._may_always :], implementation=Implementation.DFA)

    def may_hold_secret(self, text: str) -> bool:
        """Return whether the searches of the policy may find something in ``text``."""
        if self._may_always or self._hits(text):
            return True
        return _may_spell_word(text) or may_declare(text)

    def words_in(self, text: str) -> frozenset[str]:
        """Return the words that ``text`` contains unescaped, in any letter case."""
        numbers = {number + self._may_always for number, _, _ in self._hits(text)}
        return frozenset(map(self._words.__getitem__, numbers))

    def _hits(self, text: str) -> list[tuple[int, int, int]]:
        return find_words(self._search, text, overlapping=True)


def _may_spell_word(text: str) -> bool:
    """Return whether ``text`` may contain an escaped word."""
    # Most texts have none of these characters, and ``in`` is many times as fast as an expression.
    return (
        ("\\" in text and _BACKSLASH.search(text) is not None)
        or ("%" in text and _PERCENT.search(text) is not None)
        or ("&" in text and ENTITY.search(text) is not None)
        or any(letter in text for letter in _LOOKALIKES)
    )
