"""Texts that differ in volatile values only, and texts that differ in more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.comparison.runs import exchange, run
from tracer.comparison import compare, volatile, volatile_rules
from tracer.comparison.volatile import explain, partners, skeleton
from tracer.comparison.volatile_rules import ShuffledParts

if TYPE_CHECKING:
    from tracer.comparison import Comparison
    from tracer.model import Recording

STORES = "headers.openstack-image-store-ids"
STDERR = "output.stderr[]"
IDS = "94ab55fe-5108-4297-9766-9050678ab1e4", "12f39dcd-4b23-423c-9ab6-89d2bfba317f"


def _error(image: str, *lines: str) -> str:
    return f"HttpException: 403: Client Error for url: http://cloud:41/images/{image}, {': '.join(lines)}"


@pytest.mark.parametrize(
    ("before", "after", "reasons"),
    [
        ("fs", "fs,os_glance_staging_store,os_glance_tasks_store", ("reserved-store",)),
        ("fs,os_glance_tasks_store,rbd", "fs,rbd", ("reserved-store",)),
        ("fs,os_glance_tasks_store", "rbd", None),
        ("fs", "fs,rbd,os_glance_tasks_store", None),
        ("fs", "fs,os_glance_tasks_store2", None),
    ],
)
def test_a_run_may_lack_an_optional_value(before: str, after: str, reasons: tuple[str, ...] | None) -> None:
    assert explain(before, after, STORES) == reasons
    assert explain(after, before, STORES) == reasons


def test_an_optional_value_belongs_to_its_location() -> None:
    assert explain("fs", "fs,os_glance_tasks_store", "headers.x-stores") is None


def test_the_lines_of_an_error_have_no_order() -> None:
    before = _error(IDS[0], "403 Forbidden", f"Image {IDS[0]} is protected", "Ask an admin")
    after = _error(IDS[1], f"Image {IDS[1]} is protected", "Ask an admin", "403 Forbidden")
    assert explain(before, after, STDERR) == ("uuid", "shuffled-lines")
    assert explain(before, after, "output.stdout[]") is None
    assert skeleton(before, STDERR) == skeleton(after, STDERR)
    # The values of a line stay together.
    assert [*partners(before, after, STDERR)] == [
        ("host", "cloud:41", "cloud:41"),
        ("uuid", *IDS),
        ("uuid", *IDS),
    ]


@pytest.mark.parametrize("place", ["body.boot_roles", "body.images[].boot_roles", "output.stdout.boot_roles"])
def test_the_roles_of_a_snapshot_have_no_order(place: str) -> None:
    assert explain("reader,member,admin", "admin,reader,member", place) == ("boot-roles",)
    assert explain("reader,member,admin", "admin,reader,member,manager", place) is None
    assert explain("reader,member,admin", "admin,reader,member", "body.other_roles") is None


def test_a_pattern_whose_group_is_optional_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ShuffledParts(
        name="x", pattern="err(?:: (.+))?", separator="; ", only=("output.stderr[]",), reason={}
    )
    monkeypatch.setattr(volatile, "_shuffled_at", lambda _: (parts,))
    assert explain("err", "err", STDERR) == ()
    assert explain("err: a; b", "err: b; a", STDERR) == ("x",)


@pytest.mark.parametrize(
    "lines",
    [
        ("403 Forbidden", "Image is public", "Ask an admin"),
        ("403 Forbidden", "Image is protected"),
        ("403 Forbidden", "Ask an admin", "Image is protected", "Ask an admin"),
    ],
)
def test_other_lines_of_an_error_are_a_difference(lines: tuple[str, ...]) -> None:
    before = _error(IDS[0], "Image is protected", "403 Forbidden", "Ask an admin")
    assert explain(before, _error(IDS[0], *lines), STDERR) is None


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI"
KEYS = f"{KEY}{'K' * 44}", f"{KEY}{'s' * 44}"
PRINTS = ":".join(["bf"] * 16), ":".join(["a8"] * 16)
VALUES: list[tuple[str, Any, Any, str]] = [
    ("port.mac_address", "fa:16:3e:2c:6e:24", "fa:16:3e:a6:09:91", "mac-address"),
    ("server.OS-EXT-SRV-ATTR:instance_name", "instance-00000003", "instance-0000000a", "instance-name"),
    ("server.OS-EXT-SRV-ATTR:reservation_id", "r-vj17z9sr", "r-2ympkonq", "reservation-id"),
    ("server.hostId", "3" * 56, "a" * 56, "host-id"),
    ("keypair.public_key", *KEYS, "key-pair"),
    ("keypair.fingerprint", *PRINTS, "key-pair"),
    ("network.provider:segmentation_id", 934, 16, "segment"),
    ("security_group_rule.standard_attr_id", 28, 30, "database-id"),
    ("network.revision_number", 2, 3, "counter"),
    ("resource_provider_generation", 5, 17, "counter"),
    ("allocations.x.generation", 5, 7, "counter"),
    ("hypervisor.vcpus_used", 0, 3, "usage"),
    ("hypervisor.free_ram_mb", 512, -512, "usage"),
    ("quota.floatingip.used", 0, 1, "usage"),
    ("limits.absolute.totalRAMUsed", 0, 512, "usage"),
    ("usages.VCPU", 0, 1, "usage"),
    ("usage.total_hours", 0.5, 1.25, "usage"),
    ("server.OS-SRV-USG:launched_at", "2026-11-29T12:03:24.760680", "2026-11-29T12:27:35.100000", "time"),
]
"""Values of a response: the path, the value in two runs, and the reason for the difference."""


def _found(path: str, before: object, after: object) -> Comparison:
    def body(value: object) -> object:
        for key in reversed(path.split(".")):
            value = {key: value}
        return value

    return compare(run(exchange(body=body(before))), run(exchange(body=body(after))))


@pytest.mark.parametrize(("path", "before", "after", "reason"), VALUES, ids=[value[0] for value in VALUES])
def test_a_value_of_the_compute_services_is_volatile(
    path: str, before: object, after: object, reason: str
) -> None:
    found = _found(path, before, after)
    assert found.differences == []
    assert (reason,) in [one.reasons for one in found.suppressed]


@pytest.mark.parametrize(("path", "before", "after", "reason"), VALUES, ids=[value[0] for value in VALUES])
@pytest.mark.parametrize("other", [None, "other", True, [], {"a": 1}])
def test_another_kind_of_value_there_is_found(
    path: str, before: object, after: object, reason: str, other: object
) -> None:
    assert len(_found(path, before, other).differences) == 1
    assert len(_found(path, other, after).differences) == 1


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("server.name", "r-vj17z9sr", "r-2ympkonq"),
        ("server.name", "3" * 56, "a" * 56),
        ("flavor.vcpus", 1, 2),
        ("quota.floatingip.limit", 0, 1),
        ("network.mtu", 1450, 1400),
        ("network.provider:network_type", "vxlan", "vlan"),
        ("resource_provider.inventories.VCPU.total", 4, 8),
        ("server.OS-EXT-STS:power_state", 1, 4),
        ("server.status", "ACTIVE", "ERROR"),
        ("hypervisor.memory_mb", 1024, 2048),
        ("keypair.name", *KEYS),
    ],
)
def test_a_value_elsewhere_is_compared(path: str, before: object, after: object) -> None:
    assert [one.kind for one in _found(path, before, after).differences] == ["changed"]


@pytest.mark.parametrize(
    ("path", "values"),
    [("mac_address", ("fa:16:3e:00:00:01", "fa:16:3e:00:00:02")), ("segmentation_id", (1, 2))],
)
def test_volatile_values_correspond(path: str, values: tuple[object, object]) -> None:
    def shows(*order: int) -> Recording:
        return run(*(exchange(f"/{at}", {"port": {path: values[one]}}) for at, one in enumerate(order)))

    assert compare(shows(0, 1, 0), shows(1, 0, 1)).differences == []
    assert [one.why for one in compare(shows(0, 1, 0), shows(1, 0, 0)).differences] == ["mismatch"]


def _port(number: int, addresses: list[int], segment: int) -> dict[str, Any]:
    return {
        "id": f"{number:08x}-5108-4297-9766-9050678ab1e4",
        "name": f"port-{number}" if number < 3 else "",
        "mac_address": f"fa:16:3e:00:00:{number:02x}",
        "revision_number": segment,
        "fixed_ips": [{"subnet_id": f"{at:032x}", "ip_address": f"10.0.{at}.7"} for at in addresses],
    }


def _ports(ports: list[dict[str, Any]]) -> Recording:
    return run(exchange(body={"ports": ports}))


@given(st.permutations(range(6)), st.permutations([1, 2, 3]), st.integers(1, 9))
def test_ports_and_their_addresses_have_no_order(
    order: list[int], addresses: list[int], segment: int
) -> None:
    before = _ports([_port(number, [1, 2, 3], 4) for number in range(6)])
    shuffled = [_port(number, addresses, segment) for number in order]
    assert compare(before, _ports(shuffled)).differences == []
    assert [one.kind for one in compare(before, _ports(shuffled[1:])).differences] == ["removed"]
    unnamed = [{key: value for key, value in port.items() if key != "name"} for port in shuffled]
    assert {one.kind for one in compare(before, _ports(unnamed)).differences} == {"removed"}
    fewer = [port | {"fixed_ips": port["fixed_ips"][1:]} for port in shuffled]
    assert "removed" in {one.kind for one in compare(before, _ports(fewer)).differences}


@given(st.permutations(range(4)))
def test_servers_have_an_order(order: list[int]) -> None:
    servers = [{"name": f"server-{number}", "status": "ACTIVE"} for number in range(4)]
    shuffled = [servers[number] for number in order]
    found = compare(run(exchange(body={"servers": servers})), run(exchange(body={"servers": shuffled})))
    assert [one.kind for one in found.differences] == ([] if order == sorted(order) else ["reordered"])


@pytest.mark.parametrize("written", ["id={}", "id=in%3A{}", "/{}?x", "in:{},"])
@pytest.mark.parametrize("ids", [IDS, tuple(each.replace("-", "") for each in IDS)])
def test_an_id_may_follow_an_encoded_character(written: str, ids: tuple[str, str]) -> None:
    before, after = map(written.format, ids)
    assert explain(before, after, "body.first") in {("uuid",), ("hex-id",)}
    assert explain(f"A{before}", f"B{after}", "body.first") is None


def test_each_reason_has_a_text_of_its_own() -> None:
    for language in ("en", "ko"):
        texts = [text[language] for text in volatile_rules.reasons().values()]
        assert sorted(texts) == sorted(set(texts))
