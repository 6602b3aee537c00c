"""Values that differ between two recordings of one release."""

from __future__ import annotations

import msgspec

from tests.comparison.differing import A, B, bodies, lines
from tests.comparison.runs import exchange, run
from tracer.comparison import NOTHING, compare, learn
from tracer.model import Body, Recording, Response


def test_what_differs_in_one_release_is_no_news_in_another() -> None:
    first, second, later = ({"load": value, "state": "up"} for value in (0.5, 0.7, 0.7))
    learned = learn(run(exchange(body=first)), run(exchange(body=second)))
    assert lines(bodies(first, later, learned=learned)) == []
    assert [one.reasons for one in bodies(first, later, learned=learned).suppressed] == [("learned",)]
    # But never a value that neither recording has,
    assert len(lines(bodies(first, later | {"load": 0.9}, learned=learned))) == 1
    assert len(lines(bodies({**first, "load": 0.1}, later, learned=learned))) == 1
    # a value of another type, one that is gone, or one beside it.
    assert len(lines(bodies(first, later | {"load": "high"}, learned=learned))) == 1
    assert len(lines(bodies(first, {"state": "up"}, learned=learned))) == 1
    assert len(lines(bodies(first, later | {"state": "down"}, learned=learned))) == 1
    assert (learned | NOTHING) == learned


def test_a_value_of_the_type_that_was_seen_is_no_news() -> None:
    learned = learn(
        run(exchange(body={"note": f"made by {A}"})), run(exchange(body={"note": f"owned by {B}"}))
    )
    assert lines(bodies({"note": f"made by {B}"}, {"note": f"owned by {A}"}, learned=learned)) == []
    assert len(lines(bodies({"note": f"made by {B}"}, {"note": f"lost by {A}"}, learned=learned))) == 1


def test_an_element_is_no_news_only_if_it_came_and_went_before() -> None:
    roles = [{"name": name} for name in ("admin", "member", "manager")]
    learned = learn(run(exchange(body={"roles": roles[:1]})), run(exchange(body={"roles": roles[:2]})))
    assert lines(bodies({"roles": roles[:1]}, {"roles": roles[:2]}, learned=learned)) == []
    (difference,) = bodies({"roles": roles[:1]}, {"roles": roles}, learned=learned).differences
    assert difference.place.endswith("body.roles[name=manager]")


def test_a_message_that_comes_only_sometimes_is_learned_too() -> None:
    with_it, without = run(exchange("/a"), exchange("/b", started=1)), run(exchange("/a"))
    assert lines(compare(without, with_it, learn(with_it, without))) == []


def test_what_was_learned_hides_no_content_that_is_not_kept_any_more() -> None:
    def answered(body: Body) -> Recording:
        return run(msgspec.structs.replace(exchange(), response=Response(status=200, body=body)))

    kept, left_out = Body(size=9, text="x"), Body(size=9, omitted="streamed", sha256="0" * 64)
    learned = learn(answered(kept), answered(left_out))
    assert lines(compare(answered(kept), answered(left_out), learned)) != []
