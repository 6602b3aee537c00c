"""Which exchange a service was answering when it asked another one."""

from __future__ import annotations

from tracer.model import Exchange, Request
from tracer.sequences import parents


def _made(sender: str, receiver: str, started: float, ended: float | None) -> Exchange:
    request = Request(method="GET", url="http://x/")
    return Exchange(sender=sender, receiver=receiver, started=started, ended=ended, request=request)


def test_a_service_asks_while_it_answers() -> None:
    run = [
        _made("client", "keystone", 0.0, 0.1),
        _made("client", "nova", 0.2, 0.9),
        _made("nova", "keystone", 0.3, 0.4),
        _made("nova", "glance", 0.5, 0.8),
        _made("glance", "keystone", 0.6, 0.7),
        _made("nova", "keystone", 0.85, 0.9),
        _made("client", "glance", 1.0, 1.1),
    ]
    assert parents(run) == [None, None, 1, 1, 3, 1, None]


def test_what_is_over_asks_nothing_more() -> None:
    assert parents([_made("client", "glance", 0.0, 0.1), _made("glance", "keystone", 0.2, 0.3)]) == [
        None,
        None,
    ]


def test_equal_times_and_answers_that_never_came() -> None:
    run = [_made("client", "glance", 0.0, 0.1), _made("glance", "keystone", 0.1, None)]
    assert parents(run) == [None, 0]
    assert parents([_made("client", "glance", 0.0, None), _made("glance", "keystone", 9.0, 9.1)]) == [None, 0]


def test_of_two_requests_the_last_one_is_being_answered() -> None:
    run = [
        _made("client", "glance", 0.0, 1.0),
        _made("client", "glance", 0.1, 0.5),
        _made("glance", "keystone", 0.2, 0.3),
        _made("glance", "keystone", 0.6, 0.7),
    ]
    assert parents(run) == [None, None, 1, 0]
