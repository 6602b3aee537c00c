from __future__ import annotations

from hypothesis import given
from msgspec.structs import replace

from tests.recording.test_files import SMALL
from tests.strategies import recordings
from tracer.model import Output, Recording, Span, free_note
from tracer.recording import dumps, loads, redact
from tracer.redaction import load_policy, scan

TOKEN = "gAAAAABjlug2ZWlEI9u8KK2SQ7ydjRYxuflGjdk1MoZpa-azw_A5sVhiJo21aZ-Vm8hsdN8Es"


def test_todays_policy_is_applied_and_counted() -> None:
    recording = loads(SMALL.replace("    url:", f"    headers: {{X-Auth-Token: {TOKEN}}}\n    url:"), "x")
    recording = replace(recording, output=Output(exit=0, stdout=f"token {TOKEN}"), notes=[free_note("mine")])
    redacted, known = redact(recording, load_policy())
    assert redacted.exchanges[0].request.headers == {"X-Auth-Token": "<token-1>"}
    assert redacted.output == Output(exit=0, stdout="token <token-1>")
    assert redacted.redacted["X-Auth-Token"] == 1
    assert redacted.notes == [free_note("mine")]
    assert known.find(TOKEN)


def test_pseudonyms_in_use_are_not_given_again() -> None:
    headers = f"    headers: {{X-Auth-Token: {TOKEN}, X-Subject-Token: <token-7>}}\n    url:"
    redacted, _ = redact(loads(SMALL.replace("    url:", headers), "x"), load_policy())
    assert redacted.exchanges[0].request.headers == {
        "X-Auth-Token": "<token-8>",
        "X-Subject-Token": "<token-7>",
    }


@given(recordings)
def test_a_redacted_recording_has_nothing_left_to_redact(recording: Recording) -> None:
    once, _ = redact(recording, load_policy())
    assert not scan(dumps(once))
    assert redact(once, load_policy())[0] == once


def test_a_secret_in_a_label_vanishes_like_one_in_a_message() -> None:
    recording = loads(SMALL, "x")
    labelled = replace(
        recording.exchanges[0],
        operation=TOKEN,
        cause=TOKEN,
        spans=[Span(id="1", kind="db", name="query", statement=f"SELECT '{TOKEN}'", started=0.0)],
    )
    recording = replace(
        recording, sequence=TOKEN, role=TOKEN, suite=TOKEN, exchanges=[labelled, *recording.exchanges[1:]]
    )
    redacted, _ = redact(recording, load_policy())
    first = redacted.exchanges[0]
    assert (first.operation, first.cause) == ("<token-1>", "<token-1>")
    assert first.spans[0].statement == "SELECT '<token-1>'"
    assert (redacted.sequence, redacted.role, redacted.suite) == ("<token-1>",) * 3
