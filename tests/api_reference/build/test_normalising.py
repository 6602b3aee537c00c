from __future__ import annotations

import pytest
from msgspec.structs import replace

from tracer.api_reference.build.normalising import operations
from tracer.api_reference.build.reference_sections import ReferenceSection
from tracer.api_reference.build.source_rules import SourceRules
from tracer.api_reference.build.sources import ReferenceSource
from tracer.api_reference.operation_types import Parameter, Selector

SERVICE = ReferenceSource(type="image", url="image", qualifiers={"v1/": "v1"}, mount="/identity")
SHOW = ReferenceSection(
    title="Show image", page="v2/index", anchor="show-image", method="GET", path="/v2/images/{id}"
)


def section(**facts: object) -> ReferenceSection:
    return replace(SHOW, **facts)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v2/images/{id}", "/v2/images/{id}"),
        ("v2/images/<id>/", "/v2/images/{id}"),
        ("/identity/v3/OS-OAUTH2/token", "/v3/OS-OAUTH2/token"),
        ("/v2/shares/\u200b{id}\u200b", "/v2/shares/{id}"),
        ("/", "/"),
    ],
)
def test_a_path_has_one_spelling(path: str, expected: str) -> None:
    assert operations([section(path=path)], SERVICE, SourceRules())[0].path == expected


@pytest.mark.parametrize(
    ("title", "name", "identifier"),
    [
        ("Show image", "Show image", "image.show-image"),
        ("Reboot Server (reboot Action)", "Reboot Server", "image.reboot-server"),
        ("Add Ip (addIp Action) (DEPRECATED)", "Add Ip", "image.add-ip"),
        ("Manage share (since API v2.7)", "Manage share", "image.manage-share"),
        ("Set  FloatingIP's record.", "Set FloatingIP's record", "image.set-floatingip-s-record"),
    ],
)
def test_a_name_is_the_title_without_remarks(title: str, name: str, identifier: str) -> None:
    (operation,) = operations([section(title=title)], SERVICE, SourceRules())
    assert (operation.name, operation.id) == (name, identifier)


def test_an_earlier_api_is_a_part_of_the_id() -> None:
    assert operations([section(page="v1/index")], SERVICE, SourceRules())[0].id == "image.v1.show-image"


def test_an_anchor_that_counts_is_dropped() -> None:
    assert operations([section(anchor="id12")], SERVICE, SourceRules())[0].anchor == ""


def test_a_second_copy_is_dropped() -> None:
    assert len(operations([SHOW, section(anchor="id1")], SERVICE, SourceRules())) == 1


def body(*names: str) -> tuple[Parameter, ...]:
    return tuple(Parameter(name=name, location="body", type="object") for name in names)


def test_the_title_or_the_first_key_selects_an_action() -> None:
    common = {"method": "POST", "path": "/v2/images/{id}/action"}
    made = operations(
        [
            section(title="Reboot (reboot Action)", **common),
            section(title="Start", request=body("os-start", "x"), **common),
            section(title="Stop", request=body("os-stop", "x"), **common),
        ],
        SERVICE,
        SourceRules(),
    )
    assert [operation.selector.body for operation in made] == [("reboot",), ("os-start",), ("os-stop",)]


def test_a_first_key_of_two_operations_selects_none() -> None:
    sections = [section(title=title, request=body("image")) for title in ("Show", "Show again")]
    assert {operation.selector for operation in operations(sections, SERVICE, SourceRules())} == {Selector()}


def test_a_request_without_rival_needs_no_selector() -> None:
    (operation,) = operations(
        [section(title="Reboot (reboot Action)", path="/v2?a={a}")], SERVICE, SourceRules()
    )
    assert operation.selector == Selector()


def test_a_listed_selector_has_priority() -> None:
    rules = SourceRules(selectors={"GET /v2/images/{}": {"show-image": Selector(body=("x",))}})
    (operation,) = operations([SHOW], SERVICE, rules)
    assert operation.selector == Selector(body=("x",))


def test_a_fixed_value_in_a_query_selects() -> None:
    made = operations(
        [SHOW, section(title="Show usage", path="/v2/images/{id}?usage=True")], SERVICE, SourceRules()
    )
    assert [operation.selector.query for operation in made] == [(), ("usage=True",)]


def test_a_wrong_path_gets_that_of_real_requests() -> None:
    rules = SourceRules(corrections={"/v2/images/": "/v2/pictures/"})
    (operation,) = operations([SHOW], SERVICE, rules)
    assert (operation.path, operation.actual_path) == ("/v2/images/{id}", "/v2/pictures/{id}")
