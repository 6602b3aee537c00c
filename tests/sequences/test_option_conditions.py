"""Exchanges that options of the command imply."""

from __future__ import annotations

import pytest

from tests.sequences.runs import (
    HOST,
    IMAGE_ID,
    exchange,
    login,
    show,
    versions_of_glance,
    versions_of_keystone,
)
from tracer.model import FORMAT, Exchange, Output, Recording
from tracer.sequences import Invocation, When, catalog, invocation_of, known_client, match
from tracer.sequences.option_conditions import Presence, presence

IMAGE = f"{HOST}/image/v2/images/{IMAGE_ID}"


def verdict(command: str | None, run: list[Exchange], sequence: str, exit_code: int = 0) -> str:
    recording = Recording(
        format=FORMAT, command=command, recorded="", exchanges=run, output=Output(exit=exit_code)
    )
    documented = catalog()[sequence]
    return match(run, documented, known_client("", "2026.2"), invocation_of(recording, documented)).verdict


def prologue() -> list[Exchange]:
    return [versions_of_keystone(), login(), versions_of_glance()]


def sent(method: str, url: str, status: int) -> Exchange:
    return exchange(method, url, status, token=True)


PATCH = sent("PATCH", IMAGE, 200)
DEACTIVATE = sent("POST", f"{IMAGE}/actions/deactivate", 204)
ACTIVATE = sent("POST", f"{IMAGE}/actions/reactivate", 204)
MEMBER = sent("PUT", f"{IMAGE}/members/{'a' * 32}", 200)
CREATE = sent("POST", f"{HOST}/image/v2/images", 201)
UPLOAD = sent("PUT", f"{IMAGE}/file", 204)
STAGE = sent("PUT", f"{IMAGE}/stage", 204)
IMPORT = sent("POST", f"{IMAGE}/import", 202)
UNTAG = sent("DELETE", f"{IMAGE}/tags/a", 204)


@pytest.mark.parametrize(
    ("when", "options", "failed", "expected"),
    [
        (When(any_of=("--a", "--b")), ["--b"], None, "required"),
        (When(any_of=("--a",)), [], None, "absent"),
        (When(any_of=("--a",), otherwise="optional"), [], None, "optional"),
        (When(any_of=("--a",), then="optional"), ["--a"], None, "optional"),
        (When(all_of=("--a", "--b")), ["--a"], None, "absent"),
        (When(all_of=("--a", "--b")), ["--a", "--b"], None, "required"),
        (When(all_of=("--a",), any_of=("--b", "--c")), ["--a"], None, "absent"),
        (When(all_of=("--a",), any_of=("--b", "--c")), ["--a", "--c"], None, "required"),
        (When(any_of=("--a",), none_of=("--b",), otherwise="optional"), ["--a", "--b"], None, "absent"),
        (When(none_of=("--a",)), [], None, "as-declared"),
        (When(none_of=("--a",)), ["--a"], None, "absent"),
        (When(any_of=("--a",), failed="optional"), ["--a"], None, "required"),
        (When(any_of=("--a",), failed="optional"), ["--a"], True, "optional"),
        (When(any_of=("--a",), failed="optional"), ["--a"], False, "required"),
    ],
)
def test_presence(when: When, options: list[str], failed: bool | None, expected: Presence) -> None:
    given = Invocation(tuple((option, 1) for option in options), failed=failed)
    assert presence(when, given) == expected
    assert presence(when, None) == presence(None, given) == "as-declared"


@pytest.mark.parametrize(
    ("options", "steps"),
    [
        ("", []),
        ("--property a=b", [PATCH]),
        ("--prop a=b", [PATCH]),
        ("--name=x --tag y", [PATCH]),
        ("--public", [PATCH]),
        ("--private", [PATCH]),
        ("--unprotected", [PATCH]),
        ("--deactivate", [DEACTIVATE]),
        ("--activate", [ACTIVATE]),
        ("--deactivate --property a=b", [DEACTIVATE, PATCH]),
        ("--accept", [MEMBER]),
        ("--reject --min-ram 1", [MEMBER, PATCH]),
        ("--activate --pending", [ACTIVATE, MEMBER]),
        ("--deactivate --accept --hidden", [DEACTIVATE, MEMBER, PATCH]),
    ],
)
def test_image_set_sends_what_its_options_imply(options: str, steps: list[Exchange]) -> None:
    command = f"openstack image set {options} {IMAGE_ID}"
    run = [*prologue(), show()]
    assert verdict(command, [*run, *steps], "image-set") == "conforms"
    for left_out in range(len(steps)):
        rest = steps[:left_out] + steps[left_out + 1 :]
        assert verdict(command, [*run, *rest], "image-set") == "deviates"
    for more in (PATCH, DEACTIVATE, MEMBER):
        if more not in steps:
            assert verdict(command, [*run, *steps, more], "image-set") == "deviates"


@pytest.mark.parametrize(
    ("options", "steps", "expected"),
    [
        ("--file x", [UPLOAD, show()], "conforms"),
        ("--file=x", [UPLOAD, show()], "conforms"),
        ("--file x", [show()], "deviates"),
        ("--fil x", [show()], "deviates"),
        ("", [show()], "conforms"),
        ("", [UPLOAD, show()], "conforms"),
        ("--file x --import", [STAGE, IMPORT, show()], "conforms"),
        ("--file x --import", [UPLOAD, show()], "deviates"),
        ("--file x --import", [show()], "deviates"),
        ("--file x", [STAGE, IMPORT, show()], "deviates"),
    ],
)
def test_image_create_uploads_its_file(options: str, steps: list[Exchange], expected: str) -> None:
    command = f"openstack image create {options} name"
    assert verdict(command, [*prologue(), CREATE, *steps], "image-create") == expected


@pytest.mark.parametrize(
    ("options", "steps", "exit_code", "expected"),
    [
        ("", [], 0, "conforms"),
        ("", [PATCH], 0, "deviates"),
        ("--tag a", [UNTAG], 0, "conforms"),
        ("--tag a", [], 0, "deviates"),
        ("--tag a --property p", [UNTAG, PATCH], 0, "conforms"),
        ("--tag a --property p", [UNTAG], 0, "deviates"),
        ("--tag a --property p", [PATCH], 0, "deviates"),
        ("--property p", [PATCH], 0, "conforms"),
        ("--property p", [], 0, "deviates"),
        ("--property there-is-none", [], 1, "conforms"),
    ],
)
def test_image_unset_sends_what_its_options_imply(
    options: str, steps: list[Exchange], exit_code: int, expected: str
) -> None:
    command = f"openstack image unset {options} {IMAGE_ID}"
    assert verdict(command, [*prologue(), show(), *steps], "image-unset", exit_code) == expected


KEYSTONE = f"{HOST}/identity/v3"
ID = "a" * 32


@pytest.mark.parametrize(
    ("sequence", "options", "lookups", "last"),
    [
        ("project-create", "--domain d", ["domains"], ("POST", "projects", 201)),
        ("project-create", "--parent p", ["projects"], ("POST", "projects", 201)),
        ("project-list", "--domain d --parent p", ["domains", "projects"], ("GET", "projects", 200)),
        ("project-list", "--user u", ["users"], ("GET", f"users/{ID}/projects", 200)),
        ("user-create", "--project p", ["projects"], ("POST", "users", 201)),
        ("user-create", "--domain d --project p", ["domains", "projects"], ("POST", "users", 201)),
        ("user-list", "--domain d", ["domains"], ("GET", "users", 200)),
        ("user-list", "--group g", ["groups"], ("GET", f"groups/{ID}/users", 200)),
        ("role-assignment-list", "--auth-user", ["users"], ("GET", "role_assignments", 200)),
        ("role-assignment-list", "--role r --group g", ["roles", "groups"], ("GET", "role_assignments", 200)),
        ("role-assignment-list", "--domain d", ["domains"], ("GET", "role_assignments", 200)),
    ],
)
def test_identity_commands_look_up_what_their_options_name(
    sequence: str, options: str, lookups: list[str], last: tuple[str, str, int]
) -> None:
    command = f"{catalog()[sequence].command} {options} {'name' if 'create' in sequence else ''}"
    method, path, status = last
    looked_up = [sent("GET", f"{KEYSTONE}/{kind}/{ID}", 200) for kind in lookups]
    run = [versions_of_keystone(), login(), *looked_up, sent(method, f"{KEYSTONE}/{path}", status)]
    assert verdict(command, run, sequence) == "conforms"
    for left_out in range(len(lookups)):
        rest = [*run[: 2 + left_out], *run[3 + left_out :]]
        assert verdict(command, rest, sequence) == "deviates"


def test_image_list_looks_up_its_marker() -> None:
    listed = sent("GET", f"{HOST}/image/v2/images?marker={IMAGE_ID}", 200)
    command = f"openstack image list --marker {IMAGE_ID}"
    assert verdict(command, [*prologue(), show(), listed], "image-list") == "conforms"
    assert (
        verdict(command, [*prologue(), sent("GET", f"{HOST}/image/v2/images", 200)], "image-list")
        == "deviates"
    )


def test_without_a_command_line_the_declaration_decides() -> None:
    assert verdict(None, [*prologue(), CREATE, show()], "image-create") == "conforms"
    assert verdict(None, [*prologue(), show(), DEACTIVATE], "image-set") == "conforms"
    assert verdict(None, [*prologue(), show()], "image-set") == "deviates"
