"""Recordings made for pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tests.cli.runner import tracer
from tests.rendering import seed
from tracer.model import Body, Exchange, Recording, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).parents[2]
SHIPPED = [ROOT / "recordings" / release / "image-show-by-name.yaml" for release in ("zed", "2026.2")]


def saying(
    body: Body | None,
    *,
    url: str = f"{seed.HOST}/image",
    headers: dict[str, str | list[str]] | None = None,
    method: str = "PUT",
) -> Recording:
    """A recording of one exchange, with this request."""
    request = Request(method=method, url=url, http="HTTP/1.1", headers=headers or {}, body=body)
    response = Response(status=200, reason="OK", headers={}, body=None)
    exchange = Exchange(
        sender="client",
        receiver="glance",
        started=0.0,
        ended=0.1,
        path="/image",
        request=request,
        response=response,
    )
    return msgspec.structs.replace(
        seed.recording([]), exchanges=[exchange], verdict=None, missing=[], sequence=None
    )


def deviating() -> Recording:
    """Return a run with an unexpected request, a service call without a response, and missing steps."""
    run = seed.exchanges()
    run[1] = seed.exchange("DELETE", f"/image/v2/images/{seed.IMAGE_ID}", 403, "Forbidden", times=(0.1, 0.2))
    asked = seed.exchange(
        "GET", "/identity/v3", None, times=(0.12, 0.18), to="keystone", sender="glance", error="refused"
    )
    return seed.recording([*run[:2], asked, *run[2:]])


def view_pages(folder: Path, recordings: Iterable[Path]) -> Callable[[str], str]:
    """Return a function that makes the page of the recordings in a language once, and returns its URL."""

    def address(lang: str) -> str:
        page = folder / f"{lang}.html"
        if not page.exists():
            ended = tracer("view", *recordings, "-o", page, "--lang", lang)
            assert (ended.returncode, ended.stdout) == (0, f"{page}\n"), ended.stderr
        return page.as_uri()

    return address
