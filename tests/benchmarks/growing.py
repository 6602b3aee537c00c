"""One step on one long recording, in a process of its own: ``python -m tests.benchmarks.growing STEP FILE``.

Prints the CPU time in seconds, the median of some rounds where it is short, and by how many MiB the
process's memory grew at most, as JSON. The second file, where a step needs one, is another run.
"""

from __future__ import annotations

import gc
import json
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import psutil
from msgspec.structs import replace

from tests.benchmarks.peak import highest
from tracer.comparison import compare
from tracer.model import Exchange, Recording
from tracer.recording import dump
from tracer.redaction import scan_pieces
from tracer.rendering.mermaid import mermaid_parts
from tracer.rendering.pages.page import command_page
from tracer.rendering.pages.site_plan import plan
from tracer.rendering.pages.summary import summarise
from tracer.rendering.pages.wording import wording
from tracer.rendering.picture import render
from tracer.sequences import choose, client_of, label

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["ACTIONS", "kept"]

_ENOUGH = 0.5  # seconds of CPU time, after which there is no further round
_ROUNDS = 5
_WARM = 10  # exchanges, after which all is imported and read that will be
_PIECE = 65_536  # bytes that are read at a time, as `tracer scan` does


class _Action(NamedTuple):
    """What is done, and with what: the recording, its file, or it and another one."""

    run: Callable[..., object]
    of: str = "recording"


def _label(recording: Recording) -> object:
    return label(recording, choose(recording.exchanges, recording.command, client_of(recording)))


def _label_unnamed(recording: Recording) -> object:
    return label(recording, choose(recording.exchanges, None, client_of(recording)))


def _page(recording: Recording) -> object:
    site = plan({"run.yaml": summarise(recording)}, {"run.yaml": "run"})
    (release,) = site.releases
    return command_page(recording, release.pages[0], release, site, wording("en"))


def _picture(recording: Recording) -> object:
    return [render(text, "svg") for text in mermaid_parts(recording)]


def _scan(path: Path) -> object:
    with path.open("rb") as file:
        pieces = iter(lambda: b"".join(file.readlines(_PIECE)).decode(), "")
        return sum(len(findings) for _, findings in scan_pieces(pieces))


ACTIONS = {
    "label": _Action(_label),
    "label-unnamed": _Action(_label_unnamed),
    "diagram": _Action(mermaid_parts),
    "picture": _Action(_picture),
    "page": _Action(_page),
    "compare": _Action(compare, "two"),
    "scan": _Action(_scan, "file"),
}


def kept(recording: Recording, path: Path) -> None:
    """Write the recording so that it is read again with no more memory than it takes itself, and as YAML."""
    with path.open("wb") as file:
        for part in (replace(recording, exchanges=[]), *recording.exchanges):
            file.write(msgspec.json.encode(part) + b"\n")
    with path.with_suffix(".yaml").open("w", encoding="utf-8") as text:
        text.writelines(dump(recording))


def _loaded(path: Path) -> Recording:
    decoder = msgspec.json.Decoder(Exchange)
    with path.open("rb") as file:
        head = msgspec.json.decode(file.readline(), type=Recording)
        return replace(head, exchanges=[decoder.decode(line) for line in file])


def _given(action: _Action, files: Sequence[Path]) -> list[Recording | Path]:
    if action.of == "file":
        return [files[0].with_suffix(".yaml")]
    return [_loaded(path) for path in files[: 1 + (action.of == "two")]]


def _few(given: Recording | Path) -> Recording | Path:
    if isinstance(given, Recording):
        return replace(given, exchanges=given.exchanges[:_WARM])
    few = given.with_name("few.yaml")
    with given.open("rb") as file:
        few.write_bytes(b"".join(file.readlines(10_000)))
    return few


def main() -> None:
    action = ACTIONS[sys.argv[1]]
    given = _given(action, [Path(name) for name in sys.argv[2:]])
    action.run(*map(_few, given))
    gc.collect()
    before = psutil.Process().memory_info().rss
    taken: list[float] = []
    while len(taken) < _ROUNDS and sum(taken) <= _ENOUGH:
        began = time.process_time()
        result = action.run(*given)
        taken.append(time.process_time() - began)
        del result
    # Not the best: of many rounds that would be less than of one, and growth would seem faster than it is.
    figures = {"seconds": statistics.median(taken), "mib": max(0.0, (highest() - before) / 2**20)}
    json.dump(figures, sys.stdout)


if __name__ == "__main__":
    main()
