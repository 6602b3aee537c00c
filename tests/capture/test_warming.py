"""What is loaded beforehand is there when the first message comes, and leaves nothing in its recording."""

from __future__ import annotations

import pytest

from tests.capture.flows import exchanged, peer
from tests.capture.test_addon import login
from tracer.capture.warming import warm_up
from tracer.redaction import Redactor, load_policy
from tracer.redaction.rules import Policy


def test_the_first_message_finds_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = Policy(load_policy()._files)
    warm_up(policy)

    def built(*_: object) -> None:
        raise AssertionError("it was built only now")

    monkeypatch.setattr("tracer.redaction.rules.Machine", built)
    redactor = Redactor(policy)
    redacted = redactor.exchange(exchanged(login(peer())))
    assert redacted.redaction is None
    assert "<password-1>" in str(redacted)
    assert not redactor.known.find("only-to-warm-up")
    assert "<token-2>" not in str(redacted)
