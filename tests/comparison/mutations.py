"""Recordings altered in one place, and what must be reported for each of them.

Nothing of the comparison is used here: what is expected is found by the recording alone.
"""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from tracer.model import Exchange, Recording
from tracer.sequences import response_id, sent_id

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

# Keys that name the elements of a list: who loses one is another element.
NAMES = {"id", "name", "type", "rel", "interface", "key", "base", "member_id", "url", "href"}

# Keys of numbers that another run has otherwise: how often an object changed, what the cloud is used for.
COUNTS = {
    "generation",
    "resource_provider_generation",
    "consumer_generation",
    "revision_number",
    "usages",
    "used",
}

# Requests that a service sends any number of times, as it keeps the responses for a time, or for each server.
CACHED = re.compile(
    r"/auth/tokens$|/v2.0/extensions$|/resource_providers$|/(inventories|aggregates|traits)$|/allocations/[^/]*$"
)

# States that a client waits to end, beside those of "OS-EXT-STS:task_state".
WAITING = re.compile(r'"status": "(?:BUILD|RESIZE|REBOOT|queued|saving)"|"OS-EXT-STS:task_state": "')

# What two polls may differ in, by the alteration: the end of the place.
POLLED = {
    "message dropped": "",
    "message doubled": "",
    "another value": r'\.status|_state"\]|\.progress|\.(image|flavor)\.\w+|\["binding:[^.]*',
    "field dropped": r'\.progress|\.security_groups|\.addresses\.\w+|\["binding:[^.]*',
}


class Mutation(NamedTuple):
    """One alteration: what was done, the recording after it, the kinds that may tell of it, and where."""

    what: str
    made: Callable[[], Recording]
    kinds: frozenset[str]
    place: str  # without what stands in brackets; empty: of the run as a whole
    prefix: bool = False  # whether a place that begins like this will do
    polled: str = ""  # the request of a poll, or of a call for it: altered, it may be no poll any more

    @property
    def recording(self) -> Recording:
        """The recording after the alteration, made anew each time: there are thousands of alterations."""
        return self.made()

    def reported_by(self, kind: str, place: str) -> bool:
        """Whether a difference of this ``kind`` and ``place`` tells of it."""
        bare = re.sub(r" \(\d+\)(?= → | · |$)", "", re.sub(r"\[(?!\")[^\]]*\]", "[]", place))
        at = bare.startswith(self.place) if self.prefix else bare == self.place
        return (kind in self.kinds and at) or (kind == "added" and bare == self.polled)


def mutations(recording: Recording, chance: random.Random) -> Iterator[Mutation]:
    """Every alteration of ``recording``, in a fixed order."""
    tree = msgspec.to_builtins(recording)
    polled = _polled(recording)
    for index, exchange in enumerate(recording.exchanges):
        of_exchange = chain(
            _of_message(recording, tree, index), _of_headers(tree, index), _of_bodies(tree, index, chance)
        )
        urls = {recording.exchanges[each].request.url for each in polled}
        for mutation in of_exchange:
            if mutation.what in ("message dropped", "message doubled") and _is_cached(exchange):
                continue
            if index not in polled:
                # Without the last response, the poll before it is the last one.
                if mutation.what != "message dropped" or exchange.request.url not in urls:
                    yield mutation
                continue
            end = POLLED.get(mutation.what)
            if end is None or not re.search(f"(?:{end})$", mutation.place):
                yield mutation._replace(polled=asked(exchange))
    yield from _of_output(tree, chance)


def _is_cached(exchange: Exchange) -> bool:
    return exchange.sender != "client" and CACHED.search(exchange.path.partition("?")[0]) is not None


def _polled(recording: Recording) -> set[int]:
    """The requests that wait for a state of an object, without the last one, and the calls for them."""
    last = {exchange.request.url: index for index, exchange in enumerate(recording.exchanges)}
    found: set[int] = set()
    ids: set[str] = set()
    for index, exchange in enumerate(recording.exchanges):
        body = exchange.response.body if exchange.response else None
        waits = WAITING.search((body.json or "") if body else "") is not None
        if waits and exchange.request.method == "GET" and last[exchange.request.url] != index:
            found.add(index)
            ids.add(response_id(exchange))
        elif sent_id(exchange) in ids - {""}:
            found.add(index)
    return found


def _is_late(recording: Recording, index: int) -> bool:
    """Whether a service sent the request after it had answered the one that it is for, or for a poll."""
    call = recording.exchanges[index]
    causes = [each for each in recording.exchanges if sent_id(call) and response_id(each) == sent_id(call)]
    return any((cause.ended or 0) <= call.started for cause in causes)


def asked(exchange: Exchange) -> str:
    """What the place of a request begins with."""
    return f"{exchange.request.method} {exchange.path.partition('?')[0]}"


def _made(tree: dict[str, Any], place: list[Any], change: Any) -> Callable[[], Recording]:
    """What makes a copy of ``tree``, and calls ``change`` with what holds the last step of ``place``."""

    def make() -> Recording:
        copy = msgspec.json.decode(msgspec.json.encode(tree))
        inner = copy
        for step in place:
            inner = inner[step]
        change(inner)
        return msgspec.convert(copy, Recording)

    return make


def _of_message(recording: Recording, tree: dict[str, Any], index: int) -> Iterator[Mutation]:
    exchange = recording.exchanges[index]
    assert exchange.response is not None
    request = asked(exchange)
    yield Mutation(
        "message dropped",
        _made(tree, ["exchanges"], lambda them: them.pop(index)),
        frozenset({"removed"}),
        request,
    )
    yield Mutation(
        "message doubled",
        _made(tree, ["exchanges"], lambda them: them.insert(index, them[index])),
        frozenset({"added"}),
        request,
    )
    for status in (200, 204, 404, 500):
        if status != exchange.response.status:
            yield Mutation(
                f"status {status}",
                _made(
                    tree, ["exchanges", index, "response"], lambda it, status=status: it.update(status=status)
                ),
                frozenset({"status"}),
                f"{request} → {exchange.response.status}",
            )
    yield Mutation(
        "no response",
        _made(tree, ["exchanges", index], lambda it: it.update(response=None, error="gone")),
        frozenset({"status"}),
        f"{request} → {exchange.response.status}",
    )
    after = index + 1
    both = {index, after}
    if (
        after < len(recording.exchanges)
        and asked(recording.exchanges[after]) != request
        and not both & _polled(recording)
        and not any(_is_late(recording, each) for each in both)
    ):

        def swap(them: list[Any]) -> None:
            them[index], them[after] = them[after], them[index]

        # Either of the two may be said to have moved.
        yield Mutation("swapped", _made(tree, ["exchanges"], swap), frozenset({"moved"}), "", prefix=True)


def _of_headers(tree: dict[str, Any], index: int) -> Iterator[Mutation]:
    for side in ("request", "response"):
        part = tree["exchanges"][index][side]
        message = _message(tree, index, side)
        for name, value in part.get("headers", {}).items():
            place = f"{message} · headers.{name}"
            where = ["exchanges", index, side, "headers"]
            yield Mutation(
                "field dropped",
                _made(tree, where, lambda it, name=name: it.pop(name)),
                frozenset({"removed"}),
                place,
            )
            yield Mutation(
                "field renamed",
                _made(tree, where, lambda it, name=name: it.update({"X-Other": it.pop(name)})),
                frozenset({"added"}),
                f"{message} · headers.X-Other",
            )
            yield Mutation(
                "another value",
                _made(tree, where, lambda it, name=name, value=value: it.update({name: f"{value}; other"})),
                frozenset({"changed"}),
                place,
            )


def _of_bodies(tree: dict[str, Any], index: int, chance: random.Random) -> Iterator[Mutation]:
    for side in ("request", "response"):
        body = tree["exchanges"][index][side].get("body")
        if not body or not body.get("json"):
            continue
        where = ["exchanges", index, side, "body"]
        message = _message(tree, index, side)
        for what, text, kinds, place, prefix in _of_json(body["json"], chance):
            yield Mutation(
                what,
                _made(tree, where, lambda it, text=text: it.update(json=text)),
                kinds,
                f"{message} · body{place}",
                prefix,
            )


def _of_output(tree: dict[str, Any], chance: random.Random) -> Iterator[Mutation]:
    output = tree.get("output")
    if not output:
        return
    yield Mutation(
        "exit code",
        _made(tree, ["output"], lambda it: it.update(exit=3)),
        frozenset({"changed"}),
        "output.exit",
    )
    try:
        alterations = list(_of_json(output.get("stdout", ""), chance))
    except ValueError:
        return
    for what, text, kinds, place, prefix in alterations:
        yield Mutation(
            what,
            _made(tree, ["output"], lambda it, text=text: it.update(stdout=text)),
            kinds,
            f"output.stdout{place}",
            prefix,
        )


def _message(tree: dict[str, Any], index: int, side: str) -> str:
    exchange = tree["exchanges"][index]
    request = f"{exchange['request']['method']} {exchange['path'].partition('?')[0]}"
    return request if side == "request" else f"{request} → {exchange['response']['status']}"


def _of_json(text: str, chance: random.Random) -> Iterator[tuple[str, str, frozenset[str], str, bool]]:
    """(what, text, kinds, place, whether a prefix will do) of each alteration of one value of a document."""
    for path in list(_paths(json.loads(text))):
        place, prefix = _place(path)
        for what, kinds, change in _alterations(path, chance):
            document = json.loads(text)
            inner = document
            for step in path[:-1]:
                inner = inner[step]
            change(inner, path[-1])
            where = place
            if what == "field renamed":
                where = _place((*path[:-1], "renamed_key"))[0]
            yield what, json.dumps(document, indent=2), kinds, where, prefix


def _alterations(path: tuple[Any, ...], chance: random.Random) -> Iterator[tuple[str, frozenset[str], Any]]:
    if isinstance(path[-1], str):
        yield "field dropped", frozenset({"removed"}), lambda inner, key: inner.pop(key)
        yield (
            "field renamed",
            frozenset({"added"}),
            lambda inner, key: inner.update({"renamed_key": inner.pop(key)}),
        )
    other = chance.choice([f"other-{chance.randrange(1000)}", "ÄÖ ü", "req-1"])

    def retype(inner: Any, key: Any) -> None:
        inner[key] = 987 if isinstance(inner[key], (str, type(None), list, dict, bool)) else "987"

    def revalue(inner: Any, key: Any) -> None:
        value = inner[key]
        if isinstance(value, bool):
            inner[key] = not value
        elif isinstance(value, (int, float)):
            inner[key] = value + 1
        elif isinstance(value, str):
            inner[key] = other
        elif isinstance(value, dict):
            value["unknown_key"] = 1
        elif isinstance(value, list):
            value.append("unknown element")
        else:
            inner[key] = other

    yield "field retyped", frozenset({"type", "removed"}), retype
    if not COUNTS.intersection(path):
        yield "another value", frozenset({"changed", "type", "added", "removed"}), revalue


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from _paths(inner, (*path, key))


def _place(path: tuple[Any, ...]) -> tuple[str, bool]:
    """The place of a value, and whether only its beginning is sure: the list that an element is in."""
    text = ""
    for index, step in enumerate(path):
        if isinstance(step, int):
            # Without its name an element is another one: what is told is that it came or went.
            if all(isinstance(later, int) or later in NAMES for later in path[index + 1 :][:1]):
                return text, True
            text += "[]"
        else:
            text += f".{step}" if re.fullmatch(r"[\w-]+", step) else f"[{json.dumps(step)}]"
    # What comes into an object or a list stands inside of it.
    return text, True
