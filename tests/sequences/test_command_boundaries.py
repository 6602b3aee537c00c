"""Complete commands, and the requests that may continue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import HOST, IMAGE_ID, by_id, exchange, login, prologue
from tracer.sequences.command_boundaries import is_complete, may_continue

if TYPE_CHECKING:
    from tracer.model import Exchange

IMAGES = f"{HOST}/image/v2/images"


def own(method: str, url: str, status: int | None = 200) -> Exchange:
    """A request of a command itself: it carries the token."""
    return exchange(method, url, status, token=True)


LIST = [*prologue(), own("GET", IMAGES)]


@pytest.mark.parametrize(
    ("exchanges", "complete"),
    [
        (by_id(), True),
        (LIST, True),
        (LIST[-1:], True),
        ([*prologue(), own("GET", f"{IMAGES}/x", 404)], False),
        ([*LIST, *by_id()[-1:]], False),
        ([*prologue(), own("GET", f"{HOST}/compute/v2.1/servers")], False),
        ([], False),
    ],
)
def test_a_command_is_complete_if_a_sequence_fits(exchanges: list[Exchange], *, complete: bool) -> None:
    assert is_complete(exchanges, None) is complete


@pytest.mark.parametrize(
    ("exchanges", "request_", "goes_on"),
    [
        (prologue()[:1], login(None), True),
        (prologue(), own("GET", IMAGES, None), True),
        (LIST, own("GET", f"{IMAGES}?marker={IMAGE_ID}", None), True),
        (LIST, own("GET", IMAGES, None), False),
        (LIST, own("GET", f"{IMAGES}/{IMAGE_ID}", None), False),
        (LIST, own("DELETE", f"{IMAGES}/{IMAGE_ID}", None), False),
        ([*prologue(), own("GET", IMAGES, 503)], own("GET", IMAGES, None), True),
    ],
)
def test_a_request_goes_on_with_a_command_if_a_sequence_has_it(
    exchanges: list[Exchange], request_: Exchange, *, goes_on: bool
) -> None:
    assert may_continue(exchanges, request_, None) is goes_on
