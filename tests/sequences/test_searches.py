"""Searches by name that find nothing: the command ends, and fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences.runs import (
    HOST,
    IMAGE_ID,
    exchange,
    login,
    show,
    versions_of_keystone,
)
from tests.sequences.test_option_conditions import PATCH, prologue, sent
from tracer.model import FORMAT, Exchange, Recording
from tracer.sequences import catalog, invocation_of, known_client, match

if TYPE_CHECKING:
    from tracer.sequences.matching import Match

IMAGES = f"{HOST}/image/v2/images"
DELETE = sent("DELETE", f"{IMAGES}/{IMAGE_ID}", 204)


def _images(query: str, *names: str) -> Exchange:
    items = [{"id": IMAGE_ID, "name": name} for name in names]
    return exchange("GET", f"{IMAGES}?{query}", 200, token=True, body={"images": items})


def _lookup(name: str, *found: str) -> list[Exchange]:
    lists = [_images(f"name={name}", *found)]
    return [show(name, 404), *lists, *([] if found else [_images("os_hidden=True")])]


def _match(command: str | None, run: list[Exchange], sequence: str) -> Match:
    recording = Recording(format=FORMAT, command=command, recorded="", exchanges=run)
    documented = catalog()[sequence]
    return match(run, documented, known_client("", "2026.2"), invocation_of(recording, documented))


COMMANDS = [
    ("image-show", "openstack image show nope"),
    ("image-delete", "openstack image delete nope"),
    ("image-set", "openstack image set --property a=b nope"),
    ("image-unset", "openstack image unset --tag a nope"),
    ("image-save", "openstack image save nope"),
    ("image-member-list", "openstack image member list nope"),
    ("image-list", "openstack image list --marker nope"),
]


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize(("sequence", "command"), COMMANDS)
def test_a_missing_image_ends_every_command(sequence: str, command: str, is_known: bool) -> None:
    run = [*prologue(), *_lookup("nope")]
    result = _match(command if is_known else None, run, sequence)
    assert (result.verdict, result.unfound) == ("conforms", ["nope"])
    assert [label.verdict for label in result.labels[3:]] == ["fallback"] * 3


@pytest.mark.parametrize(("sequence", "command"), [pair for pair in COMMANDS if pair[0] != "image-show"])
@pytest.mark.parametrize("found", ["id", "name", "unreadable"])
def test_an_image_that_was_found_does_not_end_it(sequence: str, command: str, found: str) -> None:
    lookup = {
        "id": [show(IMAGE_ID)],
        "name": _lookup("nope", "nope"),
        "unreadable": [show("nope", 404), exchange("GET", f"{IMAGES}?name=nope", 200, token=True)],
    }[found]
    result = _match(command, [*prologue(), *lookup], sequence)
    assert result.verdict == ("conforms" if found == "unreadable" else "deviates")


@pytest.mark.parametrize("name", ["a b", "a/b", "%41", "ä"])
def test_names_are_compared_without_their_escapes(name: str) -> None:
    from urllib.parse import quote

    run = [*prologue(), show(quote(name, safe="/"), 404), _images(f"name={quote(name)}", name), DELETE]
    result = _match(None, run, "image-delete")
    assert (result.verdict, result.unfound) == ("conforms", [])


def test_two_images_of_a_name_end_the_command() -> None:
    result = _match("openstack image delete x", [*prologue(), *_lookup("x", "x", "x")], "image-delete")
    assert (result.verdict, result.unfound) == ("conforms", ["x"])


def test_nothing_may_follow_a_fruitless_search() -> None:
    run = [*prologue(), *_lookup("nope"), PATCH]
    assert _match("openstack image set --tag a nope", run, "image-set").verdict == "deviates"


def test_a_hidden_image_is_found() -> None:
    run = [*prologue(), show("x", 404), _images("name=x"), _images("os_hidden=True", "y", "x"), DELETE]
    result = _match("openstack image delete x", run, "image-delete")
    assert (result.verdict, result.unfound) == ("conforms", [])


def test_a_missing_project_ends_user_create() -> None:
    projects = f"{HOST}/identity/v3/projects"
    run = [
        versions_of_keystone(),
        login(),
        sent("GET", f"{projects}/nope", 404),
        exchange("GET", f"{projects}?name=nope", 200, token=True, body={"projects": []}),
    ]
    result = _match("openstack user create --project nope u", run, "user-create")
    assert (result.verdict, result.unfound) == ("conforms", ["nope"])


def test_project_show_of_newer_clients_searches_twice() -> None:
    projects = f"{HOST}/identity/v3/projects"
    searched = [
        sent("GET", f"{projects}/nope", 404),
        exchange("GET", f"{projects}?name=nope", 200, token=True, body={"projects": []}),
    ]
    run = [versions_of_keystone(), login(), *searched, *searched]
    result = _match("openstack project show nope", run, "project-show")
    assert (result.verdict, result.unfound) == ("conforms", ["nope"])


def _floating_ip_list(*found: str) -> list[Exchange]:
    networking = f"{HOST}/networking/v2.0"
    ports = [{"id": IMAGE_ID, "name": name} for name in found]
    return [
        versions_of_keystone(),
        login(),
        sent("GET", f"{networking}/ports/p", 404),
        exchange("GET", f"{networking}/ports?name=p", 200, token=True, body={"ports": ports}),
        *([sent("GET", f"{networking}/floatingips?port_id={IMAGE_ID}", 200)] if found else []),
    ]


@pytest.mark.parametrize(("found", "unfound"), [(["p"], []), ([], ["p"])])
def test_an_option_that_names_nothing_ends_the_command(found: list[str], unfound: list[str]) -> None:
    result = _match("openstack floating ip list --port p", _floating_ip_list(*found), "floating-ip-list")
    assert (result.verdict, result.unfound) == ("conforms", unfound)


def test_a_list_with_details_is_no_search_for_the_word_detail() -> None:
    """The path of the list is also that of a volume with the name ``detail``."""
    volumes = f"{HOST}/volume/v3/volumes"
    run = [
        versions_of_keystone(),
        login(),
        sent("GET", f"{volumes}/v", 404),
        exchange(
            "GET",
            f"{volumes}/detail?name=v",
            200,
            token=True,
            body={"volumes": [{"id": IMAGE_ID, "name": "v"}]},
        ),
    ]
    command = "openstack volume snapshot create --volume v s"
    assert _match(command, run, "volume-snapshot-create").verdict == "deviates"
    assert _match("openstack volume show v", run, "volume-show").unfound == []
