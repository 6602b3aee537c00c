"""The nearest step of an exchange, and exchanges without one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.sequences import runs
from tests.sequences.runs import HOST, exchange
from tracer.recording import load
from tracer.sequences import client_of, find, match

if TYPE_CHECKING:
    from tracer.model import Exchange

NEAR = "not documented; nearest comes "


@pytest.mark.parametrize(
    ("url", "receiver", "reason"),
    [
        (f"{HOST}/image/v2/images/a/members", "glance", NEAR + "steps 7, 8, but the path is not"),
        (f"{HOST}/image/v2/tasks", "glance", NEAR),
        ("http://elsewhere/v2/images/a", "service-1", NEAR + "steps 7, 8, but the receiver is service-1"),
        (f"{HOST}/compute/v2.1/servers", "nova", "not documented"),
        (f"{HOST}/compute/", "nova", "not documented"),
        (f"{HOST}/network/v2/ports", "neutron", "not documented"),
        ("http://elsewhere/", "service-1", "not documented"),
    ],
)
def test_a_nearest_step_shares_the_receiver_or_a_word_of_the_path(
    url: str, receiver: str, reason: str
) -> None:
    stranger = exchange("GET", url, 200, to=receiver, token=True)
    result = match([*runs.by_id(), stranger], find("image-show"))
    assert result.reasons[4].startswith(reason)
    assert reason.startswith(NEAR) or result.reasons[4] == reason


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        (runs.show(), runs.show(), "the same request was sent before and succeeded (exchange 4)"),
        (runs.show(), runs.show("x"), "exchange 4 matches this part of the sequence already"),
    ],
)
def test_a_request_that_is_sent_again_names_the_earlier_one(
    first: Exchange, second: Exchange, reason: str
) -> None:
    result = match([*runs.prologue(), first, second], find("image-show"))
    assert f"would be steps 7, 8, but {reason}" in result.reasons.values()


def test_a_documented_refusal_that_is_asked_for_again_did_not_succeed() -> None:
    recording = load(Path(__file__).parent / "recorded/2026.2/project-show-domain-member.yaml")
    exchanges = list(recording.exchanges)
    result = match([*exchanges[:8], *exchanges[7:]], find("project-show"), client_of(recording))
    assert list(result.reasons) == [8]
    assert result.reasons[8].endswith("but the same request was sent before (exchange 8)")
