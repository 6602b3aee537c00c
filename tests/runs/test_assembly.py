"""The recording of a run, from its head and its exchanges."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.sequences.runs import HOST, by_id
from tracer.processes import identify
from tracer.recording import JournalHead
from tracer.runs.assembly import assemble
from tracer.runs.participant_map import ParticipantMap

ELSEWHERE = "http://mirror.test:9292"


@pytest.mark.parametrize("command", ["openstack image show x", None])
def test_a_redirect_to_a_host_outside_the_catalogue_keeps_participant_and_sequence(
    command: str | None,
) -> None:
    *before, shown = by_id()
    url = shown.request.url.replace(f"{HOST}/image", ELSEWHERE)  # without a path that names the service
    assert shown.response is not None
    redirect = replace(
        shown, response=replace(shown.response, status=302, headers={"Location": url}, body=None)
    )
    followed = replace(shown, request=replace(shown.request, url=url), receiver="")
    writer = identify()
    assert writer is not None
    head = JournalHead(began=1.0, command=command, writer=writer)
    recording = assemble(head, [*before, redirect, followed], ParticipantMap())
    assert (recording.sequence, recording.verdict) == ("image-show", "conforms")
    assert [exchange.receiver for exchange in recording.exchanges][-2:] == ["glance", "glance"]
    assert [exchange.verdict for exchange in recording.exchanges][-2:] == ["repeated", "documented"]
