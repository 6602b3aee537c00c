"""What it costs to save and load exchanges: recordings beside the cassettes of vcrpy."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import uuid
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from tests.benchmarks.cassettes import PURE, UNSCANNED, WAYS
from tests.benchmarks.table import Table, ratio, spread
from tracer.recording import below, load

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run"]

_ROOT = Path(__file__).parents[2]
_SHIPPED = [_ROOT / "recordings" / release for release in ("zed", "2026.2")]

_SIZES = (10, 1_000, 10_000)
_ROUNDS = 5
_MANY = 1_000  # exchanges; larger recordings have three rounds, and one of vcrpy without libyaml
_ENOUGH = 1_000  # exchanges a round: few are saved and loaded again and again
_ID = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b")


def run(scale: float, folder: Path) -> Table:
    """All ways take turns in each round, each in a process of its own."""
    rows = [
        row
        for size in dict.fromkeys(max(2, int(size * scale)) for size in _SIZES)
        for row in _rows(size, scale, folder)
    ]
    columns = [
        "exchanges",
        "with",
        "save, CPU s",
        "× ours",
        "load, CPU s",
        "× ours",
        "MB",
        "MB gzipped",
        "saving, MiB",
        "loading, MiB",
    ]
    return Table("Recordings", columns, rows, [_NOTE])


_NOTE = (
    "The same exchanges: those of the recordings that ship, each with IDs of its own. Median (lowest–highest)"
    f" of {_ROUNDS} rounds; of more than {_MANY:,} exchanges 3, and 1 of vcrpy without libyaml. CPU time, as "
    "disks differ. “× ours” is the median of the ratios within a round, to `tracer, not scanned`, which does "
    "what vcrpy does. `tracer` is what it always does: before anything is written, all of it is scanned for "
    "what looks like a secret and for the password and the tokens of the run, in every encoding; the file is "
    "flushed to the disk. `vcrpy` as it comes takes libyaml where PyYAML has it, which is so in PyYAML's "
    "wheels; `without libyaml` is vcrpy's own fall-back, got by taking `CDumper` and `CSafeLoader` out of "
    "`yaml` before vcrpy is imported; `JSON` is its other serializer. vcrpy is given bodies as they were "
    "sent; a recording has JSON laid out in lines, and steps, paths, verdicts and times: hence the larger "
    "files. MiB: most resident memory of a process that does only this, the exchanges and modules included."
)


def _rows(size: int, scale: float, folder: Path) -> list[list[str]]:
    exchanges = folder / f"{size}.jsonl"
    _make(size, exchanges)
    seconds: dict[tuple[str, str], list[float]] = {}
    peaks: dict[tuple[str, str], list[float]] = {}
    for number in range(_rounds_of(size, scale)):
        ways = [way for way in WAYS if not (way == PURE and size > _MANY and number)]
        for way in ways if number % 2 else reversed(ways):
            for verb in ("save", "load"):
                figures = _figures(way, verb, exchanges, _file(folder, way), _times(size, scale))
                seconds.setdefault((way, verb), []).append(figures["seconds"])
                peaks.setdefault((way, verb), []).append(figures["peak"])
    rows = [
        [
            f"{size:,}",
            f"`{way}`",
            *_compared(seconds, way, "save"),
            *_compared(seconds, way, "load"),
            *_megabytes(_file(folder, way)),
            *(f"{max(peaks[way, verb]):.0f}" for verb in ("save", "load")),
        ]
        for way in WAYS
    ]
    for path in (exchanges, *(_file(folder, way) for way in WAYS)):
        path.unlink()
    return rows


def _rounds_of(size: int, scale: float) -> int:
    return max(1, round((3 if size > _MANY else _ROUNDS) * min(1.0, scale)))


def _times(size: int, scale: float) -> int:
    return max(1, min(50, round(_ENOUGH * min(1.0, scale)) // size))


def _make(size: int, path: Path) -> None:
    """Exchanges as the recordings that ship have them, one a line; no two have the same IDs."""
    shipped = [
        msgspec.json.encode(exchange).decode()
        for recording in below(_SHIPPED, again=False)
        for exchange in load(recording).exchanges
        if exchange.response is not None
    ]
    with path.open("w", encoding="utf-8") as file:
        for number, exchange in enumerate(islice(cycle(shipped), size)):
            salt = number // len(shipped)
            file.write(_ID.sub(lambda found, salt=salt: _other(found[0], salt), exchange) + "\n")  # type: ignore[misc]


def _other(given: str, salt: int) -> str:
    made = uuid.UUID(hashlib.md5(f"{given}{salt}".encode(), usedforsecurity=False).hexdigest())
    return str(made) if "-" in given else made.hex


def _file(folder: Path, way: str) -> Path:
    return folder / f"{WAYS.index(way)}.yaml"


def _figures(way: str, verb: str, exchanges: Path, path: Path, times: int) -> Any:
    command = [sys.executable, "-m", "tests.benchmarks.cassettes", way, verb, str(exchanges), str(path)]
    done = subprocess.run([*command, str(times)], cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def _compared(seconds: dict[tuple[str, str], list[float]], way: str, verb: str) -> tuple[str, str]:
    own, ours = seconds[way, verb], seconds[UNSCANNED, verb]
    digits = 4 if min(own) < 0.1 else 2
    return spread(own, digits), ratio(own, ours[: len(own)])


def _megabytes(path: Path) -> Sequence[str]:
    content = path.read_bytes()
    return [f"{len(one) / 1e6:.4g}" for one in (content, gzip.compress(content, 6))]
