"""Two runs to compare, and reports on them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.rendering import seed
from tracer.comparison import compare
from tracer.comparison.folders import Compared, Couple, Pairing
from tracer.comparison.report import SideComparison, compare_sides
from tracer.model import Body, Cloud, Exchange, Output, Recording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["HOSTILE", "answering", "compared", "hostile", "run", "step_of"]

HOSTILE = (
    "</script><script>alert(1)</script> <img src=x onerror=alert(1)> | `code` **bold** [a](javascript:x) "
    "\x1b[31mred\x1b[0m \u202egnp\u202c {{ 7*7 }} {% raw %} # \r\nsecond line\n- item\n\n    code\n"
    "]]> &amp; \x00 end"
)


def answering(
    path: str, at: float, *, status: int = 200, body: str | None = None, reason: str = "OK"
) -> Exchange:
    """An exchange with Glance whose answer has this JSON body."""
    content = None if body is None else Body(type="application/json", size=len(body.encode()), json=body)
    made = seed.exchange("GET", path, status, reason, times=(at, at + 0.5), body=content)
    return msgspec.structs.replace(made, path=path)


def run(*exchanges: Exchange, release: str = "zed", stdout: str = "") -> Recording:
    """A run of these exchanges."""
    made = seed.recording([])
    return msgspec.structs.replace(
        made,
        exchanges=list(exchanges),
        sequence=None,
        verdict=None,
        missing=[],
        cloud=Cloud(release=release),
        output=Output(exit=0, stdout=stdout),
    )


def compared(before: Recording, after: Recording, name: str = "show") -> Compared:
    """Both held against each other."""
    couple = Couple(name, Path("zed", f"{name}.yaml"), Path("2026.2", f"{name}.yaml"))
    return Compared(couple, before, after, compare(before, after))


def step_of(
    runs: Mapping[str, tuple[Recording, Recording]],
    only_before: Sequence[str] = (),
    only_after: Sequence[str] = (),
) -> SideComparison:
    """The report on several pairs of runs."""
    all_compared = [compared(*pair, name) for name, pair in runs.items()]
    pairing = Pairing([one.couple for one in all_compared], list(only_before), list(only_after))
    return compare_sides("zed", "2026.2", pairing, all_compared)


def hostile() -> tuple[Recording, Recording]:
    """Two runs in whose every text there is an attack, with differences of all kinds."""
    import json

    def side(mark: str, *, also: bool) -> Recording:
        body = json.dumps(
            {HOSTILE: HOSTILE + mark, "both": [HOSTILE, mark], **({"new" + HOSTILE: 1} if also else {})}
        )
        exchanges = [
            answering(f"/x/{HOSTILE}", 0, body=body, reason=HOSTILE + mark),
            answering("/same", 1, status=200 if also else 404, reason=HOSTILE),
        ]
        if also:
            exchanges.append(answering(f"/added/{HOSTILE}", 2))
        made = run(*exchanges, stdout=HOSTILE + mark)
        return msgspec.structs.replace(
            made, command=f"openstack {HOSTILE}{mark}", participants={"client": HOSTILE, "glance": HOSTILE}
        )

    return side("a", also=False), side("b", also=True)
