"""Commands for servers, recorded with the requests between the services."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from tests.cli.runner import TRACER
from tests.patience import PATIENCE
from tracer.recording import load
from tracer.sequences import parents
from tracer.sequences.request_ids import response_id, sent_id

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.cloud.embedded_cloud import EmbeddedCloud
    from tracer.model import Exchange, Recording

__all__ = ["CREATE", "asked", "assert_complete", "recorded"]

CREATE = ("server", "create", "--image", "demo-image", "--flavor", "m1.nano")


def recorded(cloud: EmbeddedCloud, cache: Path, out: Path, *words: str, linger: int) -> Recording:
    """Record a command with ``--deep``. Nothing that the services send for it is in another recording.

    ``linger`` is in seconds. A busy machine needs more than the default.
    """
    name = f"run-{len(list(out.rglob('*.yaml')))}"
    record = ["record", "--deep", "--linger", str(linger), "--diagram", "", "--out", str(out), "--name", name]
    before = set(out.rglob("*.yaml"))
    ended = subprocess.run(
        [TRACER, *record, "--", "openstack", *words],
        env=cloud.client_environment(os.environ) | {"TRACER_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ended.returncode == 0, ended.stderr
    (path,) = out.rglob(f"{name}.yaml")
    recording = load(path)
    ids = {response_id(exchange) for exchange in recording.exchanges}
    for other in set(out.rglob("*.yaml")) - before - {path}:
        # A periodic task of nova may run meanwhile. It has a request ID of its own.
        assert not any(sent_id(exchange) in ids for exchange in load(other).exchanges)
    return recording


def assert_complete(recording: Recording) -> None:
    """Each service call has a cause, and its sender is the service that received the cause."""
    exchanges = list(recording.exchanges)
    received: dict[str, set[str]] = {}
    for exchange in exchanges:
        for request_id in (response_id(exchange), sent_id(exchange)):
            received.setdefault(request_id, set()).add(exchange.receiver)
    for exchange, cause in zip(exchanges, parents(exchanges), strict=True):
        if exchange.sender == "client":
            continue
        assert cause is not None, exchange.request.url
        assert exchange.cause == response_id(exchanges[cause])
        carried = sent_id(exchange)
        is_event = exchange.request.url.endswith("/os-server-external-events")
        if carried and not is_event:
            assert exchange.sender in received[carried], exchange.request.url
    assert [*recording.notes] == []


def asked(recording: Recording, sender: str, receiver: str) -> list[Exchange]:
    """Return what a service asked another one."""
    return [each for each in recording.exchanges if (each.sender, each.receiver) == (sender, receiver)]
