"""The order of messages: by time, nested where a service asks another, the same for any input."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rendering import seed
from tests.rendering.sites import site, write_recordings
from tracer.cli import main
from tracer.model import FORMAT, Exchange, Recording, Request, Response
from tracer.recording import load
from tracer.rendering import draw
from tracer.rendering import messages as rendering_messages
from tracer.rendering.messages import messages

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SHIPPED = Path(__file__).parents[2] / "recordings/zed/image-show.yaml"


def _exchange(started: float, ended: float | None, to: str = "glance", sender: str = "client") -> Exchange:
    return Exchange(
        started=started,
        ended=ended,
        sender=sender,
        receiver=to,
        request=Request(method="GET", url="http://host/"),
        response=Response(status=200),
    )


def _order(*exchanges: Exchange) -> str:
    """Requests as letters, responses as capitals: ``aAbB``."""
    recording = Recording(format=FORMAT, command=None, recorded="", exchanges=list(exchanges))
    letters = "abcdefghijklmnopqrstuvwxyz"
    return "".join(
        letters[view.exchange] if view.kind == "request" else letters[view.exchange].upper()
        for view in messages(recording)
    )


def test_one_after_the_other() -> None:
    assert _order(_exchange(0, 1), _exchange(2, 3)) == "aAbB"


def test_a_service_asks_while_it_answers() -> None:
    assert (
        _order(_exchange(0, 5), _exchange(1, 2, "keystone", "glance"), _exchange(3, 4, "keystone", "glance"))
        == "abBcCA"
    )


def test_two_at_the_same_time() -> None:
    assert _order(_exchange(0, 5), _exchange(1, 9), _exchange(2, 3)) == "abcCAB"


def test_at_equal_times_the_answer_comes_before_the_next_request() -> None:
    assert _order(_exchange(0, 1), _exchange(1, 2), _exchange(2, 2)) == "aAbBcC"


def test_at_equal_times_a_request_of_the_receiver_is_nested() -> None:
    assert _order(_exchange(0, 1), _exchange(1, 1, "keystone", "glance")) == "abBA"


def test_all_in_one_instant() -> None:
    assert (
        _order(
            _exchange(0, 0),
            _exchange(0, 0, "keystone", "glance"),
            _exchange(0, 0, "swift", "keystone"),
            _exchange(0, 0),
        )
        == "abcCBAdD"
    )


def test_what_never_ended_comes_last() -> None:
    assert _order(_exchange(0, None), _exchange(1, 2), _exchange(3, 4)) == "abBcCA"
    assert _order(_exchange(0, None), _exchange(1, None, "keystone", "glance")) == "abBA"


def test_listed_out_of_order() -> None:
    assert _order(_exchange(2, 3), _exchange(0, 1)) == "bBaA"


def test_steps_of_the_sequence_are_those_of_the_messages() -> None:
    views = messages(seed.recording())
    assert [view.step for view in views] == [view.number for view in views] == list(range(1, 9))


def test_a_fallback_carries_the_steps_it_stands_for() -> None:
    run = seed.exchanges()
    run[3:] = [
        seed.exchange("GET", "/image/v2/images/cirros", 404, "Not Found", times=(0.4, 0.5), token=True),
        seed.exchange("GET", "/image/v2/images?name=cirros", 200, "OK", times=(0.5, 0.6), token=True),
    ]
    assert [view.step for view in messages(seed.recording(run))] == [1, 2, 3, 4, 5, 6, 7, 8, 7, 8]


times = st.one_of(st.integers(0, 4).map(float), st.sampled_from([math.nan, math.inf, -math.inf, -1.0]))
names = st.sampled_from(["client", "keystone", "glance", "nova"])


@given(st.lists(st.builds(_exchange, times, st.none() | times, names, names), max_size=15))
def test_every_request_comes_once_and_before_its_response(exchanges: list[Exchange]) -> None:
    order = _order(*exchanges)
    assert len(order) == 2 * len(exchanges)
    for letter in "abcdefghijklmnopqrstuvwxyz"[: len(exchanges)]:
        assert order.index(letter) < order.index(letter.upper())


@given(st.lists(st.builds(_exchange, st.integers(0, 4), st.integers(0, 8), names, names), max_size=15))
def test_the_order_is_that_of_time(exchanges: list[Exchange]) -> None:
    recording = Recording(format=FORMAT, command=None, recorded="", exchanges=exchanges)
    shown = []
    for view in messages(recording):
        exchange = exchanges[view.exchange]
        shown.append(
            exchange.started if view.kind == "request" else max(exchange.started, exchange.ended or 0)
        )
    assert shown == sorted(shown)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8))
def test_one_sender_that_waits_for_each_answer_is_shown_so(spans: list[tuple[int, int]]) -> None:
    clock, run = 0, []
    for gap, length in spans:
        run.append(_exchange(clock + gap, clock + gap + length))
        clock += gap + length
    assert _order(*run) == "".join(letter + letter.upper() for letter in "abcdefgh"[: len(run)])


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of exchanges of each recording whose messages were computed."""
    counts: list[int] = []
    order = rendering_messages._order

    def counting(exchanges: Sequence[Exchange]) -> Iterator[tuple[int, bool]]:
        counts.append(len(exchanges))
        return order(exchanges)

    monkeypatch.setattr(rendering_messages, "_order", counting)
    return counts


@pytest.mark.parametrize(
    "words",
    [("show",), ("show", "--fold"), ("show", "--table"), ("show", "--step", "1"), ("diagram", "--fold")],
)
@pytest.mark.parametrize("columns", ["40", "120"])
def test_a_verb_computes_the_messages_of_a_recording_once(
    words: Sequence[str], columns: str, computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr("sys.argv", ["tracer", *words, str(SHIPPED)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert computed == [len(load(SHIPPED).exchanges)]


def test_a_drawer_computes_the_messages_of_its_recording_once(computed: list[int]) -> None:
    drawer = draw(seed.recording())
    assert [len(drawer(kind)) for kind in ("mmd", "svg", "png")] == [1, 1, 1]
    assert computed == [len(seed.exchanges())]


def test_a_page_computes_the_messages_of_its_recording_once(tmp_path: Path, computed: list[int]) -> None:
    recordings = write_recordings(tmp_path / "r", show=seed.recording())
    site(recordings, tmp_path / "s", diagrams="svg")
    # Once for the plan of the site, which forgets the recording, once for the page and its pictures, once for
    # the page of the prologue, and once for the example of each of two operations.
    assert computed == [len(seed.exchanges())] * 5
