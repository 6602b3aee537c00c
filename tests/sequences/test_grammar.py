"""Any sequence that can be written: runs made from it conform, and what is changed in one is named."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sequences.runs import HOST, exchange
from tracer.model import Body
from tracer.sequences import (
    AnyOrder,
    Entry,
    Fallback,
    Item,
    Loop,
    Match,
    OneOf,
    Sequence,
    known_client,
    match,
)

if TYPE_CHECKING:
    from tracer.model import Exchange

RELEASES = ("zed", "2023.1", "2026.2")
STATUSES: list[int | tuple[int, ...]] = [200, (200, 202)]


@dataclass
class Made:
    """An exchange of a run, and what the sequence says of it."""

    exchange: Exchange
    entry: Entry
    required: bool
    choice: tuple[int, ...] = ()  # the steps of the alternatives that it is one of
    group: int = -1  # exchanges of one group may come in any order


class _Paths:
    """Numbers the entries: each has steps and a path of its own, so that a run reads in one way only."""

    def __init__(self) -> None:
        self.count = 0

    def entry(self, draw: st.DrawFn, **more: object) -> Entry:
        self.count += 1
        number = self.count
        return Entry(
            steps=(2 * number - 1, 2 * number),
            receiver="glance",
            method=draw(st.sampled_from(["GET", "PUT"])),
            path=f"/v2/things{number}/{{thing_id}}",
            status=draw(st.sampled_from(STATUSES)),
            **more,  # type: ignore[arg-type]
        )

    def any_entry(self, draw: st.DrawFn) -> Entry:
        kind = draw(
            st.sampled_from(
                ["plain", "optional", "repeats", "loop", "poll", "watch", "either", "fallback", "old"]
            )
        )
        if kind == "fallback":
            then = Entry(receiver="glance", method="GET", path=f"/v2/other{self.count + 1}", status=200)
            return self.entry(draw, fallback=Fallback(status=(404,), then=(then,)))
        more: dict[str, object] = {
            "plain": {},
            "optional": {"optional": True},
            "repeats": {"repeats": True},
            "loop": {"loop": True},
            "poll": {"loop": Loop(until_status=404)},
            "watch": {"loop": Loop(until_body={"image.status": ["active", "killed"]})},
            "either": {"loop": Loop(until_status=404, until_body={"image.status": ["active"]})},
            "old": {"until": "2023.1"},
        }[kind]  # type: ignore[assignment]
        return self.entry(draw, **more)


@st.composite
def sequences(draw: st.DrawFn) -> Sequence:
    paths = _Paths()
    items: list[Item] = []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from(["entry", "entry", "any order", "one of"]))
        if kind == "any order":
            items.append(
                AnyOrder(any_order=tuple(paths.any_entry(draw) for _ in range(draw(st.integers(2, 3)))))
            )
        elif kind == "one of":
            branches = [
                (paths.entry(draw), *(paths.any_entry(draw) for _ in range(draw(st.integers(0, 1)))))
                for _ in range(2)
            ]
            items.append(OneOf(one_of=tuple(branches)))
        else:
            items.append(paths.any_entry(draw))
    return Sequence(name="generated", command="openstack generated", exchanges=tuple(items))


def _ask(entry: Entry, status: int, body: object = None) -> Exchange:
    path = entry.path.replace("{thing_id}", "4d3c")
    return exchange(entry.method, f"{HOST}/image{path}", status, token=True, body=body)


def _exchanges(draw: st.DrawFn, entry: Entry, release: str) -> list[Made]:
    if entry.until == "2023.1" and release == "2026.2":
        return []
    if entry.optional and draw(st.booleans()):
        return []
    required = not entry.optional
    status = draw(st.sampled_from(entry.statuses))
    if entry.fallback and draw(st.booleans()):
        then = entry.fallback.then[0]
        return [Made(_ask(entry, 404), entry, False), Made(_ask(then, 200), entry, False)]
    rounds = draw(st.integers(0, 3))
    if entry.loop is True:
        return [Made(_ask(entry, status), entry, required and rounds == 0) for _ in range(rounds + 1)]
    if isinstance(entry.loop, Loop):
        watched = bool(entry.loop.until_body) and (not entry.loop.last_statuses or draw(st.booleans()))
        going = [_ask(entry, status, {"image": {"status": "queued"}}) for _ in range(rounds)]
        last = _ask(entry, status if watched else 404, {"image": {"status": "active"}} if watched else None)
        return [*(Made(sent, entry, False) for sent in going), Made(last, entry, False)]
    return [Made(_ask(entry, status), entry, required)]


@st.composite
def generated(draw: st.DrawFn) -> tuple[Sequence, str, list[Made]]:
    """A sequence, a release, and a run of that sequence in that release."""
    sequence = draw(sequences())
    release = draw(st.sampled_from(RELEASES))
    run: list[Made] = []
    for number, item in enumerate(sequence.exchanges):
        if isinstance(item, AnyOrder):
            order = draw(st.permutations(item.any_order))
            drawn = [step for entry in order for step in _exchanges(draw, entry, release)]
            for step in drawn:
                step.group = number
        elif isinstance(item, OneOf):
            steps = tuple(step for branch in item.one_of for entry in branch for step in entry.steps)  # type: ignore[union-attr]
            branch = draw(st.sampled_from(item.one_of))
            drawn = [step for entry in branch for step in _exchanges(draw, entry, release)]  # type: ignore[arg-type]
            for step in drawn:
                step.choice = steps
        else:
            assert isinstance(item, Entry)
            drawn = _exchanges(draw, item, release)
        run += drawn
        repeating = [step for step in run if step.entry.repeats]
        if len(repeating) > 0 and draw(st.booleans()):
            again = draw(st.sampled_from(repeating))
            run.append(Made(again.exchange, again.entry, required=False))
    return sequence, release, run


def _match(sequence: Sequence, release: str, run: list[Made]) -> Match:
    return match([step.exchange for step in run], sequence, known_client("", release))


def _single(run: list[Made]) -> list[int]:
    """The indexes of required exchanges that nothing else of the run stands in for."""
    count = {step.entry.path: sum(repeated.entry.path == step.entry.path for repeated in run) for step in run}
    return [index for index, step in enumerate(run) if step.required and count[step.entry.path] == 1]


@given(generated())
def test_a_run_made_from_a_sequence_conforms(drawn: tuple[Sequence, str, list[Made]]) -> None:
    result = _match(*drawn)
    assert (result.verdict, result.explanations) == ("conforms", [])
    for step, label in zip(drawn[2], result.labels, strict=True):
        assert label.steps == step.entry.steps
        assert label.verdict in ("documented", "fallback", "repeated")


@given(generated())
def test_without_the_release_both_ways_conform(drawn: tuple[Sequence, str, list[Made]]) -> None:
    sequence, _, run = drawn
    assert match([step.exchange for step in run], sequence).verdict == "conforms"


@given(generated(), st.data())
def test_a_required_exchange_dropped_is_named(
    drawn: tuple[Sequence, str, list[Made]], data: st.DataObject
) -> None:
    sequence, release, run = drawn
    single = _single(run)
    if not single:
        return
    index = data.draw(st.sampled_from(single))
    result = _match(sequence, release, run[:index] + run[index + 1 :])
    assert result.verdict == "deviates"
    named = set(result.missing) | {
        step for label in result.labels for step in label.steps if label.verdict == "unexpected"
    }
    if run[index].choice:
        # Without it, the run may be nearer to another alternative.
        assert named <= set(run[index].choice)
        assert result.explanations
    else:
        assert result.missing == list(run[index].entry.steps)
        assert len(result.explanations) == 1
        assert result.explanations[0].startswith(f"missing: steps {run[index].entry.steps[0]}, ")


@given(generated(), st.data())
def test_a_strange_exchange_added_is_named(
    drawn: tuple[Sequence, str, list[Made]], data: st.DataObject
) -> None:
    sequence, release, run = drawn
    index = data.draw(st.integers(0, len(run)))
    stranger = exchange("GET", f"{HOST}/image/v2/strangers", 200, token=True)
    result = match(
        [*(step.exchange for step in run[:index]), stranger, *(step.exchange for step in run[index:])],
        sequence,
        known_client("", release),
    )
    assert (result.verdict, list(result.reasons), result.missing) == ("deviates", [index], [])
    assert result.explanations[0].startswith(f"exchange {index + 1}, GET /image/v2/strangers: not documented")


@given(generated(), st.data())
def test_an_exchange_that_comes_twice_is_named(
    drawn: tuple[Sequence, str, list[Made]], data: st.DataObject
) -> None:
    sequence, release, run = drawn
    once = [index for index in _single(run) if not run[index].entry.repeats and not run[index].entry.loop]
    if not once:
        return
    index = data.draw(st.sampled_from(once))
    result = _match(sequence, release, [*run[: index + 1], *run[index:]])
    assert (list(result.reasons), result.missing) == ([index + 1], [])
    assert "but the same request was sent before" in result.reasons[index + 1]
    assert result.reasons[index + 1].endswith(f"(exchange {index + 1})")


@given(generated(), st.data())
def test_two_neighbours_swapped_are_named(
    drawn: tuple[Sequence, str, list[Made]], data: st.DataObject
) -> None:
    sequence, release, run = drawn
    single = set(_single(run))
    swappable = [
        index
        for index in single
        if index + 1 in single and (run[index].group == -1 or run[index].group != run[index + 1].group)
    ]
    if not swappable:
        return
    index = data.draw(st.sampled_from(swappable))
    result = _match(sequence, release, [*run[:index], run[index + 1], run[index], *run[index + 2 :]])
    assert result.verdict == "deviates"
    assert len(result.reasons) == 1
    (where, reason), *_ = result.reasons.items()
    assert where in (index, index + 1)
    assert reason.endswith("but it comes out of order")


@given(generated(), st.data(), st.sampled_from([204, 302, 409, 500, None]))
def test_another_status_is_named(
    drawn: tuple[Sequence, str, list[Made]], data: st.DataObject, status: int | None
) -> None:
    sequence, release, run = drawn
    single = _single(run)
    if not single:
        return
    index = data.draw(st.sampled_from(single))
    old = run[index].exchange
    run[index].exchange = exchange(old.request.method, old.request.url, status, token=True)
    result = _match(sequence, release, run)
    assert (result.verdict, list(result.reasons)) == ("deviates", [index])
    assert result.labels[index].verdict == "wrong-status"
    assert result.labels[index].steps == run[index].entry.steps[: 2 if status else 1]


# By hand: what each word of the grammar means


def _sequence(*items: Item, **more: object) -> Sequence:
    return Sequence(name="x", command="openstack x", exchanges=items, **more)  # type: ignore[arg-type]


def _entry(number: int, **more: object) -> Entry:
    values: dict[str, object] = {"method": "GET", "path": f"/v2/things{number}", "status": 200}
    return Entry(steps=(2 * number - 1, 2 * number), receiver="glance", **{**values, **more})  # type: ignore[arg-type]


def _get(number: int, status: int | None = 200, body: object = None, more: str = "") -> Exchange:
    return exchange("GET", f"{HOST}/image/v2/things{number}{more}", status, token=True, body=body)


def _verdicts(run: list[Exchange], sequence: Sequence, release: str | None = None) -> list[str | None]:
    return [label.verdict for label in match(run, sequence, known_client("", release)).labels]


def test_pages_are_repeated_in_a_row_only() -> None:
    sequence = _sequence(_entry(1, loop=True), _entry(2))
    run = [_get(1), _get(1, more="?marker=a"), _get(1, more="?marker=b"), _get(2)]
    assert _verdicts(run, sequence) == ["documented", "repeated", "repeated", "documented"]
    assert _verdicts([*run, _get(1)], sequence)[4:] == ["unexpected"]


def test_a_poll_ends_with_its_status() -> None:
    sequence = _sequence(_entry(1, loop=Loop(until_status=404)))
    assert _verdicts([_get(1), _get(1), _get(1, 404)], sequence) == ["documented", "repeated", "repeated"]
    assert match([_get(1, 404)], sequence).verdict == "conforms"
    stopped = match([_get(1), _get(1)], sequence)
    assert (stopped.verdict, stopped.missing) == ("deviates", [1, 2])
    assert stopped.explanations == ["missing: the end of the loop of steps 1, 2, GET /v2/things1 to glance"]
    assert match([_get(1), _get(1, 404), _get(1)], sequence).verdict == "deviates"


@pytest.mark.parametrize("wanted", ["active", ["active", "killed"]])
def test_a_poll_ends_with_a_value_of_the_body(wanted: object) -> None:
    sequence = _sequence(_entry(1, loop=Loop(until_body={"status": wanted})))  # type: ignore[dict-item]
    queued, active = _get(1, body={"status": "queued"}), _get(1, body={"status": "active"})
    assert match([queued, queued, active], sequence).verdict == "conforms"
    assert match([active], sequence).verdict == "conforms"
    assert match([queued, queued], sequence).verdict == "deviates"
    assert match([queued, _get(1)], sequence).verdict == "deviates"
    assert match([active, active], sequence).verdict == "deviates"


def test_alternatives() -> None:
    sequence = _sequence(OneOf(one_of=((_entry(1), _entry(2)), (_entry(3),))), _entry(4))
    for run in ([_get(1), _get(2), _get(4)], [_get(3), _get(4)]):
        assert match(run, sequence).verdict == "conforms"
    assert match([_get(1), _get(4)], sequence).missing == [3, 4]
    assert match([_get(4)], sequence).missing == [5, 6]
    assert _verdicts([_get(3), _get(1), _get(4)], sequence).count("unexpected") == 1


def test_what_a_release_does_not_have() -> None:
    sequence = _sequence(_entry(1), _entry(2, since="2023.1", until="2025.2"))
    for release, verdict in (("zed", "conforms"), ("2025.2", "deviates"), ("2026.1", "conforms")):
        assert match([_get(1)], sequence, known_client("", release)).verdict == verdict
    for release in ("zed", "2026.1", "master"):
        assert _verdicts([_get(1), _get(2)], sequence, release) == ["documented", "unexpected"]
    for unknown in (None, "my own"):
        assert match([_get(1)], sequence, known_client("", unknown)).verdict == "conforms"
        assert match([_get(1), _get(2)], sequence, known_client("", unknown)).verdict == "conforms"


def test_alternatives_of_releases() -> None:
    sequence = _sequence(OneOf(one_of=((_entry(1, until="zed"),), (_entry(2, since="2023.1"),))))
    assert match([_get(1)], sequence, known_client("", "zed")).verdict == "conforms"
    assert match([_get(2)], sequence, known_client("", "zed")).verdict == "deviates"
    assert match([], sequence, known_client("", "2026.2")).missing == [3, 4]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("uuid", "9c31f2c6-f22c-440e-b670-d8d5a5cc0405", "9c31f2c6f22c440eb670d8d5a5cc0405"),
        ("hex", "9c31f2c6f22c440eb670d8d5a5cc0405", "cirros"),
        ("id", "9c31f2c6f22c440eb670d8d5a5cc0405", "cirros"),
        ("integer", "17", "seventeen"),
        ("any", "cirros", ""),
        ("uuid", "<secret-1>", "<secret>"),
    ],
)
def test_types_of_parameters(kind: str, good: str, bad: str) -> None:
    entry = _entry(1, path="/v2/things/{thing_id}")
    sequence = _sequence(entry, parameters={"thing_id": kind})
    asked = [exchange("GET", f"{HOST}/image/v2/things/{value}", 200) for value in (good, bad)]
    assert match(asked[:1], sequence).verdict == "conforms"
    refused = match(asked[1:], sequence)
    assert refused.verdict == "deviates"
    if bad and kind != "any":
        assert f"the path is not /v2/things/{{thing_id}} (thing_id: {kind})" in refused.explanations[0]


def _timed(sent: Exchange, started: float, ended: float | None) -> Exchange:
    return msgspec.structs.replace(sent, started=started, ended=ended)


def _validation(status: int = 200) -> Exchange:
    return exchange("GET", f"{HOST}/identity/v3/auth/tokens", status, sender="glance", token=True)


def test_calls_of_services() -> None:
    call = Entry(receiver="cinder", method="GET", path="/v3/volumes", status=200)
    sequence = _sequence(_entry(1, calls=(call,)), _entry(2))
    volumes = exchange("GET", f"{HOST}/volume/v3/volumes", 200, to="cinder", sender="glance")
    outer, second = _timed(_get(1), 0.0, 0.5), _timed(_get(2), 1.0, 1.5)
    inside = [_timed(_validation(), 0.1, 0.2), _timed(volumes, 0.3, 0.4)]
    assert _verdicts([outer, *inside, second], sequence) == [
        "documented",
        "optional",
        "optional",
        "documented",
    ]
    assert _verdicts([outer, *inside[::-1], second], sequence)[1:3] == ["optional", "optional"]
    elsewhere = match([outer, second, _timed(volumes, 1.1, 1.2)], sequence)
    assert [label.verdict for label in elsewhere.labels] == ["documented", "documented", "unexpected"]
    assert elsewhere.reasons[2] == "not documented"
    refused = match([outer, _timed(_validation(500), 0.1, 0.2), second], sequence)
    expected = "the status is 500 where 200 or 401 or 404 is expected"
    assert refused.reasons == {1: f"would be the call GET /v3/auth/tokens to keystone, but {expected}"}


def test_a_call_of_what_was_called() -> None:
    deeper = Entry(receiver="neutron", method="GET", path="/v2.0/ports", status=200)
    call = Entry(receiver="nova", method="GET", path="/v2.1/servers", status=200, calls=(deeper,))
    sequence = _sequence(_entry(1, calls=(call,)))
    asked = exchange("GET", f"{HOST}/compute/v2.1/servers", 200, to="nova", sender="glance")
    ports = exchange("GET", f"{HOST}/network/v2.0/ports", 200, to="neutron", sender="nova")
    run = [_timed(_get(1), 0.0, 1.0), _timed(asked, 0.1, 0.9), _timed(ports, 0.2, 0.8)]
    assert _verdicts(run, sequence) == ["documented", "optional", "optional"]
    assert _verdicts([run[0], _timed(ports, 0.2, 0.8)], sequence) == ["documented", "optional"]


def _action(body: object | None) -> Exchange:
    sent = exchange("POST", f"{HOST}/image/v2/things1", 200, token=True)
    text = json.dumps(body)
    content = None if body is None else Body(size=len(text), type="application/json", json=text)
    return msgspec.structs.replace(sent, request=msgspec.structs.replace(sent.request, body=content))


def test_actions_of_one_path() -> None:
    stop, start = (
        _entry(number, method="POST", path="/v2/things1", action=f"os-{name}")
        for number, name in enumerate(("stop", "start"), 1)
    )
    run = [_action({"os-stop": None}), _action({"os-start": {"force": True}, "more": 1})]
    assert match(run, _sequence(stop, start)).verdict == "conforms"
    for body in ({"os-start": None}, {}, {"OS-STOP": None}):
        refused = match([_action(body)], _sequence(stop))
        assert refused.verdict == "deviates"
        assert refused.reasons[0].endswith("but the body has no os-stop")


def test_the_action_of_an_unknown_body_decides_nothing() -> None:
    stop = _entry(1, method="POST", path="/v2/things1", action="os-stop")
    for body in (None, ["os-start"], "os-start"):
        assert match([_action(body)], _sequence(stop)).verdict == "conforms"


def test_a_word_of_a_path_is_no_value_of_a_parameter() -> None:
    search = Entry(receiver="glance", method="GET", path="/v2/things/detail", status=200)
    lookup = _entry(
        1, path="/v2/things/{thing_id}", fallback=Fallback(status=(404,), then=(search,), search="things")
    )
    found = exchange(
        "GET", f"{HOST}/image/v2/things/detail", 200, token=True, body={"things": [{"name": "mine"}]}
    )
    run = [exchange("GET", f"{HOST}/image/v2/things/mine", 404, token=True), found, _get(2)]
    assert match(run, _sequence(lookup, _entry(2))).verdict == "conforms"
    assert match(run[:2], _sequence(lookup, _entry(2))).missing == [3, 4]
