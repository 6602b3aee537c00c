"""Tokens: issued in the run, or the one that the run began with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.sequences.runs import HOST, exchange, login, show, versions_of_glance, versions_of_keystone
from tracer.sequences import catalog, known_client, match
from tracer.sequences.templates import is_version_path
from tracer.sequences.token_requests import asks_for_token
from tracer.sequences.tokens import needs_token

if TYPE_CHECKING:
    from tracer.model import Exchange
    from tracer.sequences.matching import Match

LOST = "the token is missing"


def _with(sent: Exchange, token: str | None, **others: str) -> Exchange:
    headers = others if token is None else {"X-Auth-Token": token, **others}
    request = msgspec.structs.replace(sent.request, headers=headers)
    return msgspec.structs.replace(sent, request=request)


def _login(token: str | None) -> Exchange:
    sent = login()
    assert sent.response is not None
    headers = {} if token is None else {"X-Subject-Token": token}
    return msgspec.structs.replace(sent, response=msgspec.structs.replace(sent.response, headers=headers))


def _match(*run: Exchange) -> Match:
    return match(run, catalog()["image-show"], known_client("", "zed"))


def _beginning(token: str | None) -> list[Exchange]:
    return [versions_of_keystone(), _login(token), versions_of_glance()]


def _foreign(token: str) -> str:
    return f"the token {token} was not issued in this run"


@pytest.mark.parametrize(
    ("issued", "sent", "problem"),
    [
        ("<token-1>", "<token-1>", None),
        ("<token-1>", "<token-2>", _foreign("<token-2>")),
        ("<token-1>", None, LOST),
        ("<token-1>", "", LOST),
        (None, "<token-1>", None),
        (None, None, None),
    ],
)
def test_a_token_after_a_login(issued: str | None, sent: str | None, problem: str | None) -> None:
    result = _match(*_beginning(issued), _with(show(), sent))
    assert result.reasons == ({} if problem is None else {3: problem})
    assert result.verdict == ("conforms" if problem is None else "deviates")
    assert [label.verdict for label in result.labels] == ["documented"] * 4
    assert [(each.kind, each.exchange) for each in result.deviations] == ([("token", 3)] if problem else [])


def test_one_token_is_good_from_the_beginning() -> None:
    failed = _with(show("x", 404), "<token-1>")
    by_name = exchange("GET", f"{HOST}/image/v2/images?name=x", 200, token=True)
    kept = _match(versions_of_glance(), failed, by_name)
    assert kept.reasons == {}
    changed = _match(versions_of_glance(), failed, _with(by_name, "<token-2>"))
    assert changed.reasons == {2: _foreign("<token-2>")}


def test_discovery_may_show_the_token_that_a_run_began_with() -> None:
    assert _match(_with(versions_of_glance(), "<token-1>"), show()).reasons == {}
    result = _match(_with(versions_of_glance(), "<token-1>"), _with(show(), "<token-2>"))
    assert result.reasons == {1: _foreign("<token-2>")}


def test_no_token_at_all_is_none_to_begin_with() -> None:
    assert _match(versions_of_glance(), _with(show(), None)).reasons == {1: LOST}


@pytest.mark.parametrize("last", ["<token-2>", "<token-1>"])
def test_a_token_of_a_login_after_a_401(last: str) -> None:
    run = [*_beginning("<token-1>"), _with(show(status=401), "<token-1>"), _login("<token-2>")]
    assert _match(*run, _with(show(), last)).verdict == "conforms"
    assert _match(*run, _with(show(), "<token-3>")).reasons == {5: _foreign("<token-3>")}


def test_a_kept_token_that_ran_out() -> None:
    run = [_with(show(status=401), "<token-1>"), versions_of_keystone(), _login("<token-2>")]
    assert _match(*run, _with(show(), "<token-2>")).verdict == "conforms"


def test_a_token_from_nowhere_after_a_login_that_was_none() -> None:
    run = [versions_of_keystone(), login(401), _login("<token-1>"), versions_of_glance()]
    assert 4 in _match(*run, _with(show(), "<token-9>")).reasons


def test_the_response_about_a_token_issues_none() -> None:
    answer = _login("<token-9>").response
    about = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200)
    about = msgspec.structs.replace(about, response=answer)
    about = _with(about, "<token-1>", **{"X-Subject-Token": "<token-9>"})
    run = [*_beginning("<token-1>"), about, _with(show(), "<token-9>")]
    assert _foreign("<token-9>") in _match(*run).reasons.values()


def test_other_credentials_and_lost_headers_are_no_missing_token() -> None:
    basic = _with(show(), None, Authorization="Basic <password-1>")
    assert _match(*_beginning("<token-1>"), basic).reasons == {}
    unread = msgspec.structs.replace(_with(show(), None), redaction="failed")
    assert _match(*_beginning("<token-1>"), unread).reasons == {}


def test_only_logins_and_discovery_need_no_token() -> None:
    anonymous = {
        (entry.method, entry.path)
        for sequence in catalog().values()
        for entry in sequence.entries
        if not needs_token(entry)
    }
    assert all(asks_for_token(*request) or is_version_path(request[1]) for request in anonymous)
    needing = [entry for entry in catalog()["project-show"].entries if needs_token(entry)]
    assert ("GET", "/v3/auth/tokens") in [(entry.method, entry.path) for entry in needing]
