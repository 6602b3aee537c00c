"""A cloud on an IPv6 address is recorded as one on an IPv4 address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.capture.flows import exchanged, flow, peer, trace
from tracer.capture.mitm.flow_events import exchange_completed, request_started
from tracer.comparison import compare
from tracer.runs.exchanges import skeleton

if TYPE_CHECKING:
    from pathlib import Path

    from mitmproxy import http

    from tracer.model import Recording

TOKEN = "gAAAAABm" + "abcd1234" * 8
IMAGE = "/image/v2/images/55e7fc8e-cc16-45db-aec9-c221e3555efd"
LOGIN = {
    "auth": {"identity": {"methods": ["password"], "password": {"user": {"name": "a", "password": "s"}}}}
}


def at(host: str, made: http.HTTPFlow, port: int = 5000) -> http.HTTPFlow:
    """The flow as mitmproxy has it after a request to ``host``: without brackets."""
    made.request.data.host, made.request.data.port = host, port
    return made


def conversation(host: str) -> list[http.HTTPFlow]:
    """`openstack image show` with a cloud at ``host``, as it stands in a URL."""
    url = f"http://{host}:5000"
    catalog = [
        {"type": "image", "name": "glance", "endpoints": [{"interface": "public", "url": f"{url}/image"}]}
    ]
    versions = {
        "versions": {"values": [{"id": "v3.14", "links": [{"rel": "self", "href": f"{url}/identity/v3/"}]}]}
    }
    token = {"token": {"catalog": catalog, "expires_at": "2030-01-01T00:00:00Z"}}
    image = {"id": IMAGE.rpartition("/")[2], "name": "c", "self": f"{url}{IMAGE}"}
    kind, client = {"Content-Type": "application/json"}, peer()

    def said(method: str, path: str, status: int, answer: object, **headers: str) -> http.HTTPFlow:
        made = flow(
            method,
            path,
            status,
            headers=kind | {"Host": f"{host}:5000"} | ({"X-Auth-Token": TOKEN} if path == IMAGE else {}),
            content=json.dumps(LOGIN).encode() if method == "POST" else b"",
            answer=json.dumps(answer).encode(),
            answer_headers=kind | headers,
            client=client,
        )
        return at(host.strip("[]"), made)

    return [
        said("GET", "/identity", 300, versions),
        said("POST", "/identity/v3/auth/tokens", 201, token, **{"X-Subject-Token": TOKEN}),
        said("GET", IMAGE, 200, image),
    ]


def recorded(host: str, folder: Path) -> Recording:
    (recording,) = trace(
        conversation(host), folder, trace_release="zed", trace_sequence="image-show"
    ).values()
    return recording


@pytest.mark.parametrize("host", ["[::1]", "[2001:DB8::7]", "[::ffff:127.0.0.1]", "[fe80::1%25eth0]"])
def test_the_same_conversation_has_the_same_labels_and_no_difference(host: str, tmp_path: Path) -> None:
    plain, ours = recorded("127.0.0.1", tmp_path / "4"), recorded(host, tmp_path / "6")
    assert ours.cloud.url == f"http://{host}:5000"
    assert ours.exchanges[0].request.url == f"http://{host}:5000/identity"
    assert (
        ours.participants
        == plain.participants
        == {
            "client": "openstack-client",
            "keystone": "keystone-api",
            "glance": "glance-api",
        }
    )
    assert (ours.sequence, ours.verdict) == (plain.sequence, plain.verdict) == ("image-show", "conforms")
    labels = [(one.steps, one.verdict, one.path, one.receiver) for one in plain.exchanges]
    assert [(one.steps, one.verdict, one.path, one.receiver) for one in ours.exchanges] == labels
    found = compare(plain, ours)
    assert found.differences == []
    assert "host" in {reason for one in found.suppressed for reason in one.reasons}


@pytest.mark.parametrize(
    ("host", "port", "url"),
    [
        ("::1", 5000, "http://[::1]:5000/identity"),
        ("::1", 80, "http://[::1]/identity"),
        ("fe80::1%25eth0", 5000, "http://[fe80::1%25eth0]:5000/identity"),
        ("fe80::1%eth0", 5000, "http://[fe80::1%25eth0]:5000/identity"),
        ("127.0.0.1", 5000, "http://127.0.0.1:5000/identity"),
    ],
)
def test_a_url_has_the_brackets_that_mitmproxy_leaves_out(host: str, port: int, url: str) -> None:
    made = at(host, flow(), port)
    assert exchanged(made).request.url == url
    bare = skeleton(
        request_started(made), exchange_completed(made, None, None, closes=False), sender="client"
    )
    assert bare.request.url == url.removesuffix("identity")


@pytest.mark.parametrize("path", ["*", "?token=topsecretvalue"])
def test_a_skeleton_holds_the_host_and_nothing_else(path: str) -> None:
    made = at("::1", flow("OPTIONS"))
    made.request.data.path = path.encode()
    bare = skeleton(
        request_started(made), exchange_completed(made, None, None, closes=False), sender="client"
    )
    assert bare.request.url == "http://[::1]:5000/"
