"""The prefilter: can this text hold a secret that the policy describes?

Most texts hold none, and a search costs many times as much as this question. Each search needs a word: a
piece of a secret's name, of a path in a document, or of what an expression matches. All words are searched
for together (Aho and Corasick, 1975). The answer is no where none of them stands, no escape may spell one,
and no parameter is declared to be hidden.

This is the only module that answers. ``documents`` and ``places`` ask before they follow a document,
``Ledger`` asks before it searches a text. ``PatternSet`` asks for the words, to choose the expressions that
are tried. A known secret has no words: ``KnownSecrets.find`` searches every text.

Two modules are about something else. ``beginnings`` is a search: it gives the places where an expression may
match. ``may_declare`` and ``may_patch`` ask whether a text needs a parser of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ahocorasick_rs import AhoCorasick, Implementation

from tracer.redaction.encodings import ENTITY
from tracer.redaction.heat import may_declare

__all__ = ["Prefilter", "find_words", "lower_case"]

_SURROGATE = re.compile("[\ud800-\udfff]")
# All escapes but those that JSON writes most, and that stand for no character of a word. The last four are
# letters that count as ASCII ones where letter case does not matter.
_BACKSLASH = re.compile(r'\\(?!["\\/bfnrt]|u(?!00[2-7]|013[01]|017[fF]|212[aA]))')
_PERCENT = re.compile(r"%(?:25){0,6}(?:2[0DdEe]|3[0-9]|[4-7][0-9A-Fa-f])")
_LOOKALIKES = "\u0130\u0131\u017f\u212a"


class Prefilter:
    """The ``words`` of all searches, in lower case. With an empty word, any text may hold a secret.

    It may say yes to a text without a secret. It never says no to a text in which a search finds one.
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
        """Return the words that stand in ``text`` as they are, in any letter case."""
        numbers = {number + self._may_always for number, _, _ in self._hits(text)}
        return frozenset(map(self._words.__getitem__, numbers))

    def _hits(self, text: str) -> list[tuple[int, int, int]]:
        return find_words(self._search, text, overlapping=True)


def find_words(search: AhoCorasick, text: str, *, overlapping: bool = False) -> list[tuple[int, int, int]]:
    """Return the words of ``search`` in ``text``, in any letter case: number, begin and end of each."""
    low = lower_case(text)
    try:
        return search.find_matches_as_indexes(low, overlapping=overlapping)
    except UnicodeEncodeError:  # the searcher's strings cannot hold lone surrogates
        return search.find_matches_as_indexes(_SURROGATE.sub("?", low), overlapping=overlapping)


def lower_case(text: str) -> str:
    """Return ``text`` in lower case, each character where it was."""
    low = text.lower()
    # One capital letter (U+0130) has two characters as its small one.
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _may_spell_word(text: str) -> bool:
    """Return whether a word may stand in ``text`` in other characters than its own."""
    # Most texts have none of these characters, and looking for one is many times as fast as an expression.
    return (
        ("\\" in text and _BACKSLASH.search(text) is not None)
        or ("%" in text and _PERCENT.search(text) is not None)
        or ("&" in text and ENTITY.search(text) is not None)
        or any(letter in text for letter in _LOOKALIKES)
    )
