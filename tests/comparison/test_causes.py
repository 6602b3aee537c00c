"""What follows from a difference is folded under it: one cause, one difference."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.comparison.runs import exchange, output, run
from tracer.comparison import Comparison, compare

if TYPE_CHECKING:
    from tracer.model import Exchange, Recording

A, B = "0b1c2d3e-0000-4000-8000-000000000001", "0b1c2d3e-0000-4000-8000-000000000002"
IMAGE = {"id": A, "name": "cirros", "owner": None, "protected": False, "size": 1, "tags": ["a", "b"]}
TABLE = f"""\
+-----------+--------------------------------------+
| Field     | Value                                |
+-----------+--------------------------------------+
| id        | {A} |
| name      | cirros                               |
| owner     | None                                 |
| protected | False                                |
| size      | 1                                    |
| tags      | a, b                                 |
+-----------+--------------------------------------+
"""
ROWS = f"""\
+--------------------------------------+--------+
| ID                                   | Name   |
+--------------------------------------+--------+
| {A} | cirros |
| {B} | fedora |
+--------------------------------------+--------+
"""


def places(found: Comparison) -> list[str]:
    return [difference.place.rpartition("· ")[2] for difference in found.differences]


def printed(text: str, command: str = "openstack image show x", **values: Any) -> Recording:
    return run(exchange(body=IMAGE | values), command=command, output=output(text))


def requested(body: dict[str, Any], url: str = "http://cloud/v3/auth/tokens") -> Exchange:
    made = exchange("/v3/auth/tokens", body, method="POST", url=url)
    assert made.response is not None
    request = msgspec.structs.replace(made.request, body=made.response.body)
    return msgspec.structs.replace(made, request=request)


def test_a_request_that_fails_is_the_cause_of_the_rest_of_the_run() -> None:
    created = exchange("/v2/images", IMAGE, method="POST", status=201, headers={"Location": "/v2/images/1"})
    upload = exchange("/v2/images/{image_id}/file", method="PUT", status=204, started=1)
    login = exchange("/v3/auth/tokens", {"roles": ["a"]}, method="POST", status=201)
    refused = exchange("/v2/images", {"error": "no"}, method="POST", status=403)
    before = run(login, created, upload, output=output(TABLE))
    after = run(login, refused, output=output("", 1))
    found = compare(before, after)
    assert [(one.kind, one.place) for one in found.differences] == [("status", "POST /v2/images → 201")]
    assert {one.cause for one in found.folded} == {"POST /v2/images → 201"}
    assert {"output.exit", "output.stdout", "PUT /v2/images/{image_id}/file"} < {
        one.place for one in found.folded
    }
    back = compare(after, before)
    assert [(one.kind, one.severity) for one in back.differences] == [("status", "additive")]


def test_another_difference_is_not_folded_under_a_request_that_fails() -> None:
    login = [exchange("/v3/auth/tokens", {"roles": roles}, method="POST") for roles in (["a"], ["b"])]
    found = compare(
        run(login[0], exchange(status=200)),
        run(login[1], exchange(status=403)),
    )
    assert [one.kind for one in found.differences] == ["changed", "status"]


@pytest.mark.parametrize(("first", "second"), [(404, 403), (200, 203)])
def test_a_request_that_fails_in_both_runs_or_in_none_explains_nothing_else(first: int, second: int) -> None:
    more = exchange("/v2/more", started=1)
    before = run(exchange(status=first), more, output=output("a"))
    after = run(exchange(status=second), output=output("b"))
    assert [one.kind for one in compare(before, after).differences] == ["changed", "status", "removed"]


def test_http_and_https_are_one_difference() -> None:
    def cloud(scheme: str, host: str, link: str = "") -> Recording:
        links = [{"rel": "self", "href": f"{scheme}://{host}/v3/"}, {"rel": "x", "href": link}]
        answer = exchange("/v3", {"links": links}, headers={"Location": f"{scheme}://{host}/v3/"})
        one = msgspec.structs.replace(
            answer, request=msgspec.structs.replace(answer.request, url=f"{scheme}://{host}/v3")
        )
        return run(one, one, one)

    for host in ("cloud:5000", "other:443"):
        assert places(compare(cloud("http", "cloud:5000"), cloud("https", host))) == ["scheme"]
    found = compare(cloud("http", "a", "ftp://x/a"), cloud("https", "a", "ftp://x/b"))
    assert len(found.differences) == 4


def test_a_link_that_changes_its_scheme_alone_is_a_difference() -> None:
    before, after = (run(exchange(body={"href": f"{scheme}://a/"})) for scheme in ("http", "https"))
    assert places(compare(before, after)) == ["body.href"]


@pytest.mark.parametrize("sides", ["ab", "ba"])
def test_a_table_and_json_are_one_difference(sides: str) -> None:
    forms = {
        "a": printed(TABLE),
        "b": printed(json.dumps(IMAGE | {"id": B}, indent=2), "openstack image show -f json x", id=B),
    }
    found = compare(forms[sides[0]], forms[sides[1]])
    assert [(one.place, one.severity) for one in found.differences] == [("command", "cosmetic")]
    assert [(one.place, one.kind) for one in found.folded] == [("output.stdout", "type")]


def test_rows_and_json_are_one_difference() -> None:
    rows = json.dumps([{"ID": A, "Name": "cirros"}, {"ID": B, "Name": "fedora"}])
    before, after = run(command="a", output=output(ROWS)), run(command="b", output=output(rows))
    assert places(compare(before, after)) == ["command"]
    after = run(command="b", output=output(rows.replace("fedora", "debian")))
    assert len(compare(before, after).differences) > 1


@pytest.mark.parametrize(
    ("field", "value"), [("name", "fedora"), ("size", 2), ("protected", True), ("tags", ["a", "c"])]
)
def test_another_value_is_found_in_spite_of_the_form(field: str, value: object) -> None:
    after = printed(json.dumps(IMAGE | {field: value}), "openstack image show -f json x")
    assert places(compare(printed(TABLE), after)) == ["command", f"output.stdout.{field}"]


def test_the_form_is_a_difference_of_its_own_without_another_command() -> None:
    found = compare(printed(TABLE), printed(json.dumps(IMAGE)))
    assert [(one.kind, one.place) for one in found.differences] == [("type", "output.stdout")]


def test_a_domain_by_id_and_by_name_is_one_difference() -> None:
    def login(domain: dict[str, str], project: str = "admin") -> Recording:
        user = {"name": "admin", "domain": domain, "password": "<password-1>"}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": project, "domain": domain}}
        return run(requested({"auth": {"identity": identity, "scope": scope}}))

    found = compare(login({"name": "Default"}), login({"id": "default"}))
    assert places(found)[:1] == ["body.auth.identity.password.user.domain"]
    assert len([one for one in found.differences if one.side == "request"]) == 1
    other = compare(login({"name": "Default"}), login({"id": "default"}, "demo"))
    assert "body.auth.scope.project.name" in places(other)


def test_a_printed_value_follows_from_the_response() -> None:
    after = printed(TABLE.replace("cirros", "fedora"), name="fedora")
    found = compare(printed(TABLE), after)
    assert places(found) == ["body.name"]
    assert [one.cause for one in found.folded] == [found.differences[0].place]


def test_links_to_a_page_follow_from_the_page() -> None:
    def pages(count: int) -> Recording:
        made = []
        for number in range(count):
            images = {"images": [{"name": f"image-{number}"}]}
            following = {"next": f"/v2/images?marker={number + 1}"} if number + 1 < count else {}
            made.append(
                exchange("/v2/images", images | following, url=f"http://cloud/v2/images?marker={number}")
            )
        return run(*made)

    found = compare(pages(4), pages(3))
    assert [(one.kind, one.place) for one in found.differences] == [("removed", "GET /v2/images (4)")]
    assert [one.place for one in found.folded] == ["GET /v2/images (3) → 200 · body.next"]


def test_a_strict_comparison_folds_nothing() -> None:
    before, after = printed(TABLE), printed(TABLE.replace("cirros", "fedora"), name="fedora")
    assert compare(before, after, strict=True).folded == []


def _discovering(url: str, status: int = 300) -> Recording:
    discovery = exchange(url.removeprefix("http://cloud"), {"version": url}, url=url, status=status)
    return run(discovery, exchange("/v2/images", {"images": []}, started=1))


@pytest.mark.parametrize("root", ["http://cloud/identity", "http://cloud:5000/"])
def test_another_url_of_discovery_is_one_difference(root: str) -> None:
    versioned = f"{root.rstrip('/')}/v3"
    plain, pinned = _discovering(root), _discovering(versioned, 200)
    for before, after in ((plain, pinned), (pinned, plain)):
        found = compare(before, after)
        assert [difference.kind for difference in found.differences] == ["removed"]
        assert [(folded.kind, folded.cause) for folded in found.folded] == [
            ("added", found.differences[0].place)
        ]


def test_discovery_of_another_service_does_not_follow() -> None:
    found = compare(_discovering("http://cloud/identity"), _discovering("http://cloud/image/v2"))
    assert sorted(difference.kind for difference in found.differences) == ["added", "removed"]
