"""The entries of exchanges, and of login and discovery without a documented sequence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rendering import seed
from tests.sequences import runs
from tracer.model import FORMAT, Recording
from tracer.sequences import asks_for_versions, described_entry, entry_of, find, label

if TYPE_CHECKING:
    from tracer.model import Exchange


def _exchange(method: str, path: str, status: int | None, to: str, sender: str = "client") -> Exchange:
    return seed.exchange(method, path, status, times=(0.0, 0.1), to=to, sender=sender)


@pytest.mark.parametrize(
    ("exchange", "beginning"),
    [
        (_exchange("GET", "/identity", 300, "keystone"), "The client asks Keystone which versions"),
        (_exchange("GET", "/", 300, "keystone"), "The client asks Keystone which versions"),
        (_exchange("GET", "/identity/v3/", 200, "keystone"), "The authentication URL names a version"),
        (_exchange("POST", "/v3/auth/tokens", 201, "keystone"), "The client logs in."),
        (_exchange("GET", "/image", 300, "glance"), "The client asks Glance which versions"),
        (_exchange("POST", "/identity/v3/auth/tokens", 401, "keystone"), ""),
        (_exchange("POST", "/identity/v3/auth/tokens", None, "keystone"), ""),
        (_exchange("POST", "/identity/v3/auth/tokens", 201, "keystone", sender="glance"), ""),
        (_exchange("POST", "/identityx/v3/auth/tokens", 201, "keystone"), ""),
        # Several ways to a token begin with this request.
        (_exchange("POST", "/", 200, "identity-provider"), ""),
        (
            _exchange("GET", "/.well-known/openid-configuration", 200, "identity-provider"),
            "The client asks the identity provider for its endpoints.",
        ),
    ],
)
def test_login_and_discovery_have_the_entry_of_any_sequence(exchange: Exchange, beginning: str) -> None:
    entry = described_entry(exchange, None)
    assert (entry.summary["en"] if entry else "").startswith(beginning)
    assert (entry is None) == (beginning == "")


def test_with_a_sequence_its_labels_decide_and_without_one_only_login_and_discovery_have_an_entry() -> None:
    sequence = find("image-show")
    run = Recording(format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=runs.by_id())
    exchanges = label(run, sequence).exchanges
    assert [described_entry(each, sequence) for each in exchanges] == [
        entry_of(each, sequence) for each in exchanges
    ]
    assert None not in [described_entry(each, sequence) for each in exchanges]
    without = [described_entry(each, None) for each in exchanges]
    assert [entry.path if entry else None for entry in without] == ["/", "/v3/auth/tokens", "/", None]
    assert [described_entry(each, sequence) for each in run.exchanges] == [None] * 4


@pytest.mark.parametrize(
    ("exchange", "asks"),
    [
        (_exchange("GET", "/compute/v2.1/", 200, "nova"), True),
        (_exchange("GET", "/v2.1", 200, "nova"), True),
        (_exchange("GET", "/", 300, "nova"), True),
        (_exchange("GET", "/compute/v2.1/servers", 200, "nova"), False),
        (_exchange("POST", "/compute/v2.1", 200, "nova"), False),
        (_exchange("GET", "/compute/v2.1", 401, "nova"), False),
        (_exchange("GET", "/compute/v2.1", 200, "nova", sender="neutron"), False),
        (_exchange("GET", "/", 200, "registry"), False),
    ],
)
def test_a_client_asks_any_service_for_its_versions(exchange: Exchange, *, asks: bool) -> None:
    assert asks_for_versions(exchange) == asks
