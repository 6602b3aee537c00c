"""What one command costs its user: the real client, bare and recorded in turn, and the tracer's own verbs."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.table import Table, ratio, spread
from tests.e2e.conftest import furnished
from tracer.cloud.embedded_cloud import EmbeddedCloud

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["run"]

_RELEASE = "zed"
_ROUNDS = 40
_SHIPPED = str(Path(__file__).parents[2] / "recordings" / _RELEASE / "image-show.yaml")
_VERBS = (["--help"], ["show", _SHIPPED], ["check", _SHIPPED])


def run(scale: float, folder: Path) -> Table:
    """``openstack image show``, bare and recorded, which take turns at coming first; then the verbs."""
    cloud = EmbeddedCloud(_RELEASE)
    ours = cloud.status() is None
    cloud.up()
    try:
        site = furnished(cloud)
        bare = [site.openstack, "image", "show", "-f", "json", site.image]
        tracer = str(Path(sys.executable).with_name("tracer"))
        recorded = [tracer, "record", "--release", _RELEASE, "--out", str(folder), "--", *bare]
        # As a user's shell has it: what keeps byte code from being cached is for tests.
        environment = {
            name: value for name, value in site.environment.items() if name != "PYTHONDONTWRITEBYTECODE"
        }
        rounds = max(2, round(_ROUNDS * scale))
        figures = _figures([bare, recorded], environment, rounds)
        own = _figures([[tracer, *verb] for verb in _VERBS], environment, rounds)
    finally:
        if ours:
            cloud.down()
    rows = [
        [
            name,
            spread(walls, 3),
            ratio(walls, figures[0][0]),
            f"{min(walls) / min(figures[0][0]):.2f}",
            spread(cpus, 3),
        ]
        for name, (walls, cpus) in zip(
            ("`openstack image show`", "`tracer record -- …`"), figures, strict=True
        )
    ]
    rows += [
        [f"`tracer {verb[0]}`", spread(walls, 3), "–", "–", spread(cpus, 3)]
        for verb, (walls, cpus) in zip(_VERBS, own, strict=True)
    ]
    note = (
        f"{len(figures[0][0])} rounds on the embedded cloud of {_RELEASE}, after one that warms up. The "
        "recording, its verdict and its diagram are written before the command ends. `show` and `check` are "
        "of the recording of `openstack image show` that ships."
    )
    columns = ["command", "seconds", "of bare", "fastest, of bare", "CPU seconds"]
    return Table("One command", columns, rows, [note])


def _figures(
    commands: Sequence[Sequence[str]], environment: dict[str, str], rounds: int
) -> list[tuple[list[float], list[float]]]:
    """Wall time and CPU time of each command in each round."""
    figures: list[tuple[list[float], list[float]]] = [([], []) for _ in commands]
    for number in range(rounds + 1):
        order = list(zip(commands, figures, strict=True))
        for command, (walls, cpus) in order if number % 2 else reversed(order):
            before, began = _cpu(), time.perf_counter()
            subprocess.run(
                command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True
            )
            if number:
                walls.append(time.perf_counter() - began)
                cpus.append(_cpu() - before)
    return figures


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
