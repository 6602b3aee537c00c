"""Complete commands, and the requests that may continue them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import HOST, IMAGE_ID, by_id, exchange, login, not_found, prologue
from tracer.sequences.client_versions import UNKNOWN
from tracer.sequences.command_boundaries import is_complete, may_begin, may_continue

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
    assert is_complete(exchanges, UNKNOWN) is complete


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
        (not_found(), own("GET", IMAGES, None), False),
        (LIST, own("GET", f"{IMAGES}/other", None), False),
        (by_id(), own("GET", f"{IMAGES}/other", None), False),
    ],
)
def test_a_request_goes_on_with_a_command_if_a_sequence_has_it(
    exchanges: list[Exchange], request_: Exchange, *, goes_on: bool
) -> None:
    assert may_continue(exchanges, request_, UNKNOWN) is goes_on


@pytest.mark.parametrize(
    ("request_", "begins"),
    [
        (own("GET", IMAGES, None), True),
        (own("GET", f"{IMAGES}/x", None), True),
        (own("POST", IMAGES, None), True),
        (own("GET", f"{HOST}/identity/v3/projects", None), True),
        (own("PUT", f"{IMAGES}/{IMAGE_ID}/file", None), False),
        (own("GET", f"{HOST}/compute/v2.1/flavors/1", None), False),
    ],
)
def test_a_command_begins_with_the_first_request_of_a_sequence(request_: Exchange, *, begins: bool) -> None:
    assert may_begin([login()], request_, UNKNOWN) is begins
