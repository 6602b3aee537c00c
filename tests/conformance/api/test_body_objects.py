"""Objects in bodies and their locations."""

from __future__ import annotations

from tracer.conformance.api.body_objects import general_location, is_id, json_type, objects_in

BODY = {
    "images": [{"a.b": 1}, {"tags": []}],
    "allocations": {"6e850174-1e03-4073-bf1b-8c030894e7da": {"x": {}}},
}


def test_each_object_has_its_location_and_its_name() -> None:
    assert [(each.location, each.name) for each in objects_in(BODY)] == [
        ("", ""),
        ("images[]", "images"),
        ("images[]", "images"),
        ("allocations", "allocations"),
        ("allocations.{}", "6e850174-1e03-4073-bf1b-8c030894e7da"),
        ("allocations.{}.x", "x"),
    ]


def test_a_location_has_no_index_and_no_id() -> None:
    assert general_location(["images", 3, "a.b"]) == "images[].a.b"
    assert general_location(["members", "00000000000000000000000000000001", "12"]) == "members.{}.{}"
    assert not is_id("name")


def test_a_location_has_no_name_that_the_cloud_gives() -> None:
    hosts: list[str | int] = ["availabilityZoneInfo", 0, "hosts", "compute1", "nova-compute", "available"]
    assert general_location(hosts) == "availabilityZoneInfo[].hosts.{}.{}.available"
    assert general_location(["hosts", "compute1"]) == "hosts.compute1"


def test_each_value_has_its_json_type() -> None:
    values: list[object] = ["", True, 1, 1.5, [], {}, None]
    assert [json_type(value) for value in values] == [
        "string", "boolean", "integer", "number", "array", "object", "null",
    ]  # fmt: skip
