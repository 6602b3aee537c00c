"""Hosts and origins of URLs, IPv4 and IPv6 alike."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracer.urls import UrlOrigin, authority, base, bracketed, hostname, origin, path_of, query_fields, split

ADDRESSES = st.ip_addresses()
PORTS = st.integers(1, 65535)
ZONES = st.sampled_from(["", "%eth0", "%25eth0", "%1"])


@given(ADDRESSES, PORTS)
def test_a_url_made_of_an_address_gives_back_that_address(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int
) -> None:
    url = base("http", str(address), port) + "/identity"
    assert urlsplit(url).hostname == str(address)
    parsed = origin(url)
    assert parsed is not None
    assert parsed.port == port
    mapped = getattr(address, "ipv4_mapped", None)
    assert ipaddress.ip_address(parsed.host) == (mapped or address)
    assert origin(f"http://{authority(parsed)}") == parsed


@given(st.ip_addresses(v=6), PORTS, ZONES)
def test_every_spelling_of_an_ipv6_address_is_one_origin(
    address: ipaddress.IPv6Address, port: int, zone: str
) -> None:
    spellings = {str(address), address.exploded, address.exploded.upper(), address.compressed.upper()}
    places = {origin(base("http", f"{text}{zone}", port)) for text in spellings}
    assert None not in places
    assert len(places) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://[::1]/x", UrlOrigin("http", "::1", 80)),
        ("https://u:p@[0:0::1]:5000", UrlOrigin("https", "::1", 5000)),
        ("http://[FE80::A%25eth0]:1", UrlOrigin("http", "fe80::a%eth0", 1)),
        ("http://[::ffff:127.0.0.1]:1", UrlOrigin("http", "127.0.0.1", 1)),
        ("http://Cloud.Test:80/", UrlOrigin("http", "cloud.test", 80)),
        ("http://::1:43399/x", None),
        ("http://[::1/x", None),
        ("http://[zz]/x", None),
        ("http://h:99999", None),
        ("", None),
        ("/identity", None),
    ],
)
def test_an_origin_is_written_in_one_way(url: str, expected: UrlOrigin | None) -> None:
    assert origin(url) == expected


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("::1", "[::1]"),
        ("[::1]", "[::1]"),
        ("fe80::1%eth0", "[fe80::1%25eth0]"),
        ("fe80::1%25eth0", "[fe80::1%25eth0]"),
        ("fe80::1%25", "[fe80::1%2525]"),
        ("127.0.0.1", "127.0.0.1"),
        ("cloud.test", "cloud.test"),
    ],
)
def test_only_an_ipv6_address_is_written_in_brackets(host: str, written: str) -> None:
    assert bracketed(host) == written


@given(st.text() | st.text("[]:/?#@%.a1"))
def test_no_text_is_too_strange_for_a_url(text: str) -> None:
    parts = split(text)
    assert path_of(text) == (parts.path if parts else "")
    assert hostname(text) == hostname(text).lower()


def test_a_query_has_all_of_its_fields_in_order_unless_it_is_endless() -> None:
    assert query_fields("a=1&b=&a=%2F&c") == [("a", "1"), ("b", ""), ("a", "/"), ("c", "")]
    assert len(query_fields("&".join(["a=1"] * 1000))) == 1000
    assert query_fields("&".join(["a=1"] * 1001)) == []


def test_the_parts_of_an_invalid_url_are_empty() -> None:
    assert (split("http://[::1"), path_of("http://[::1"), hostname("http://[::1")) == (None, "", "")
    assert (path_of("http://[::1]/a?b"), hostname("http://[::1]/a?b")) == ("/a", "::1")
