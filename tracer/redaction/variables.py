"""Values that are variables of a program: ``connect(password=db_password)``, ``"$OS_PASSWORD"``.

A secret may be spelled like a name (``my_secret``). So such a value is a variable only in the text of a
program; it is a value in an assignment of a shell, in a line of YAML or of an ini file, and in quotes.
"""

from __future__ import annotations

import re

__all__ = ["is_variable"]

_LONGEST_LINE = 1000
_FARTHEST = 2000  # characters from a statement of a program to an assignment in it
_KEYWORD = re.compile(r"[ \t]+[a-z_]\w*=")
_DECLARED = re.compile(r"[ \t]*(?:const|let|var|val|final|my|our)\b[^=:\n]*=[ \t]*")
_ASSIGNED = re.compile(r"[^=:\n]*[\w\])][ \t]+=[ \t]+")
_ITEM = re.compile(r"""[ \t]+(?P<quote>["'])[^"'\n]*(?P=quote)[ \t]*:[ \t]*|[^"'\n]*[=(][ \t]*\{[^{}\n]*""")
_STATEMENT = re.compile(
    r"^[ \t]*(?:(?:def|func) \w+\(|class \w+[^\n]*:$|from [\w.]+ import \w|(?:import|package) [\w.]+;?$)",
    re.MULTILINE,
)


def is_variable(text: str, start: int, end: int) -> bool:
    """Return whether the value from ``start`` to ``end``, which is spelled like a name, is a variable."""
    before = text[start - 1 : start]
    if before in ('"', "'", "`") or text[start : start + 1] == "$":
        return before != "'" and text[start : start + 1] == "$"
    lead = text[text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1 : start]
    behind = text[end : end + 1] if text[end - 1] not in ",;)" else text[end - 1]
    if lead.rfind("(") > lead.rfind(")") or _DECLARED.fullmatch(lead):
        return True
    if (behind in (",", ")") and _KEYWORD.fullmatch(lead)) or (
        behind in (",", "}") and _ITEM.fullmatch(lead)
    ):
        return True
    is_assigned = _ASSIGNED.fullmatch(lead) is not None
    return is_assigned and (behind == ";" or bool(_STATEMENT.search(text, max(0, start - _FARTHEST), start)))
