"""Two runs compared: laws that hold for any two, and what people expect of particular ones."""

from __future__ import annotations

import json
import random
import re
import uuid
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings

from tests.comparison.differing import A, B, bodies, kinds, lines
from tests.comparison.runs import exchange, run
from tests.shipped import of_suites, release_of
from tests.strategies import recordings
from tracer import archives
from tracer.comparison import compare, learn
from tracer.recording import load, loads

if TYPE_CHECKING:
    from pathlib import Path

    from tracer.model import Recording

SHIPPED = of_suites("identity", "image")


@given(recordings)
def test_a_recording_is_the_same_as_itself(recording: Recording) -> None:
    assert compare(recording, recording, strict=True).differences == []


@settings(max_examples=200)
@given(recordings, recordings)
def test_any_two_can_be_compared(before: Recording, after: Recording) -> None:
    found, back = compare(before, after), compare(after, before)
    assert bool(found.differences) == bool(back.differences)
    strict = compare(before, after, strict=True)
    assert strict.suppressed == []
    assert strict.folded == []
    assert len(strict.differences) == len(found.differences) + len(found.folded) + len(found.suppressed)
    assert sorted(pair.before for pair in found.pairs if pair.before is not None) == list(
        range(len(before.exchanges))
    )
    assert [pair.after for pair in found.pairs if pair.after is not None and pair.state != "moved"] == sorted(
        pair.after for pair in found.pairs if pair.after is not None and pair.state != "moved"
    )


@given(recordings, recordings)
def test_what_was_learned_from_two_hides_no_status_and_no_type(before: Recording, after: Recording) -> None:
    left = compare(before, after, learn(before, after)).differences
    found = compare(before, after).differences
    assert [one for one in found if one.kind in ("status", "type")] == [
        one for one in left if one.kind in ("status", "type")
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{release_of(path)}/{path.stem}")
def test_another_run_differs_in_nothing_that_counts(path: Path) -> None:
    with archives.open_text(path) as file:
        text = file.read()
    chance = random.Random(path.stem)
    new: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        old = found[0]
        if "-" in old and len(old) == 36:
            return new.setdefault(old, str(uuid.UUID(int=chance.getrandbits(128), version=4)))
        if len(old) == 32:
            return new.setdefault(old, f"{chance.getrandbits(128):032x}")
        return new.setdefault(old, f"127.0.0.1:{chance.randrange(1024, 65536)}")

    # Checksums are no IDs: they stay, as the content does.
    constant = {
        word
        for line in text.splitlines()
        if "checksum" in line or "hash" in line or "md5" in line.lower()
        for word in re.findall(r"[0-9a-f]{32,}", line)
    }
    ids = r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32}\b|127\.0\.0\.1:\d+"
    again = re.sub(ids, lambda found: found[0] if found[0] in constant else other(found), text)
    again = re.sub(r"T17:(\d\d):(\d\d)", r"T19:\2:\1", again).replace("23 Nov 2026 17:", "24 Nov 2026 09:")
    found = compare(load(path), loads(again, "again"))
    assert lines(found) == []
    assert found.suppressed


def test_a_value_that_is_volatile_must_stay_of_its_kind() -> None:
    assert lines(bodies({"id": A}, {"id": B})) == []
    place = "GET /image/v2/images/{image_id} → 200 · body.id"
    assert lines(bodies({"id": A}, {"id": "cirros"})) == [("breaking-api", "changed", place)]
    assert lines(bodies({"id": A}, {"id": A.replace("-", "")})) == [("breaking-api", "changed", place)]
    assert lines(bodies({"id": A}, {"id": None})) == [("breaking", "type", place)]
    assert lines(bodies({"id": A}, {})) == [("breaking", "removed", place)]
    assert lines(bodies({"id": A}, {"id": f"{B}/file"})) == [("breaking-api", "changed", place)]
    assert lines(bodies({"id": f"/v2/{A}/file"}, {"id": f"/v2/{B}/file"})) == []


def test_a_time_that_gains_microseconds_is_news() -> None:
    before, after = "2026-11-23T12:00:00Z", "2026-11-24T13:01:02Z"
    assert lines(bodies({"at": before}, {"at": after})) == []
    assert len(lines(bodies({"at": before}, {"at": after.replace("Z", ".000000Z")}))) == 1


def test_constants_are_compared_to_the_letter() -> None:
    first, second = "0" * 32, "1" * 32
    assert lines(bodies({"owner": first}, {"owner": second})) == []
    assert [kind for _, kind, _ in lines(bodies({"checksum": first}, {"checksum": second}))] == ["changed"]


def test_nothing_is_suppressed_without_a_reason() -> None:
    found = bodies({"id": A, "at": "2026-11-23T12:00:00Z"}, {"id": B, "at": "2026-11-23T12:00:01Z"})
    assert {one.place.rpartition("body.")[2]: one.reasons for one in found.suppressed} == {
        "id": ("uuid",),
        "at": ("time",),
    }
    assert len(bodies({"id": A}, {"id": B}, strict=True).differences) == 1


def test_secrets_are_one_kind_each() -> None:
    assert lines(bodies({"it": "<token-1>"}, {"it": "<token-2>"})) == []
    assert len(lines(bodies({"it": "<token-1>"}, {"it": "<password-1>"}))) == 1


def test_objects_of_a_list_are_told_apart_by_their_names() -> None:
    roles = [{"id": f"{number:032x}", "name": name} for number, name in enumerate(["admin", "member"])]
    more = [
        {"id": "f" * 32, "name": "manager"},
        {"id": "e" * 32, "name": "member"},
        {"id": "d" * 32, "name": "admin"},
    ]
    found = bodies({"roles": roles}, {"roles": more})
    assert lines(found) == [
        ("additive", "added", "GET /image/v2/images/{image_id} → 200 · body.roles[name=manager]")
    ]
    assert ("unordered",) in [one.reasons for one in found.suppressed]


def test_order_counts_where_a_list_has_one() -> None:
    found = bodies({"steps": ["a", "b"]}, {"steps": ["b", "a"]})
    assert lines(found) == [
        ("breaking-api", "reordered", "GET /image/v2/images/{image_id} → 200 · body.steps")
    ]
    assert lines(bodies({"tags": ["a", "b"]}, {"tags": ["b", "a"]})) == []


def test_elements_come_and_go() -> None:
    place = "GET /image/v2/images/{image_id} → 200 · body.steps"
    assert lines(bodies({"steps": [1, 2, 3]}, {"steps": [1, 3]})) == [("breaking", "removed", f"{place}[1]")]
    assert lines(bodies({"steps": [1, 3]}, {"steps": [1, 2, 3]})) == [("additive", "added", f"{place}[1]")]
    assert lines(bodies({"steps": [1, 5, 3]}, {"steps": [1, 2, 3]})) == [
        ("breaking-api", "changed", f"{place}[1]")
    ]


def test_a_key_that_is_an_id() -> None:
    found = bodies({A: {"state": "up"}}, {B: {"state": "down"}})
    assert [(kind, place.rpartition(".")[2]) for _, kind, place in lines(found)] == [("changed", "state")]


def test_messages_that_come_go_and_move() -> None:
    one, two, three = exchange("/a"), exchange("/b", started=1), exchange("/c", started=2)
    assert lines(compare(run(one, two), run(one, two, three))) == [("additive", "added", "GET /c")]
    assert lines(compare(run(one, two), run(two))) == [("cosmetic", "removed", "GET /a")]
    moved = compare(run(one, two, three), run(three, one, two))
    assert lines(moved) == [("cosmetic", "moved", "GET /c")]
    assert [(pair.before, pair.after, pair.state) for pair in moved.pairs] == [
        (2, 0, "moved"), (0, 1, "same"), (1, 2, "same"),
    ]  # fmt: skip


def test_a_request_to_another_service_is_another_one() -> None:
    assert kinds(exchange(), msgspec.structs.replace(exchange(), receiver="nova")) == ["removed", "added"]


def test_a_call_of_a_process_is_the_call_of_its_service() -> None:
    whole, process = (msgspec.structs.replace(exchange(), sender=name) for name in ("nova", "nova-compute"))
    (difference,) = compare(run(whole), run(process)).differences
    assert (difference.kind, difference.place.rpartition("· ")[2]) == ("changed", "from")


def test_messages_that_are_sent_at_the_same_time_have_no_order() -> None:
    one, two = exchange("/a", started=0, ended=2), exchange("/b", started=1, ended=3)
    found = compare(run(one, two), run(two, one))
    assert lines(found) == []
    assert [one.reasons for one in found.suppressed] == [("concurrent",)]


def test_a_status_is_one_difference_and_the_exchange_stays_the_same() -> None:
    found = compare(run(exchange(status=201)), run(exchange(status=415)))
    assert lines(found) == [("breaking", "status", "GET /image/v2/images/{image_id} → 201")]
    assert lines(compare(run(exchange(status=415)), run(exchange(status=201))))[0][:2] == (
        "additive",
        "status",
    )
    gone = msgspec.structs.replace(exchange(), response=None, error="connection reset")
    assert kinds(exchange(), gone) == ["status"]


def test_the_answer_that_was_repeated_is_the_one_that_is_told() -> None:
    failed, done = exchange(status=404), exchange(status=200, started=1)
    assert lines(compare(run(failed, done), run(done))) == [
        ("cosmetic", "removed", "GET /image/v2/images/{image_id}")
    ]


def test_a_scheme_that_changed_is_one_difference() -> None:
    found = compare(run(exchange()), run(exchange(url="https://cloud:9292/image/v2/images/1")))
    assert [place.rpartition("· ")[2] for _, _, place in lines(found)] == ["scheme"]


def test_numbers_of_another_form_are_told_where_they_are() -> None:
    (found,) = bodies({"min_ram": 0}, {"min_ram": 0.0}).differences
    assert (found.place.rpartition("· ")[2], found.before, found.after) == ("body.min_ram", "0", "0.0")


def test_texts_that_look_like_something_else_are_quoted() -> None:
    (found,) = bodies({"size": 262144}, {"size": "262144"}).differences
    assert (found.kind, found.before, found.after) == ("type", "262144", '"262144"')
    (found,) = bodies({"a": "x"}, {"a": ""}).differences
    assert (found.before, found.after) == ("x", '""')


def test_a_path_that_changed_is_one_difference() -> None:
    before, after = (
        run(exchange(path, url=f"http://cloud:9696{path}")) for path in ("/v2.0/networks", "/v2/networks")
    )
    found = compare(before, after)
    assert lines(found) == [("cosmetic", "changed", "GET /v2.0/networks · path")]


@pytest.mark.parametrize(
    ("template", "before", "after"),
    [
        ("/v3/regions/{region_id}", "/v3/regions/RegionOne", "/v3/regions/RegionTwo"),
        (
            "/v2/images/{image_id}/actions/{action}",
            f"/v2/images/{A}/actions/on",
            f"/v2/images/{B}/actions/off",
        ),
        ("/v2/images/{image_id}", f"/v2/images/{A}", "/v2/images/cirros"),
        ("/v2/images", "/v2/images", "/v2/images/"),
        ("/v2/images", "/v2/images", "/v2/%69mages"),
    ],
)
def test_the_path_of_the_url_is_compared(template: str, before: str, after: str) -> None:
    """A template has parameters. Their values are part of the request."""
    first, second = (run(exchange(template, url=f"http://cloud{path}")) for path in (before, after))
    (difference,) = compare(first, second).differences
    assert difference.place == f"GET {template} · path"
    assert (difference.before, difference.after) == (before, after)


def test_names_of_path_parameters_are_labels() -> None:
    first, second = (run(exchange(f"/v2/images/{{{name}}}")) for name in ("tag", "tag_id"))
    found = compare(first, second)
    assert found.differences == []
    assert [difference.reasons for difference in found.suppressed] == [("record",)]


def test_ids_in_the_path_are_volatile() -> None:
    first, second = (run(exchange(url=f"http://cloud/v2/images/{value}")) for value in (A, B))
    found = compare(first, second)
    assert found.differences == []
    assert [difference.reasons for difference in found.suppressed] == [("uuid",)]


def test_queries_are_compared_by_their_parameters() -> None:
    url = "http://cloud/image/v2/images?name=cirros&limit=5"
    found = compare(run(exchange(url=url)), run(exchange(url=url.replace("limit=5", "sort=name"))))
    assert [(kind, place.rpartition("· ")[2]) for _, kind, place in lines(found)] == [
        ("removed", "query.limit"),
        ("added", "query.sort"),
    ]


def test_names_of_header_fields_have_no_case_and_no_order() -> None:
    found = compare(run(exchange(headers={"A": "1", "B": "2"})), run(exchange(headers={"b": "2", "a": "1"})))
    assert lines(found) == []
    assert sorted(one.reasons[0] for one in found.suppressed) == ["keys", "letter-case", "letter-case"]


def test_errors_are_for_people() -> None:
    before = exchange(status=404, body={"error": {"message": "no such image", "code": 404}})
    after = exchange(status=404, body={"error": {"message": "Image not found", "code": 405}})
    assert [
        (severity, place.rpartition(".")[2]) for severity, _, place in lines(compare(run(before), run(after)))
    ] == [
        ("cosmetic", "message"),
        ("breaking-api", "code"),
    ]


def test_the_report_is_json() -> None:
    found = bodies({"a": 1}, {"a": 2})
    assert json.loads(msgspec.json.encode(found))["differences"][0] == {
        "place": "GET /image/v2/images/{image_id} → 200 · body.a",
        "side": "response",
        "kind": "changed",
        "severity": "breaking-api",
        "why": "other-value",
        "service": "glance",
        "before": "1",
        "after": "2",
        "exchange_before": 1,
        "exchange_after": 1,
    }
    assert found.severity == "breaking-api"
    assert bodies({}, {}).severity is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("http://127.0.0.1:5000/v3", "http://[::1]:5000/v3"),
        ("http://[fe80::1%25eth0]:5000/v3", "http://[::1]/v3"),
        ("pool(host='127.0.0.1', port=5000)", "pool(host='::1', port=5001)"),
        ("no route to 192.0.2.7", "no route to 2001:db8:0:0:0:0:0:7"),
        ("no route to ::ffff:192.0.2.7.", "no route to fe80::1."),
        ("[::1]:5000 refused", "127.0.0.1:5000 refused"),
    ],
)
def test_an_ipv6_host_is_as_volatile_as_an_ipv4_host(before: str, after: str) -> None:
    assert lines(bodies({"error": before}, {"error": after})) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("fa:16:3e:00:00:01:07", "fa:16:3e:00:00:02:07"),
        ("ab:" * 15 + "ab", "ab:" * 15 + "ac"),
        ("10:20:30", "10:20:31"),
        ("OS::Nova::Server", "OS::Heat::Server"),
        ("::", ":::"),
    ],
)
def test_what_has_colons_and_is_no_address_is_compared(before: str, after: str) -> None:
    assert len(lines(bodies({"value": before}, {"value": after}))) == 1
