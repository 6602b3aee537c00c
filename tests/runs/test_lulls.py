"""Lulls of an address: the boundaries between commands one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.runs.talks import DISCOVERY, Talk
from tracer.runs.lulls import PAUSE, Lulls

if TYPE_CHECKING:
    import pytest

    from tracer.runs.sent_request import SentRequest


def sent(lulls: Lulls, talk: Talk, connection: str, peer: str = "") -> SentRequest:
    request = talk.ask(connection, DISCOVERY, peer=peer or None)
    lulls.request_started(request)
    return request


def answer(lulls: Lulls, talk: Talk, request: SentRequest) -> None:
    talk.answer(request, DISCOVERY)
    lulls.request_ended(request)


def test_a_lull_is_a_time_without_a_request_in_flight() -> None:
    talk, lulls = Talk(), Lulls()
    first = sent(lulls, talk, "a")
    talk.now += 2 * PAUSE
    answer(lulls, talk, first)
    since = talk.now
    assert not lulls.between(talk.peer, 0, since)
    talk.now += PAUSE
    second = sent(lulls, talk, "b")
    assert lulls.between(talk.peer, since, second.evidence.started)
    assert not lulls.between(talk.peer, since + 0.5, second.evidence.started)
    assert not lulls.between("192.0.2.99", since, second.evidence.started)


def test_any_request_of_the_address_ends_a_lull_also_of_a_command_that_is_known() -> None:
    talk, lulls = Talk(), Lulls()
    first = sent(lulls, talk, "a")
    answer(lulls, talk, first)
    for number in range(4):
        talk.now += PAUSE / 2
        answer(lulls, talk, sent(lulls, talk, str(number)))
    assert not lulls.between(talk.peer, first.latest, talk.now)


def test_a_request_that_starts_beside_another_one_ends_no_lull() -> None:
    talk, lulls = Talk(), Lulls()
    slow = sent(lulls, talk, "a")
    talk.now += 2 * PAUSE
    answer(lulls, talk, sent(lulls, talk, "b"))
    answer(lulls, talk, slow)
    assert not lulls.between(talk.peer, 0, talk.now)


def test_a_forgotten_address_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracer.runs.lulls._ADDRESS_LIMIT", 1)
    talk, lulls = Talk(), Lulls()
    lost = sent(lulls, talk, "a")
    answer(lulls, talk, sent(lulls, talk, "b", "192.0.2.99"))
    answer(lulls, talk, sent(lulls, talk, "c"))
    answer(lulls, talk, lost)
    since = talk.now
    talk.now += PAUSE
    sent(lulls, talk, "d")
    assert lulls.between(talk.peer, since, talk.now)
