"""The nearest step of an exchange, and exchanges without one."""

from __future__ import annotations

import pytest

from tests.sequences import runs
from tests.sequences.runs import HOST, exchange
from tracer.sequences import find, match

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
