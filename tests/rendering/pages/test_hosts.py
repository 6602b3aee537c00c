"""The host of pages in place of the loopback addresses of a recording."""

from __future__ import annotations

import markdown
import msgspec
import pytest

from tests.rendering import seed
from tracer.errors import InputError
from tracer.rendering.markdown_escapes import inline
from tracer.rendering.pages.hosts import PublicHost, mounted_ports, public_host, replacement


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("controller", PublicHost("", "controller", "")),
        ("http://controller", PublicHost("http", "controller", "")),
        ("https://cloud.example.org:8443/", PublicHost("https", "cloud.example.org", "8443")),
        ("192.0.2.7:80", PublicHost("", "192.0.2.7", "80")),
    ],
)
def test_a_host_may_have_a_scheme_and_a_port(text: str, host: PublicHost) -> None:
    assert public_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "http://a/b",
        "ftp://x",
        "a b",
        "a\n",
        "-x",
        "http://x?y",
        "<b>",
        "http://u@h",
        "`x`",
        "a..b",
        "h:99999",
        "[::1]",
        "[2001:db8::5]",
    ],
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="--host: not a host name or IPv4 address"):
        public_host(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("GET http://127.0.0.1:42039/identity/v3", "GET http://controller/identity/v3"),
        ("Host: 127.0.0.1:42039", "Host: controller"),
        ("http://127.0.0.1:42039/v3/", "http://controller/v3/"),
        ("http://127.0.0.1:8774/compute/v2.1", "http://controller/compute/v2.1"),
        ("http://127.0.0.1:9292/v2/images", "http://controller:9292/v2/images"),
        ("http://LOCALHOST/image", "http://controller/image"),
        ("https://[::1]:5000/v3", "http://controller:5000/v3"),
        (r"\[::1\]:5000", "controller:5000"),
        ("::1", "controller"),
        (r'"http:\/\/127.0.0.1:80\/image"', r'"http:\/\/controller\/image"'),
        ("http%3A%2F%2F127.0.0.1%3A5000%2Fv3", "http%3A%2F%2Fcontroller%3A5000%2Fv3"),
        ("mysql://root@127.0.0.1/x", "mysql://root@controller/x"),
        ("localhost:11211, [127.0.0.1].", "controller:11211, [controller]."),
        *(
            (text, text)
            for text in (
                "localhost.localdomain", "my-localhost", "127.0.0.12", "1127.0.0.1", "fe80::1", "2001:db8::1",
                "a[::1]", "::1/128", "::1:2", "Chrome/127.0.0.0", "127.0.0.1.example.org", "http://controller/identity",
            )
        ),
    ],
)  # fmt: skip
def test_loopback_addresses_are_replaced(text: str, shown: str) -> None:
    assert replacement(public_host("http://controller"), ["42039"])(text) == shown


@pytest.mark.parametrize("host", ["controller", "192.0.2.7", "https://a-b.example:8443"])
def test_no_host_makes_a_link_of_text(host: str) -> None:
    """A host with brackets would make one: ``[2001:db8::5](javascript:…)``."""
    page = replacement(public_host(host), [])(
        inline("at 127.0.0.1(javascript:alert(1)), ![::1](x) or [a]localhost")
    )
    assert "href" not in markdown.markdown(page)


def test_scheme_and_port_of_the_option_win() -> None:
    assert replacement(public_host("c"), [])("https://127.0.0.1:1/x") == "https://c:1/x"
    assert replacement(public_host("https://c:8443"), [])("http://localhost:1/x localhost") == (
        "https://c:8443/x c:8443"
    )


def test_ports_of_services_at_a_path_are_known() -> None:
    paths = ("/identity", "/v3")
    run = [seed.exchange("GET", path, 200, times=(0.0, 0.1), to="keystone") for path in paths]
    urls = [
        exchange.request.url.replace("182.161.114.101", f"localhost:{port}")
        for exchange, port in zip(run, (7, 8), strict=True)
    ]
    local = [
        msgspec.structs.replace(exchange, request=msgspec.structs.replace(exchange.request, url=url))
        for exchange, url in zip(run, urls, strict=True)
    ]
    assert mounted_ports(run) == []
    assert mounted_ports(local) == ["7"]
