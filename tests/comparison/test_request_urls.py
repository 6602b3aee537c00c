"""Parts of request URLs, and their differences."""

from __future__ import annotations

import pytest

from tracer.comparison.differences import Location
from tracer.comparison.request_urls import UrlParts, compare_urls, url_parts

HERE = Location("request", "GET /a", "GET /a")


def parts(before: str, after: str) -> list[str]:
    """Return the parts that differ. Equal values are changes, too: they take part in the pairing."""
    changes = compare_urls(before, after, HERE)
    return [change.location.part for change in changes if change.kind != "same"]


def test_the_parts_of_a_url() -> None:
    assert url_parts("https://me@cloud:5000/v3/a?b=c#d") == UrlParts(
        "https", "me", "cloud:5000", "/v3/a", "b=c", "d"
    )
    assert url_parts("/v3?b=http://x/y").query == "b=http://x/y"


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("http://cloud/v3?a=1", []),
        ("https://cloud/v3?a=1", ["scheme"]),
        ("HTTP://cloud/v3?a=1", ["url"]),
        ("http://me@cloud/v3?a=1", ["userinfo"]),
        ("http://other/v3?a=1", ["host"]),
        ("http://cloud/v3/?a=1", ["path"]),
        ("http://cloud/v3?a=2", ["query.a"]),
        ("http://cloud/v3?b=1", ["query.a", "query.b"]),
        ("http://cloud/v3?a=%31", ["query"]),
        ("http://cloud/v3?a=1&", ["query"]),
        ("http://cloud/v3?a=1&a=1", ["query.a"]),
        ("http://cloud/v3?a=1#", ["url"]),
        ("http://cloud/v3?a=1#x", ["fragment"]),
    ],
)
def test_each_part_is_compared(after: str, expected: list[str]) -> None:
    assert parts("http://cloud/v3?a=1", after) == expected
