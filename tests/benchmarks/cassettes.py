"""One way to save or load exchanges, once or again and again, in a process of its own whose memory tells.

``python -m tests.benchmarks.cassettes WAY save|load EXCHANGES FILE TIMES`` prints CPU seconds and peak MiB.
``EXCHANGES`` are JSON, an exchange a line; ``FILE`` is the recording or the cassette.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tests.benchmarks.peak import highest
from tracer.formats.json_text import rewrite
from tracer.model import FORMAT, Body, Exchange, Recording
from tracer.recording import dump, load, save
from tracer.redaction import KnownSecrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["JSON", "LIBYAML", "PURE", "TRACER", "UNSCANNED", "WAYS"]

TRACER, UNSCANNED = "tracer", "tracer, not scanned"
LIBYAML, PURE, JSON = "vcrpy", "vcrpy without libyaml", "vcrpy, JSON"
WAYS = (UNSCANNED, TRACER, LIBYAML, PURE, JSON)


def _exchanges(path: Path) -> Iterator[Exchange]:
    decode = msgspec.json.Decoder(Exchange).decode
    with path.open("rb") as lines:
        yield from map(decode, lines)


def _recording(exchanges: Iterator[Exchange]) -> Recording:
    return Recording(format=FORMAT, command=None, recorded="2026-11-23T08:37:10Z", exchanges=list(exchanges))


def _known() -> KnownSecrets:
    """As of a usual run: a password and two tokens."""
    known = KnownSecrets()
    known.add("password", "kJ7xQ2mZp9vR4tWs")
    for number in (1, 2):
        known.add("token", f"gAAAAABn{number}Zk3-x_Y8" * 12)
    return known


def _save_unscanned(recording: Recording, path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(dump(recording))


def _cassette(exchanges: Iterator[Exchange]) -> dict[str, Any]:
    """What vcrpy holds of the exchanges when it has recorded them."""
    from vcr.request import Request

    requests, responses = [], []
    for exchange in exchanges:
        request, response = exchange.request, exchange.response
        assert response is not None
        requests.append(Request(request.method, request.url, _sent(request.body), request.headers))
        status = {"code": response.status, "message": response.reason}
        fields = {
            name: value if isinstance(value, list) else [value] for name, value in response.headers.items()
        }
        body = {"string": _sent(response.body) or b""}
        responses.append({"status": status, "headers": fields, "body": body})
    return {"requests": requests, "responses": responses}


def _sent(body: Body | None) -> bytes | None:
    """A body's bytes as they were sent: a recording lays JSON out anew."""
    if body is None:
        return None
    if body.json is not None:
        return rewrite(body.json, indent=None).encode()
    return (body.text or "").encode()


def _save_cassette(kind: str) -> Callable[[dict[str, Any], Path], None]:
    from vcr.persisters.filesystem import FilesystemPersister

    serializer = _serializer(kind)
    return lambda cassette, path: FilesystemPersister.save_cassette(path, cassette, serializer)


def _load_cassette(kind: str, path: Path) -> Callable[[], int]:
    from vcr.persisters.filesystem import FilesystemPersister

    serializer = _serializer(kind)

    def do() -> int:
        requests, responses = FilesystemPersister.load_cassette(path, serializer)
        assert len(requests) == len(responses)
        return len(requests)

    return do


def _serializer(kind: str) -> Any:
    from vcr.serializers import jsonserializer, yamlserializer
    from yaml._yaml import CParser

    quick = issubclass(yamlserializer._CassetteLoader, CParser)
    assert quick == (kind != PURE), "vcrpy takes libyaml where it is, and only there"
    return jsonserializer if kind == JSON else yamlserializer


def _saving(way: str, exchanges: Path, path: Path) -> Callable[[], object]:
    if way in (TRACER, UNSCANNED):
        recording, known = _recording(_exchanges(exchanges)), _known()
        if way == UNSCANNED:
            return lambda: _save_unscanned(recording, path)
        return lambda: save(recording, path, known_secrets=known)
    cassette, write = _cassette(_exchanges(exchanges)), _save_cassette(way)
    return lambda: write(cassette, path)


def _loading(way: str, exchanges: Path, path: Path) -> Callable[[], object]:
    with exchanges.open("rb") as lines:
        count = sum(1 for _ in lines)
    ours = way in (TRACER, UNSCANNED)
    read: Callable[[], int] = (lambda: len(load(path).exchanges)) if ours else _load_cassette(way, path)

    def do() -> None:
        assert read() == count

    return do


def main() -> None:
    way, verb, exchanges, path, times = sys.argv[1:]
    if way == PURE:
        # As in a PyYAML that was built without libyaml: vcrpy then takes what is written in Python.
        import yaml

        del yaml.CDumper, yaml.CSafeLoader
    do = (_saving if verb == "save" else _loading)(way, Path(exchanges), Path(path))
    if int(times) > 1:
        do()
    taken = []
    for _ in range(int(times)):
        began = time.process_time()
        do()
        taken.append(time.process_time() - began)
    peak = highest() / 2**20
    sys.stdout.write(json.dumps({"seconds": statistics.median(taken), "peak": peak}))


if __name__ == "__main__":
    main()
