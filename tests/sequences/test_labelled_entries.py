"""The entry that a labelled exchange is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tests.sequences import runs
from tests.sequences.runs import HOST, exchange
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import entry_of, find, label

if TYPE_CHECKING:
    from collections.abc import Sequence

IMAGE_SHOW = find("image-show")


def _labelled(run: list[Exchange]) -> Sequence[Exchange]:
    recording = Recording(format=FORMAT, command=None, recorded="2026-11-23T00:00:00Z", exchanges=run)
    return label(recording, IMAGE_SHOW).exchanges


def _asked(sent: Exchange) -> tuple[str, str] | None:
    entry = entry_of(sent, IMAGE_SHOW)
    return (entry.method, entry.path) if entry else None


def test_steps_fallbacks_and_calls() -> None:
    validation = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200, sender="glance")
    discovery = exchange("GET", f"{HOST}/identity", 300, sender="glance")
    run = _labelled([*runs.not_found(), validation, discovery])
    assert [_asked(sent) for sent in run] == [
        ("GET", "/"),
        ("POST", "/v3/auth/tokens"),
        ("GET", "/"),
        ("GET", "/v2/images/{image_id}"),
        ("GET", "/v2/images"),
        ("GET", "/v2/images"),
        ("GET", "/v3/auth/tokens"),
        ("GET", "/"),
    ]
    name, hidden = (entry_of(sent, IMAGE_SHOW) for sent in run[4:6])
    assert name is not None
    assert hidden is not None
    assert (list(name.query), list(hidden.query)) == (["name"], ["os_hidden"])
    common = entry_of(run[7], IMAGE_SHOW)
    assert common is not None
    assert "service" in common.summary["en"]


def test_what_is_none() -> None:
    stranger, unlabelled = exchange("GET", f"{HOST}/image/v2/tasks", 200), runs.show()
    assert entry_of(_labelled([*runs.by_id(), stranger])[4], IMAGE_SHOW) is None
    assert entry_of(unlabelled, IMAGE_SHOW) is None


def test_of_client_and_service_with_the_same_request_the_sender_decides() -> None:
    sequence = find("server-create")
    network = f"{HOST}/network/v2.0/networks/{'7' * 32}"
    texts = {
        sender: described.summary["en"]
        for sender in ("client", "nova", "nova-compute")
        if (described := entry_of(_sent_by(sender, network), sequence)) is not None
    }
    assert texts["client"].startswith("With --nic, the client makes sure")
    assert texts["nova"].startswith("Nova asks on which physical network")
    assert texts["nova-compute"] == texts["nova"]


def _sent_by(sender: str, url: str) -> Exchange:
    sent = exchange("GET", url, 200, sender=sender)
    return msgspec.structs.replace(
        sent, receiver="neutron", verdict="optional", path="/network/v2.0/networks/{network_id}"
    )
