"""The right sequence without being told: by the command's words, else by what was said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.sequences import runs
from tests.sequences.runs import HOST, IMAGE_ID, exchange, login, prologue, show
from tracer.sequences import choose, subcommand_words

if TYPE_CHECKING:
    from tracer.model import Exchange

FLAVORS = [*prologue()[:2], exchange("GET", f"{HOST}/compute/v2.1/flavors/detail", 200, to="nova")]


@pytest.mark.parametrize(
    "command",
    [
        "openstack image show cirros",
        "openstack --debug image show --format json cirros",
        "openstack --os-cloud devstack -v image show cirros",
        "openstack --os-cloud=image -q --insecure --timing image show x",
        "openstack --os-password '<password-1>' --os-username image image show x",
        "/usr/bin/python3 -s /opt/venv/bin/openstack image show x",
        "C:\\Python\\Scripts\\openstack.exe image show x",
        "python -m openstackclient.shell image show x",
        "openstack image show 'unbalanced",
        "openstack image show",
    ],
)
def test_by_the_words_of_the_command(command: str) -> None:
    chosen = choose(FLAVORS, command)
    assert chosen is not None
    assert chosen.name == "image-show"


@pytest.mark.parametrize(
    "command",
    [
        "openstack flavor list",
        "openstack image showing x",
        "openstack image",
        "openstack show image",
        "openstack --os-cloud image show x",
        "openstack server image show",
    ],
)
def test_a_known_command_without_a_sequence_gets_none(command: str) -> None:
    assert choose(runs.by_id(), command) is None


@pytest.mark.parametrize(
    "command", [None, "", "python script.py", "openstack", "glance image-show x", "openstack --debug"]
)
@pytest.mark.parametrize(
    "run",
    [
        runs.by_id(),
        runs.named(),
        runs.not_found(),
        [show()],
        [*prologue(), show(status=401), login(), show()],
        [login(), show(), show()],
    ],
)
def test_by_what_was_said(run: list[Exchange], command: str | None) -> None:
    chosen = choose(run, command)
    assert chosen is not None
    assert chosen.name == "image-show"


@pytest.mark.parametrize(
    "run",
    [
        [],
        FLAVORS,
        prologue(),
        [*prologue(), show(status=500)],
        [*prologue(), show("x", 404)],
        [*runs.by_id(), exchange("GET", f"{HOST}/compute/v2.1/flavors", 401, to="nova")],
    ],
)
def test_what_no_sequence_documents(run: list[Exchange]) -> None:
    assert choose(run, None) is None


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ([*runs.by_id(), exchange("GET", f"{HOST}/image/v2/images/{IMAGE_ID}/file", 200)], "image-save"),
        ([*runs.by_id(), exchange("PATCH", f"{HOST}/image/v2/images/{IMAGE_ID}", 200)], "image-set"),
        ([*prologue(), exchange("GET", f"{HOST}/image/v2/images", 200)], "image-list"),
        (prologue()[:2], "token-issue"),
    ],
)
def test_what_is_not_image_show(run: list[Exchange], name: str) -> None:
    chosen = choose(run, None)
    assert chosen is not None
    assert chosen.name == name


def test_the_words_of_a_command() -> None:
    assert subcommand_words("openstack --debug --os-cloud x token issue -f json") == [
        "token",
        "issue",
        "-f",
        "json",
    ]
    assert subcommand_words("ls -l") == []
    assert subcommand_words("openstack") == []
