"""Comparison of the command lines and client outputs of two runs."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tracer.comparison.differences import Change, Location
from tracer.comparison.json_values import read_json
from tracer.comparison.lists import common_runs
from tracer.comparison.printed_tables import displayed, is_table, table_values
from tracer.comparison.trees import compare_values
from tracer.comparison.volatile import skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from tracer.comparison.differences import Kind
    from tracer.model import Output, Recording

__all__ = ["RUN", "compare_outputs"]

RUN = Location("run", "", "")

_COLUMNS = re.compile(r"output\.stdout(\[\])?")
"""The locations of printed objects with a key for each column. The client decides on the order of columns."""
_WIDE = re.compile(r"-{3,}| {2,}")


def compare_outputs(before: Recording, after: Recording, reasons: AbstractSet[str]) -> Iterator[Change]:
    """Yield the differences between command lines, interruptions, and client outputs.

    ``reasons`` are those of the differences between the messages. A printed order is volatile only if it
    follows from the order in a message.
    """
    command = RUN.within("command")
    if before.command is None or after.command is None:
        if before.command != after.command:
            yield Change(_kind(before.command, after.command), command, before.command, after.command)
    else:
        yield from compare_values(before.command, after.command, command)
    if before.interrupted != after.interrupted:
        yield Change("changed", RUN.within("interrupted"), before.interrupted, after.interrupted)
    if before.output is not None and after.output is not None:
        for change in _outputs(before.output, after.output):
            yield change if _follows(change, reasons) else change._replace(reason="")
    elif before.output is not after.output:
        # Runs through a long-lived proxy have no output. That says nothing about the client.
        states = ["not recorded" if each is None else "recorded" for each in (before.output, after.output)]
        yield Change("changed", RUN.within("output"), states[0], states[1])


def _follows(change: Change, reasons: AbstractSet[str]) -> bool:
    """Return whether the reason of ``change``, if it has a reason, is true of the messages, too."""
    if change.reason in ("lines", "unordered"):
        return "unordered" in reasons
    if change.reason == "keys":
        return "keys" in reasons and _COLUMNS.fullmatch(change.location.general) is None
    return True


def _kind(before: object, after: object) -> Kind:
    return "added" if before is None else "removed" if after is None else "changed"


def _outputs(before: Output, after: Output) -> Iterator[Change]:
    if before.exit != after.exit:
        yield Change("changed", RUN.within("output.exit"), before.exit, after.exit)
    yield from _printed(before.stdout, after.stdout, RUN.within("output.stdout"))
    yield from _printed(before.stderr, after.stderr, RUN.within("output.stderr"))


def _printed(before: str, after: str, location: Location) -> Iterator[Change]:
    if not before and not after:
        return
    if not before or not after:
        yield Change("removed" if before else "added", location, before, after)
        return
    forms = _form(before), _form(after)
    if forms[0] != forms[1]:
        yield Change("type", location, *forms)
        if "text" not in forms:
            yield from compare_values(_displayed(before), _displayed(after), location)
        return
    if forms == ("json", "json"):
        changes = list(compare_values(_structure(before), _structure(after), location))
    else:
        changes = list(_lines(before.splitlines(), after.splitlines(), location))
    yield from changes
    if before != after and all(change.kind == "same" for change in changes):
        # White space inside of JSON, or another character at the end of a line.
        yield Change("changed", location, before, after)


def _form(text: str) -> str:
    """Return the form of a printed text: ``json``, ``table``, or ``text``."""
    try:
        _structure(text)
    except ValueError:
        return "table" if is_table(text) else "text"
    return "json"


def _displayed(text: str) -> object:
    """Return the fields of a table or of JSON output in one form."""
    return table_values(text) if is_table(text) else displayed(_structure(text))


def _structure(text: str) -> object:
    value = read_json(text)
    if not isinstance(value, (dict, list)):
        raise ValueError("a line of text")  # noqa: TRY004 - the caller treats it like text that is not JSON
    return value


def _lines(before: list[str], after: list[str], location: Location) -> Iterator[Change]:
    plain_before, plain_after = ([_plain(line, location) for line in lines] for lines in (before, after))
    occurrences = Counter(plain_before) | Counter(plain_after)
    start_before, start_after = 0, 0
    removed: list[int] = []
    added: list[int] = []
    for index_before, index_after, length in [
        *common_runs(plain_before, plain_after),
        (len(plain_before), len(plain_after), 0),
    ]:
        removed += range(start_before, index_before)
        added += range(start_after, index_after)
        for step in range(length):
            here = _line_location(location, index_after + step)
            if occurrences[plain_after[index_after + step]] > 1:
                here = here._replace(unsure=True)
            yield from _line(before[index_before + step], after[index_after + step], here)
        start_before, start_after = index_before + length, index_after + length
    moved = Counter(plain_before[index] for index in removed) & Counter(plain_after[index] for index in added)
    if moved:
        yield Change("reordered", location, before, after, "lines")
        removed = _without(removed, plain_before, moved)
        added = _without(added, plain_after, moved)
    for index_before, index_after in zip(removed, added, strict=False):
        yield Change(
            "changed", _line_location(location, index_after), before[index_before], after[index_after]
        )
    for index in removed[len(added) :]:
        yield Change("removed", _line_location(location, index), before[index])
    for index in added[len(removed) :]:
        yield Change("added", _line_location(location, index), None, after[index])


def _without(indexes: list[int], lines: list[str], moved: Counter[str]) -> list[int]:
    """Return the indexes of lines that are not among those that ``moved``."""
    left = moved.copy()
    kept = []
    for index in indexes:
        if left[lines[index]] > 0:
            left[lines[index]] -= 1
        else:
            kept.append(index)
    return kept


def _line(before: str, after: str, location: Location) -> Iterator[Change]:
    yield from compare_values(_narrow(before), _narrow(after), location)
    if before != after and _narrow(before) == _narrow(after):
        yield Change("changed", location, before, after, "columns")


def _line_location(location: Location, index: int) -> Location:
    return location.item(f"line {index + 1}")


def _plain(line: str, location: Location) -> str:
    return skeleton(_narrow(line), location.item("line").general)


def _narrow(line: str) -> str:
    """Return a line of a table with its columns as narrow as possible."""
    return _WIDE.sub(lambda gap: gap[0][0], line)
