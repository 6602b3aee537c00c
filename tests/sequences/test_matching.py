"""Runs held against image-show: by hand what people will meet, and by machine what no one thought of."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sequences import runs
from tests.sequences.runs import (
    HOST,
    IMAGE_ID,
    by_id,
    by_name,
    exchange,
    hidden,
    login,
    prologue,
    show,
    versions_of_glance,
    versions_of_keystone,
)
from tracer.lazy import LazySequence
from tracer.sequences import Entry, Fallback, Match, Sequence, choose, find, match
from tracer.sequences.observations import observe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tracer.model import Exchange

IMAGE_SHOW = find("image-show")
DEVIATING = ("unexpected", "wrong-status")


def _match(run: Iterable[Exchange]) -> Match:
    return match(run, IMAGE_SHOW)


def _labels(run: list[Exchange]) -> list[tuple[tuple[int, ...], str, str | None]]:
    return [(label.steps, label.path, label.verdict) for label in _match(run).labels]


def _verdicts(run: list[Exchange]) -> list[str | None]:
    return [label.verdict for label in _match(run).labels]


def test_by_id() -> None:
    assert _labels(by_id()) == [
        ((1, 2), "/identity", "documented"),
        ((3, 4), "/identity/v3/auth/tokens", "documented"),
        ((5, 6), "/image", "documented"),
        ((7, 8), "/image/v2/images/{image_id}", "documented"),
    ]
    result = _match(by_id())
    assert (result.verdict, result.missing, result.explanations) == ("conforms", [], [])


@pytest.mark.parametrize("status", [400, 403, 404])
def test_by_name(status: int) -> None:
    run = [*prologue(), show("cirros", status), by_name("cirros")]
    assert _match(run).verdict == "conforms"
    assert _labels(run)[3:] == [
        ((7, 8), "/image/v2/images/{image_id}", "fallback"),
        ((7, 8), "/image/v2/images?name={image_name}", "fallback"),
    ]


def test_a_name_with_slashes_spaces_and_signs() -> None:
    for name in ("a/b/c", "my%20image", "a%2Fb", "50%25"):
        run = [*prologue(), show(name, 404), by_name(name)]
        assert _match(run).verdict == "conforms", name
        assert name not in str(_labels(run))


def test_a_name_that_no_image_has() -> None:
    assert _match(runs.not_found()).verdict == "conforms"
    assert _labels(runs.not_found())[5] == ((7, 8), "/image/v2/images?os_hidden=True", "fallback")


def test_a_failure_without_its_fallback() -> None:
    result = _match([*prologue(), show("cirros", 404)])
    assert (result.verdict, result.missing) == ("deviates", [])
    assert result.labels[3].verdict == "wrong-status"
    assert result.reasons == {3: "would be steps 7, 8, but the status is 404 where 200 is expected"}


def test_a_fallback_without_its_middle() -> None:
    result = _match([*prologue(), show("cirros", 404), hidden()])
    assert (result.verdict, result.missing) == ("deviates", [7, 8])
    assert result.explanations == [
        "missing: the fallback of steps 7, 8, GET /v2/images?name={image_name} to glance"
    ]


def test_pages_of_a_fallback() -> None:
    run = [*runs.named(), exchange("GET", f"{HOST}/image/v2/images?name=cirros&marker=x", 200, token=True)]
    assert _verdicts(run)[4:] == ["fallback", "repeated"]
    assert _match(run).verdict == "conforms"


def test_discovery_may_be_left_out() -> None:
    assert _match([login(), show()]).verdict == "conforms"


def test_discovery_may_be_repeated_at_any_later_time() -> None:
    run = [versions_of_keystone(), *by_id(), versions_of_keystone(), versions_of_glance()]
    assert _verdicts(run) == ["documented", "repeated", *["documented"] * 3, "repeated", "repeated"]
    assert _match(run).verdict == "conforms"
    assert _match(run).labels[1].steps == (1, 2)


def test_discovery_too_late_is_no_repetition() -> None:
    result = _match([login(), versions_of_keystone(), versions_of_glance(), show()])
    assert result.labels[1].verdict == "unexpected"
    assert result.reasons == {1: "would be steps 1, 2, but it comes out of order"}


def test_a_wrong_password() -> None:
    result = _match([versions_of_keystone(), login(401)])
    assert (result.verdict, result.missing) == ("deviates", [7, 8])
    assert [label.verdict for label in result.labels] == ["documented", "wrong-status"]


def test_a_token_that_ran_out() -> None:
    run = [*prologue(), show(status=401), login(), show()]
    assert _labels(run)[3:] == [
        ((7, 8), "/image/v2/images/{image_id}", "repeated"),
        ((3, 4), "/identity/v3/auth/tokens", "repeated"),
        ((7, 8), "/image/v2/images/{image_id}", "documented"),
    ]
    assert _match(run).verdict == "conforms"


def test_a_kept_token_that_ran_out_before_the_first_login() -> None:
    run = [show(status=401), login(), show()]
    assert _verdicts(run) == ["repeated", "documented", "documented"]
    assert _match(run).verdict == "conforms"


def test_a_token_is_renewed_once() -> None:
    run = [*prologue(), show(status=401), login(), show(status=401)]
    assert _verdicts(run)[3:] == ["repeated", "repeated", "wrong-status"]
    run += [login(), show()]
    assert _match(run).verdict == "deviates"


def test_a_token_that_ran_out_before_a_fallback() -> None:
    run = [*prologue(), show("cirros", 401), login(), show("cirros", 404), by_name("cirros")]
    assert _verdicts(run)[3:] == ["repeated", "repeated", "fallback", "fallback"]
    assert _match(run).verdict == "conforms"


@pytest.mark.parametrize("missing", ["login", "repetition", "token"])
def test_a_401_that_is_not_tolerated(missing: str) -> None:
    refused = show(status=401)
    if missing == "token":
        refused = exchange("GET", refused.request.url, 401)
    run = [*prologue(), refused, login(), show()]
    if missing != "token":
        del run[4 if missing == "login" else 5]
    assert _match(run).verdict == "deviates"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_that_is_followed(status: int) -> None:
    redirect = exchange("GET", f"{HOST}/identity", status, location=f"{HOST}/identity/")
    followed = exchange("GET", f"{HOST}/identity/", 300)
    run = [redirect, followed, *by_id()[1:]]
    assert _labels(run)[:2] == [((1, 2), "/identity", "repeated"), ((1, 2), "/identity", "documented")]
    assert _match(run).verdict == "conforms"


def test_redirects_in_a_row() -> None:
    first = exchange("GET", f"{HOST}/identity", 301, location=f"{HOST}/identity/")
    second = exchange("GET", f"{HOST}/identity/", 302, location="https://cloud/identity/")
    third = exchange("GET", "https://cloud/identity/", 300)
    assert _verdicts([first, second, third, *by_id()[1:]])[:3] == ["repeated", "repeated", "documented"]


def test_a_redirect_to_another_location_is_not_tolerated() -> None:
    elsewhere = exchange(
        "GET", f"{HOST}/image/v2/images?name=x", 302, location=f"{HOST}/image/v2/images?name=x"
    )
    assert "repeated" not in _verdicts([*prologue(), show("x", 404), elsewhere, hidden()])
    assert "repeated" not in _verdicts([*prologue(), show("x", 404), by_name("x", 302), hidden()])
    redirect = exchange("GET", f"{HOST}/identity", 302, location=f"{HOST}/dashboard")
    assert _verdicts([redirect, *by_id()])[:2] == ["wrong-status", "documented"]
    assert _verdicts([redirect, *by_id()[1:]])[0] == "wrong-status"


def test_a_redirect_of_something_unexpected_is_unexpected() -> None:
    redirect = exchange("GET", f"{HOST}/image/v2/tasks", 302, location=f"{HOST}/image/v2/tasks/")
    followed = exchange("GET", f"{HOST}/image/v2/tasks/", 200)
    assert _verdicts([*by_id(), redirect, followed])[4:] == ["unexpected", "unexpected"]


def test_a_failed_attempt_before_the_one_that_works() -> None:
    assert _verdicts([versions_of_keystone(500), *by_id()]) == ["wrong-status", *["documented"] * 4]


def test_an_exchange_without_a_response() -> None:
    result = _match([*prologue(), show(status=None)])
    assert (result.verdict, result.missing) == ("deviates", [8])
    assert (result.labels[3].steps, result.labels[3].verdict) == ((7,), "wrong-status")
    assert "no response came" in result.reasons[3]
    assert _match([*prologue(), show(status=None), show()]).missing == []


def test_the_nearest_step_is_explained() -> None:
    strangers = [
        exchange("GET", f"{HOST}/image/v2/images/{IMAGE_ID}/file", 200),
        exchange("DELETE", f"{HOST}/image/v2/images/{IMAGE_ID}", 204),
        exchange("POST", f"{HOST}/identity/v3/users", 201, sender="glance"),
        show(),
    ]
    result = _match([*by_id(), *strangers])
    assert list(result.reasons.values()) == [
        "not documented; nearest comes steps 7, 8, but the path is not /v2/images/{image_id}",
        "not documented; nearest comes steps 7, 8, but the method is DELETE, not GET",
        (
            "not documented; nearest comes the call GET /v3 to keystone, "
            "but the method is POST, not GET, the path is not /v3"
        ),
        "would be steps 7, 8, but the same request was sent before and succeeded (exchange 4)",
    ]
    assert result.explanations[1].startswith("exchange 6, DELETE /image/v2/images/{image_id}: ")


def test_an_empty_run() -> None:
    assert (_match([]).verdict, _match([]).missing) == ("deviates", [3, 4, 7, 8])


def test_entries_without_steps_are_optional_exchanges() -> None:
    validation = Entry(
        sender="glance", receiver="keystone", method="GET", path="/v3/auth/tokens", status=200, optional=True
    )
    sequence = msgspec.structs.replace(IMAGE_SHOW, exchanges=(*IMAGE_SHOW.exchanges, validation))
    asked = exchange("GET", f"{HOST}/identity/v3/auth/tokens", 200, sender="glance")
    result = match([*by_id(), asked], sequence)
    assert result.verdict == "conforms"
    assert (result.labels[4].steps, result.labels[4].verdict) == ((), "optional")
    assert match(by_id(), sequence).verdict == "conforms"


# Other hosts, ports, mounts and slashes: none of it matters.

mounts = st.sampled_from([
    (f"{HOST}/identity", f"{HOST}/image"),
    ("http://cloud:5000", "http://cloud:9292"),
    ("https://cloud.example.org/openstack/keystone", "https://cloud.example.org/openstack/glance"),
    ("https://identity.example.org", "https://image.example.org:443"),
    ("http://[::1]:5000", "http://[::1]:9292/glance"),
])  # fmt: skip


@given(
    mounts,
    st.sampled_from([runs.by_id(), runs.named(), runs.not_found(), [login(), show()]]),
    st.lists(st.tuples(st.booleans(), st.sampled_from(["", "x=1", "limit=20&y"])), min_size=6, max_size=6),
    st.sampled_from(["", "/v3", "/v3/", "/"]),
)
def test_mounts_slashes_and_queries_do_not_matter(
    mount: tuple[str, str], run: list[Exchange], changes: list[tuple[bool, str]], version: str
) -> None:
    moved = []
    for given_exchange, (slash, more) in zip(run, changes, strict=False):
        old = given_exchange.request
        url = old.url.replace(f"{HOST}/identity", mount[0]).replace(f"{HOST}/image", mount[1], 1)
        path, _, query = url.partition("?")
        query = "&".join(filter(None, [query, more]))
        url = path + "/" * slash + f"?{query}" * bool(query)
        body = runs.token_body(mount[0] + version, mount[1]) if old.method == "POST" else None
        assert given_exchange.response
        status = given_exchange.response.status
        moved.append(exchange(old.method, url, status, to=given_exchange.receiver, token=True, body=body))
    result = _match(moved)
    assert result.verdict == "conforms"
    assert [(label.steps, label.verdict) for label in result.labels] == [
        (label.steps, label.verdict) for label in _match(run).labels
    ]
    assert IMAGE_ID not in str(result.labels)


# A run made from a sequence conforms; with one thing changed it deviates, and that one is named.


@st.composite
def generated(draw: st.DrawFn, *, all_options: bool = False) -> list[tuple[Exchange, bool]]:
    """A run of image-show, and of each exchange whether it has to be there."""
    run: list[tuple[Exchange, bool]] = []

    def add(entry: Entry, status: int | None = None) -> None:
        if entry.optional and not all_options and draw(st.booleans()):
            return
        path = entry.path.replace("{image_id}", draw(st.uuids().map(str)))
        query = "&".join(
            f"{key}={value.replace('{image_name}', 'cirros')}" for key, value in entry.query.items()
        )
        mount = "identity" if entry.receiver == "keystone" else "image"
        url = f"{HOST}/{mount}{path.removesuffix('/')}?{query}"
        sent = exchange(entry.method, url, status or draw(st.sampled_from(entry.statuses)))
        run.append((sent, not entry.optional))
        if entry.repeats and not all_options and draw(st.booleans()):
            run.append((sent, False))

    for entry in IMAGE_SHOW.exchanges:
        assert isinstance(entry, Entry)
        if entry.fallback and draw(st.booleans()):
            add(entry, draw(st.sampled_from(entry.fallback.status)))
            for then in entry.fallback.then:
                add(then)
        else:
            add(entry)
    return run


@given(generated())
def test_a_run_made_from_the_sequence_conforms(run: list[tuple[Exchange, bool]]) -> None:
    result = _match([sent for sent, _ in run])
    assert (result.verdict, result.missing, result.explanations) == ("conforms", [], [])
    assert not {label.verdict for label in result.labels} & set(DEVIATING)


@given(generated(), st.data())
def test_a_required_exchange_dropped_is_named(run: list[tuple[Exchange, bool]], data: st.DataObject) -> None:
    full = [sent for sent, _ in run]
    again = {sent.request.url for sent, required in run if not required}
    droppable = [
        index for index, (sent, required) in enumerate(run) if required and sent.request.url not in again
    ]
    index = data.draw(st.sampled_from(droppable))
    steps = _match(full).labels[index].steps
    result = _match(full[:index] + full[index + 1 :])
    assert result.verdict == "deviates"
    # A failure whose fallback was dropped is a wrong status and not a missing step.
    wrong = [step for label in result.labels if label.verdict == "wrong-status" for step in label.steps]
    assert set(steps) == {*result.missing, *wrong}
    assert result.explanations


@given(generated(), st.data())
def test_a_strange_exchange_added_is_named(run: list[tuple[Exchange, bool]], data: st.DataObject) -> None:
    strangers = [
        exchange("GET", f"{HOST}/image/v2/tasks", 200),
        exchange("PUT", f"{HOST}/image/v2/images/{IMAGE_ID}/file", 204),
        exchange("GET", f"{HOST}/compute/v2.1/flavors", 200, to="nova"),
        exchange("POST", f"{HOST}/identity/v3/users", 201, sender="glance"),
        exchange("HEAD", f"{HOST}/identity", 300),
    ]
    full = [sent for sent, _ in run]
    index = data.draw(st.integers(0, len(full)))
    result = _match([*full[:index], data.draw(st.sampled_from(strangers)), *full[index:]])
    assert (result.verdict, result.missing) == ("deviates", [])
    assert list(result.reasons) == [index]
    assert result.labels[index].verdict == "unexpected"


@given(generated(all_options=True), st.data())
def test_two_neighbours_swapped_are_named(run: list[tuple[Exchange, bool]], data: st.DataObject) -> None:
    full = [sent for sent, _ in run]
    index = data.draw(st.integers(0, len(full) - 2))
    full[index], full[index + 1] = full[index + 1], full[index]
    result = _match(full)
    assert result.verdict == "deviates"
    assert set(result.reasons) & {index, index + 1}


@given(generated(all_options=True), st.data())
def test_another_status_is_named(run: list[tuple[Exchange, bool]], data: st.DataObject) -> None:
    full = [sent for sent, _ in run]
    index = data.draw(st.integers(0, len(full) - 1))
    status = data.draw(st.sampled_from([204, 302, 401, 409, 500, 503, None]))
    full[index] = exchange(full[index].request.method, full[index].request.url, status)
    result = _match(full)
    assert result.verdict == "deviates"
    assert list(result.reasons) == [index]
    assert result.labels[index].verdict == "wrong-status"


any_exchange = st.sampled_from([
    *by_id(), *runs.not_found()[3:], login(401), show(status=401), show(status=None),
    versions_of_keystone(302), exchange("GET", f"{HOST}/image/v2/tasks", 200),
    exchange("GET", "not a url [", 200, to="glance"),
])  # fmt: skip


@given(st.lists(any_exchange, max_size=12))
def test_any_run_gets_one_label_an_exchange_and_the_same_each_time(run: list[Exchange]) -> None:
    result = _match(run)
    assert len(result.labels) == len(run)
    assert result == _match(run)
    deviating = [index for index, label in enumerate(result.labels) if label.verdict in DEVIATING]
    assert list(result.reasons) == deviating
    assert (result.verdict == "deviates") == bool(deviating or result.missing)


def test_strange_requests_of_a_lazy_run() -> None:
    paths = ["", "?", "/a?b?c", "/a#b?c", "/\ud800?\udfff", f"/v2/{'x' * 70_000}?y=z", "//?a=%3F"]
    run = [exchange("GET", HOST + path, 302, to="glance", location=path) for path in paths]
    run += [
        exchange("GET", f"{HOST}/image/v2/images", 200, sender=f"client-{number}") for number in range(300)
    ]
    assert [*observe(LazySequence(len(run), run.__getitem__)).seen] == observe(run).seen


@given(st.lists(any_exchange, max_size=12))
def test_a_lazy_run_is_matched_like_a_list(run: list[Exchange]) -> None:
    lazy = LazySequence(len(run), run.__getitem__)
    assert [*observe(lazy).seen] == observe(run).seen
    assert _match(lazy) == _match(run)
    assert choose(lazy, None) == choose(run, None)


def test_a_fallback_that_may_be_left_out() -> None:
    probe = Entry(receiver="glance", method="GET", path="/v2/info/import", status=200)
    main = Entry(
        steps=(1, 2), receiver="glance", method="GET", path="/v2/images", status=200, optional=True,
        fallback=Fallback(status=(404,), then=(probe,)),
    )  # fmt: skip
    sequence = Sequence(name="x", command="openstack x", exchanges=(main,))
    assert match([], sequence).verdict == "conforms"
    failed = exchange("GET", f"{HOST}/image/v2/images", 404)
    probed = exchange("GET", f"{HOST}/image/v2/info/import", 200)
    assert match([failed, probed], sequence).verdict == "conforms"
    assert match([probed], sequence).verdict == "deviates"


@pytest.mark.parametrize("kind", ["pages", "strangers", "discovery", "renewals"])
def test_ten_thousand_exchanges_take_seconds(kind: str) -> None:
    run = {
        "pages": [*runs.named(), *[by_name()] * 10_000],
        "strangers": [show(f"{number:032x}") for number in range(10_000)],
        "discovery": [versions_of_keystone()] * 10_000,
        "renewals": [show(status=401)] * 5_000 + [login()] * 5_000 + [show()],
    }[kind]
    began = time.process_time()
    assert len(_match(run).labels) == len(run)
    assert time.process_time() - began < 10
