"""The operations that recordings have, by service and release."""

from __future__ import annotations

import msgspec

from tests.conformance.test_findings import recording
from tests.sequences.runs import HOST, exchange
from tracer.api_reference import operations
from tracer.conformance import RecordedOperations, coverage, recorded_operations
from tracer.model import Cloud


def run_of(release: str, *paths: str, status: int = 200) -> RecordedOperations:
    exchanges = [exchange("GET", f"{HOST}/image/{path}", status) for path in paths]
    return recorded_operations(recording(exchanges, cloud=Cloud(release=release)))


def test_an_operation_has_its_statuses_exchanges_and_recordings_by_release() -> None:
    result = coverage(
        [
            run_of("zed", "v2/images/a", "v2/images/b"),
            run_of("2026.2", "v2/images/c"),
            run_of("zed", "v2/images/d", status=404),
        ]
    )
    assert result.releases == ("zed", "2026.2")
    assert result.recordings == 3
    (glance,) = result.services
    (show,) = glance.seen
    assert show.id == "image.show-image"
    assert [(use.release, use.statuses, use.exchanges, use.recordings) for use in show.seen] == [
        ("zed", {200: 2, 404: 1}, 3, 2),
        ("2026.2", {200: 1}, 1, 1),
    ]
    assert (show.statuses, show.exchanges, show.recordings) == ({200: 3, 404: 1}, 4, 3)


def test_each_release_has_its_own_number_of_operations() -> None:
    (glance,) = coverage([run_of("zed", "v2/images"), run_of("2026.2", "v2/images", "v2/tasks")]).services
    numbers = {release: len([*operations("glance", release)]) for release in ("zed", "2026.2")}
    assert numbers["zed"] < numbers["2026.2"]
    assert {count.release: count.documented for count in glance.releases} == numbers
    assert [count.seen for count in glance.releases] == [1, 2]
    assert (glance.total.seen, len(glance.unseen)) == (2, glance.total.documented - 2)


def test_percent_is_rounded_down() -> None:
    (glance,) = coverage([run_of("zed", "v2/images")]).services
    assert glance.total.documented == 75
    assert glance.total.percent == 1


def test_only_services_that_occur_count_unless_they_are_wanted() -> None:
    recorded = [run_of("zed", "v2/images")]
    assert [service.service for service in coverage(recorded).services] == ["glance"]
    (nova,) = coverage(recorded, ["nova"]).services
    assert (nova.service, nova.total.seen) == ("nova", 0)


def test_a_service_without_a_documented_request_occurs() -> None:
    (glance,) = coverage([run_of("zed", "v2/nothing")]).services
    assert (glance.total.seen, glance.others) == (0, 1)


def test_an_operation_of_another_release_is_not_documented() -> None:
    locations = "v2/images/a/locations"
    (newer,) = coverage([run_of("2026.2", locations)]).services
    assert [operation.id for operation in newer.seen] == ["image.get-location"]
    (older,) = coverage([run_of("zed", locations)]).services
    assert (older.total.seen, older.others) == (0, 1)


def test_a_label_of_another_release_is_no_documented_operation() -> None:
    location = exchange("GET", f"{HOST}/image/v2/images/a/locations", 200)
    labelled = msgspec.structs.replace(location, operation="image.get-location")
    recorded = recorded_operations(recording([labelled], cloud=Cloud(release="zed")))
    (glance,) = coverage([recorded]).services
    assert (glance.total.seen, glance.others) == (0, 1)


def test_operations_that_no_request_selects_do_not_count() -> None:
    (neutron,) = coverage([run_of("zed", "v2/images")], ["neutron"]).services
    every = [*operations("neutron", "zed")]
    reachable = [operation for operation in every if not operation.selector.never]
    assert neutron.total.documented == len(reachable) < len(every)
