"""Long recordings made of those that ship with the project: real messages, each with IDs of its own."""

from __future__ import annotations

import itertools
import random
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from msgspec.structs import replace

from tracer.model import Exchange, Recording
from tracer.recording import load
from tracer.sequences import choose, client_of, label

__all__ = ["KINDS", "changed", "long_run"]

_SHIPPED = Path(__file__).parents[2] / "recordings" / "zed"
_ID = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_APART = 0.01  # seconds between an exchange's end and the next one's start

# An endless row of exchanges, without IDs and times of their own.
Row = Callable[[], Iterator[Exchange]]


def _pages() -> Iterator[Exchange]:
    first = _shipped("image-list")
    yield from first
    yield from itertools.repeat(first[-1])


def _sequences() -> Iterator[Exchange]:
    return itertools.cycle(_shipped("image-show-by-name"))


def _mixed() -> Iterator[Exchange]:
    chance = random.Random(11)
    known = [exchange for path in sorted(_SHIPPED.glob("*.yaml")) for exchange in load(path).exchanges]
    while True:
        yield chance.choice(known)


def _strangers() -> Iterator[Exchange]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for word, like in zip(itertools.product(letters, repeat=5), _mixed(), strict=False):
        host = "/".join(like.request.url.split("/")[:3])
        yield replace(
            like,
            request=replace(like.request, url=f"{host}/image/v2/{''.join(word[::-1])}"),
            receiver="glance",
        )


KINDS: dict[str, tuple[str, Row]] = {
    "pages": ("image-list", _pages),
    "sequences": ("image-show-by-name", _sequences),
    "mixed": ("image-show-by-name", _mixed),
    "strangers": ("image-show-by-name", _strangers),
}
"""By kind: the recording whose command it has, and its exchanges.

One documented request again and again; a whole command again and again; those of all commands in
any order; requests that nothing documents, no two alike.
"""


def long_run(kind: str, size: int) -> Recording:
    """A labelled recording of so many exchanges, the same each time."""
    like, row = KINDS[kind]
    exchanges = _told_apart(itertools.islice(row(), size))
    recording = replace(load(_SHIPPED / f"{like}.yaml"), exchanges=list(exchanges))
    return label(recording, choose(recording.exchanges, recording.command, client_of(recording)))


def changed(recording: Recording) -> Recording:
    """Another run like it: some exchanges are gone, some came the other way round, some failed."""
    chance = random.Random(13)
    exchanges = [one for one in recording.exchanges if chance.random() > 0.05]
    for index in range(1, len(exchanges)):
        if chance.random() < 0.05:
            exchanges[index - 1 : index + 1] = reversed(exchanges[index - 1 : index + 1])
        one = exchanges[index]
        if one.response is not None and chance.random() < 0.05:
            exchanges[index] = replace(one, response=replace(one.response, status=500))
    return replace(recording, exchanges=list(_told_apart(exchanges, 1 << 40)))


def _shipped(name: str) -> list[Exchange]:
    return list(load(_SHIPPED / f"{name}.yaml").exchanges)


def _told_apart(exchanges: Iterator[Exchange] | list[Exchange], first: int = 0) -> Iterator[Exchange]:
    """The exchanges one after the other, in each other IDs than in all others."""
    decoder = msgspec.json.Decoder(Exchange)
    now = 0.0
    for number, one in enumerate(exchanges, first):
        name = str(uuid.UUID(int=number << 32 | 0x8000_0000)).encode()
        own = decoder.decode(_ID.sub(name, msgspec.json.encode(one)))
        took = (one.ended or one.started) - one.started
        yield replace(own, started=round(now, 3), ended=round(now + took, 3))
        now += took + _APART
